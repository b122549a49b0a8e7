/**
 * A device in memory that speaks docs/protocol.md: the far end of a Transport, for tests of whatever talks to
 * a device.
 *
 * Owns: commands, frames and credits as a device handles them (written apart from src/device, so that the
 * two check each other), a stand-in for a model (peak of every hop), and mishaps on demand: silence, damaged
 * or lost bytes, a restart, vanishing. Leaves to others: real numbers.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { Transport, TransportListener } from '../../src/protocol/transport.js';

export interface FakeDeviceOptions {
  readonly path?: string;
  /** Fields of the hello that differ from the usual. */
  readonly hello?: Record<string, unknown>;
  /** Samples from one score to the next. */
  readonly hop?: number;
  /** Output of the stand-in model for one hop, 0…255; the peak's upper byte unless told. */
  readonly score?: (hop: Int16Array, n: number) => number;
  /** Outputs above it are detections. */
  readonly cutoff?: number;
  /** Bytes of frames the device has room for. */
  readonly room?: number;
  /** What becomes of bytes on their way to the device. */
  readonly toDevice?: (bytes: Uint8Array) => Uint8Array;
  /** What becomes of bytes on their way to the host. */
  readonly toHost?: (bytes: Uint8Array) => Uint8Array;
  /** Bytes per delivery to the host; whole lines unless told. */
  readonly chop?: number;
  /** It takes packed samples, and its hello says so. */
  readonly packed?: boolean;
  /** Answers nothing. */
  readonly mute?: boolean;
  /** Its lines have numbers and checksums, and its answers say what was understood. */
  readonly sealed?: boolean;
  /** File and byte of the memory shared with the host; the device then takes pushed audio from there. */
  readonly link?: { readonly file: string; readonly offset?: number; readonly capacity?: number };
  /** Sees each command first; true if it dealt with it. */
  readonly onCommand?: (line: string, device: FakeDevice) => boolean;
}

const MODEL = 'fake';
const LABEL = 'beep';

export class FakeDevice {
  readonly transport: Transport;
  /** Commands received, in order. */
  readonly commands: string[] = [];
  /** Samples taken since the last `play`. */
  played: number[] = [];
  /** Bytes of the last `input`. */
  inputBytes: number[] = [];
  badFrames = 0;
  closed = false;
  readonly #options: FakeDeviceOptions;
  #listener: TransportListener | undefined;
  #paused = false;
  #outbox: Uint8Array[] = [];
  #inbox: number[] = [];
  #play: { expected: number; stopped: boolean; packed: boolean } | undefined;
  #input: { model: number; expected: number } | undefined;
  #seq = 0;
  #taken: number[] = [];
  #scores = 0;
  #detections = 0;
  #linkFile: number | undefined;
  #lines = 0;

