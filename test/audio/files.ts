/** Writes WAV and FLAC files for the tests, from their specifications and apart from src/audio. */

export interface WavKind {
  readonly tag?: number;
  readonly bits: number;
  readonly channels?: number;
  readonly rate?: number;
  readonly extensible?: boolean;
  /** Chunks before the samples: id and bytes. */
  readonly before?: readonly (readonly [string, Uint8Array])[];
  /** Length the data chunk claims. */
  readonly claim?: number;
}

export function chunk(id: string, body: Uint8Array, claim = body.length): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(claim);
  return Buffer.concat([Buffer.from(id, 'latin1'), size, body, Buffer.alloc(body.length & 1)]);
}

/** A WAV file with `data` as its samples' bytes. */
export function wav(kind: WavKind, data: Uint8Array): Buffer {
  const { tag = 1, bits, channels = 1, rate = 16_000, extensible = false, before = [], claim } = kind;
  const block = channels * Math.ceil(bits / 8);
  const format = Buffer.alloc(extensible ? 40 : 16);
  format.writeUInt16LE(extensible ? 0xfffe : tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate * block, 8);
  format.writeUInt16LE(block, 12);
  format.writeUInt16LE(bits, 14);
  if (extensible) {
    format.writeUInt16LE(22, 16);
    format.writeUInt16LE(bits, 18);
    format.writeUInt16LE(tag, 24);
    Buffer.from('000000001000800000aa00389b71', 'hex').copy(format, 26);
  }
  const chunks = [
    ...before.map(([id, body]) => chunk(id, body)),
    chunk('fmt ', format),
    chunk('data', data, claim),
  ];
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks]);
  return chunk('RIFF', body);
}

/** Integers as little-endian bytes of `bits`; 8 bit is unsigned. */
export function integers(values: readonly number[], bits: number): Buffer {
  const bytes = bits / 8;
  const out = Buffer.alloc(values.length * bytes);
  for (const [i, value] of values.entries()) {
    if (bits === 8) out.writeUInt8(value + 128, i);
    else out.writeIntLE(value, i * bytes, bytes);
  }
  return out;
}

export const wav16 = (samples: Int16Array | readonly number[], rate = 16_000, channels = 1): Buffer =>
  wav({ bits: 16, rate, channels }, integers([...samples], 16));

class Bits {
  readonly #bits: number[] = [];

  add(value: number | bigint, count: number): this {
    const big = BigInt.asUintN(64, BigInt(value));
    for (let i = count - 1; i >= 0; i--) this.#bits.push(Number((big >> BigInt(i)) & 1n));
    return this;
  }

  bytes(): number[] {
    while (this.#bits.length % 8 !== 0) this.#bits.push(0);
    const bytes: number[] = [];
    for (let i = 0; i < this.#bits.length; i += 8)
      bytes.push(Number.parseInt(this.#bits.slice(i, i + 8).join(''), 2));
    return bytes;
  }
}

function crc(bytes: readonly number[], width: 8 | 16, polynomial: number): number {
  const top = 1 << (width - 1);
  let value = 0;
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      const feedback = ((value & top) !== 0 ? 1 : 0) ^ ((byte >> bit) & 1);
      value = ((value << 1) & (2 * top - 1)) ^ (feedback ? polynomial : 0);
    }
  return value;
}

export interface FlacOptions {
  readonly rate?: number;
  readonly bits?: 8 | 16 | 24;
  /** Total samples the stream information claims. */
  readonly claim?: number;
  readonly block?: number;
}

/** A FLAC file (RFC 9639) of verbatim subframes, or constant ones where a block does not change. */
export function flac(channels: readonly (readonly number[])[], options: FlacOptions = {}): Buffer {
  const { rate = 16_000, bits = 16, block = 1024 } = options;
  const length = channels[0]!.length;
  const info = new Bits().add(block, 16).add(block, 16).add(0, 24).add(0, 24).add(rate, 20);
  info
    .add(channels.length - 1, 3)
    .add(bits - 1, 5)
    .add(options.claim ?? length, 36)
    .add(0, 64)
    .add(0, 64);
  const frames: number[][] = [];
  for (let at = 0; at < length; at += block)
    frames.push(
      flacFrame(
        channels.map((channel) => channel.slice(at, at + block)),
        at / block,
        bits,
      ),
    );
  return Buffer.concat([
    Buffer.from('fLaC'),
    Buffer.from([0x80, 0, 0, 34, ...info.bytes()]),
    ...frames.map((frame) => Buffer.from(frame)),
  ]);
}

function flacFrame(channels: readonly (readonly number[])[], number: number, bits: 8 | 16 | 24): number[] {
  const size = channels[0]!.length;
  const sizeCode = { 8: 1, 16: 4, 24: 6 }[bits];
  const header = new Bits()
    .add(0xfff8, 16)
    .add(7, 4)
    .add(0, 4)
    .add(channels.length - 1, 4)
    .add(sizeCode, 3)
    .add(0, 1);
  for (const byte of Buffer.from(String.fromCodePoint(number))) header.add(byte, 8);
  header.add(size - 1, 16);
  const start = header.bytes();
  const body = new Bits();
  for (const channel of channels) {
    const constant = channel.every((value) => value === channel[0]);
    body
      .add(0, 1)
      .add(constant ? 0 : 1, 6)
      .add(0, 1);
    for (const value of constant ? [channel[0]!] : channel)
      body.add(BigInt.asUintN(bits, BigInt(value)), bits);
  }
  const frame = [...start, crc(start, 8, 0x07), ...body.bytes()];
  const footer = crc(frame, 16, 0x8005);
  return [...frame, footer >> 8, footer & 255];
}