  constructor(options: FakeDeviceOptions = {}) {
    this.#options = options;
    this.transport = {
      path: options.path ?? 'fake',
      listen: (listener) => {
        this.#listener = listener;
        this.#deliver();
      },
      write: async (bytes) => {
        if (this.closed) throw new Error('the fake device is gone');
        const arriving = options.toDevice?.(bytes) ?? bytes;
        // As over a real line, nothing is answered before the write has returned.
        setImmediate(() => this.#receive(arriving));
      },
      pause: () => {
        this.#paused = true;
      },
      resume: () => {
        this.#paused = false;
        this.#deliver();
      },
      close: async () => {
        this.closed = true;
        if (this.#linkFile !== undefined) closeSync(this.#linkFile);
        this.#linkFile = undefined;
      },
    };
    if (options.link) this.#startLink(options.link);
  }

  /** The fields of this device's hello. */
  get helloFields(): Record<string, unknown> {
    const hash = 'ab'.repeat(32);
    return {
      protocol: 1,
      tool: '0.1.0',
      build: '0123456789ab',
      board: 'fake',
      runtime: 'aot',
      model: hash,
      labels: [LABEL],
      frontend: 'cd'.repeat(32),
      rate: 16_000,
      step: 10,
      mic: false,
      models: [{ m: MODEL, model: hash, labels: [LABEL], hop: 1, gate: false, arena: 1024, used: 1000 }],
      ...(this.#options.packed ? { packed: true } : {}),
      ...this.#options.hello,
    };
  }

  /** Sends a line of the protocol. */
  say(t: string, fields: Record<string, unknown>): void {
    const line = JSON.stringify({ kws: 1, t, ...fields });
    this.send(`${this.#options.sealed ? this.#sealed(line) : line}\r\n`);
  }

  #sealed(line: string): string {
    const numbered = `${line.slice(0, -1)},"ln":${this.#lines++}`;
    const checksum = bitwiseCrc([...Buffer.from(numbered)]);
    return `${numbered},"crc":"${checksum.toString(16).padStart(4, '0')}"}`;
  }

  /** Sends anything. */
  send(data: string | Uint8Array): void {
    if (this.#options.mute || this.closed) return;
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    this.#outbox.push(this.#options.toHost?.(bytes) ?? bytes);
    this.#deliver();
  }

  /** The reset button: state gone, hello said. */
  restart(): void {
    this.#clear();
    this.#lines = 0;
    this.say('hello', this.helloFields);
  }

  /** The cable is pulled. */
  vanish(reason = 'unplugged'): void {
    this.closed = true;
    this.#listener?.lost(reason);
  }

  #deliver(): void {
    while (this.#listener !== undefined && !this.#paused) {
      const bytes = this.#outbox.shift();
      if (bytes === undefined) return;
      const size = this.#options.chop ?? bytes.length;
      for (let at = 0; at < bytes.length; at += size) this.#listener.data(bytes.subarray(at, at + size));
    }
  }

  #receive(bytes: Uint8Array): void {
    if (this.closed) return;
    this.#inbox.push(...bytes);
    while (this.#inbox.length > 0) {
      const done = this.#inbox[0] === 0x02 ? this.#takeFrame() : this.#takeLine();
      if (!done) return;
    }
  }

  #takeLine(): boolean {
    const end = this.#inbox.findIndex((byte) => byte === 0x0a || byte === 0x02);
    if (end < 0) return false;
    const frame = this.#inbox[end] === 0x02;
    const line = String.fromCharCode(...this.#inbox.splice(0, frame ? end : end + 1)).trim();
    if (!frame && line !== '') this.#command(line);
    return true;
  }

  #takeFrame(): boolean {
    const [, seq = 0, low = 0, high = 0] = this.#inbox;
    const size = low | (high << 8);
    if (this.#inbox.length < 4) return false;
    if (size < 1 || size > 512) return this.#dropFrame(4);
    if (this.#inbox.length < size + 6) return false;
    const frame = this.#inbox.splice(0, size + 6);
    const received = frame[size + 4]! | (frame[size + 5]! << 8);
    if (received !== bitwiseCrc(frame.slice(1, size + 4))) return this.#dropFrame(0);
    const ahead = (seq - this.#seq) & 0xff;
    if (ahead === 0) {
      this.#seq++;
      this.#take(frame.slice(4, size + 4));
    }
    this.#credit(ahead > 0 && ahead < 0x80);
    return true;
  }

  #dropFrame(bytes: number): true {
    this.#inbox.splice(0, bytes);
    this.badFrames++;
    this.say('fault', { code: 'bad-frame', message: 'a damaged frame' });
    this.#credit(true);
    return true;
  }

  #command(line: string): void {
    this.commands.push(line);
    if (this.#options.onCommand?.(line, this)) return;
    const [word, ...args] = line.split(' ');
    if (word === 'hello') this.say('hello', this.helloFields);
    else if (word === 'stats') this.#stats();
    else if (word === 'play')
      this.#startPlay(args[0] === 'open' ? Number.POSITIVE_INFINITY : Number(args[0]), args[1]);
    else if (word === 'stop' && this.#play) this.#stop();
    else if (word === 'input') this.#startInput(Number(args[0]), Number(args[1]));
    else if (word === 'credit' && (this.#play || this.#input)) this.#credit();
    else if (['reset', 'mic', 'trace', 'cutoff'].includes(word ?? '')) {
      if (word === 'reset' || word === 'mic') this.#clear();
      this.say('ok', { cmd: word });
    } else this.say('fault', { code: 'bad-command', message: `unknown command ${line}` });
  }

  #clear(): void {
    this.#play = undefined;
    this.#input = undefined;
    this.#taken = [];
    this.#scores = 0;
    this.#detections = 0;
  }

  #startPlay(expected: number, how: string | undefined): void {
    this.#clear();
    this.#seq = 0;
    this.played = [];
    const play = { expected, stopped: false, packed: how === 'packed' };
    this.#play = play;
    if (this.#linkFile !== undefined) this.#writeLink(20, 0);
    const samples = expected === Number.POSITIVE_INFINITY ? 0xffffffff : expected;
    this.say('ok', { cmd: 'play', ...(this.#options.sealed ? { samples } : {}) });
    if (how === 'memory') this.#pollLink(play);
    else this.#credit();
    this.#maybeEnd();
  }

  #stop(): void {
    this.#play!.stopped = true;
    this.#maybeEnd();
  }

  #startInput(model: number, expected: number): void {
    this.#clear();
    this.#seq = 0;
    this.inputBytes = [];
    this.#input = { model, expected };
    this.#credit();
  }

  #credit(resend = false): void {
    if (!this.#play && !this.#input) return;
    const bytes = this.#options.room ?? 2048;
    this.say('credit', { seq: this.#seq & 0xff, bytes, ...(resend ? { resend } : {}) });
  }

  #take(payload: number[]): void {
    if (this.#input) {
      this.inputBytes.push(...payload);
      if (this.inputBytes.length < this.#input.expected) return;
      const model = this.#input.model;
      this.#credit();
      this.#input = undefined;
      this.say('output', { m: model === 0 ? MODEL : `model ${model}`, q: this.inputBytes.slice(0, 4) });
    } else if (this.#play) {
      const bytes = Buffer.from(payload);
      if (this.#play.packed) for (const value of unpacked(bytes)) this.#sample(value);
      else for (let i = 0; i + 1 < bytes.length; i += 2) this.#sample(bytes.readInt16LE(i));
      // The end comes after the credit of the last frame.
      setImmediate(() => this.#maybeEnd());
    }
  }

  #sample(value: number): void {
    this.played.push(value);
    this.#taken.push(value);
    const { hop = 160, cutoff = 200, score = peak } = this.#options;
    if (this.#taken.length < hop) return;
    const n = ++this.#scores;
    const q = score(Int16Array.from(this.#taken), n);
    this.#taken = [];
    const p = Math.round((10_000 * q) / 255) / 10_000;
    const ms = Math.floor(this.played.length / 16);
    this.say('score', { m: MODEL, n, ms, q: [q], p: [p] });
    if (q <= cutoff) return;
    this.#detections++;
    this.say('detect', { m: MODEL, label: LABEL, ms, p });
  }

  #maybeEnd(): void {
    if (!this.#play || (this.played.length < this.#play.expected && !this.#play.stopped)) return;
    this.#play = undefined;
    const samples = this.played.length;
    this.say('end', { samples, scores: this.#scores, detections: this.#detections });
  }

  #stats(): void {
    const ticks = { min: 1, max: 3, sum: 4 };
    const models = [{ m: MODEL, n: this.#scores, ...ticks }];
    const samples = this.played.length;
    this.say('stats', {
      samples,
      hops: this.#scores,
      overruns: 0,
      tps: 1_000_000,
      hop: { n: 2, ...ticks },
      input: { n: 2, ...ticks },
      models,
    });
  }

  #startLink({ file, offset = 0, capacity = 1024 }: NonNullable<FakeDeviceOptions['link']>): void {
    this.#linkFile = openSync(file, 'r+');
    const header = Buffer.alloc(64 + 2 * capacity);
    header.writeUInt32LE(0x4153574b, 0);
    header.writeUInt32LE(1, 4);
    header.writeUInt32LE(capacity, 8);
    writeSync(this.#linkFile, header, 0, header.length, offset);
  }

  #pollLink(play: object): void {
    if (this.#play !== play || this.#linkFile === undefined) return;
    const { offset = 0, capacity = 1024 } = this.#options.link!;
    const end = this.#readLink(16);
    if (end !== 0xffffffff) this.#play.expected = end;
    const written = this.#readLink(12);
    const sample = Buffer.alloc(2);
    while (this.played.length < written && this.played.length < this.#play.expected) {
      readSync(this.#linkFile, sample, 0, 2, offset + 64 + 2 * (this.played.length % capacity));
      this.#sample(sample.readInt16LE(0));
    }
    this.#writeLink(20, this.played.length);
    this.#maybeEnd();
    setTimeout(() => this.#pollLink(play), 1);
  }

  #readLink(at: number): number {
    const word = Buffer.alloc(4);
    readSync(this.#linkFile!, word, 0, 4, (this.#options.link?.offset ?? 0) + at);
    return word.readUInt32LE(0);
  }

  #writeLink(at: number, value: number): void {
    const word = Buffer.alloc(4);
    word.writeUInt32LE(value, 0);
    writeSync(this.#linkFile!, word, 0, 4, (this.#options.link?.offset ?? 0) + at);
  }
}

/** The samples of a packed payload, from its bits as text. */
export function unpacked(payload: Uint8Array): number[] {
  const bytes = Buffer.from(payload);
  const [order, lowBits] = [bytes[0]! >> 4, bytes[0]! & 15];
  if (order === 0)
    return Array.from({ length: (bytes.length - 1) >> 1 }, (_, i) => bytes.readInt16LE(1 + 2 * i));
  const bits = [...bytes.subarray(3)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const codes = bits.match(new RegExp(`1*0[01]{${lowBits}}`, 'gy')) ?? [];
  let values = codes.map((code) => {
    const ones = code.indexOf('0');
    const number = ones * 2 ** lowBits + Number.parseInt(code.slice(ones + 1) || '0', 2);
    return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
  });
  const summed = (start: number) => {
    let sum = start;
    return values.map((value) => {
      sum += value;
      return sum;
    });
  };
  for (let i = 1; i < order; i++) values = summed(0);
  const first = bytes.readInt16LE(1);
  return [first, ...summed(first)];
}

function peak(hop: Int16Array): number {
  return Math.min(255, hop.reduce((most, value) => Math.max(most, Math.abs(value)), 0) >> 7);
}

/** CRC-16/CCITT-FALSE, bit by bit as its definition says. */
function bitwiseCrc(bytes: readonly number[]): number {
  let crc = 0xffff;
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      const top = (crc >> 15) ^ ((byte >> bit) & 1);
      crc = ((crc << 1) & 0xffff) ^ (top ? 0x1021 : 0);
    }
  return crc;
}
