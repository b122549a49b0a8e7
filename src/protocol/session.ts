/**
 * A conversation with a device over one port: what it says as events, what it is told as methods.
 *
 * Owns: the port, from opening to closing; sorting what comes in into answers (which go to whoever asked)
 * and events (which go to whoever iterates). Leaves to others: lines (`line-parser.ts`), questions
 * (`dialogue.ts`), pushing audio (`playback.ts`), ports (`ports.ts`).
 *
 * Nothing waits for ever: a device that is gone, silent or stuck is a toolError. What is not read piles up
 * to a bound, then the port rests; so iterate while a clip plays.
 */
import { inputError, toolError } from '../diagnostics/errors.js';
import type { AudioLinkLocation } from './audio-link.js';
import { Dialogue } from './dialogue.js';
import { EventQueue } from './event-queue.js';
import type {
  DeviceEvent,
  EndEvent,
  HelloEvent,
  NoiseEvent,
  OkEvent,
  OutputEvent,
  SessionEvent,
  StatsEvent,
} from './events.js';
import { RESYNCHRONISE } from './frame.js';
import type { FrameSender } from './frame-sender.js';
import { LineParser } from './line-parser.js';
import type { PcmSource } from './pcm.js';
import { type PushContext, playClip, pushInput } from './playback.js';
import { PROTOCOL_VERSION } from './protocol.js';
import { withTimeout } from './timeout.js';
import type { Transport } from './transport.js';

export interface SessionOptions {
  /** 115200 unless told. Pseudo-terminals and native USB do not care. */
  readonly baudRate?: number;
  /** Rates at which a device that does not answer is looked for as well. */
  readonly otherRates?: readonly number[];
  /** Closes the session: whoever waits gets its reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds an answer may take; 5 s unless told. */
  readonly commandTimeout?: number;
  /** Milliseconds without progress after which a push is given up; 10 s unless told. */
  readonly stallLimit?: number;
}

export interface Session extends AsyncIterable<SessionEvent> {
  readonly path: string;
  /** Where its device was found at one of the other rates: that one. */
  readonly foundAt?: number | undefined;
  /** Asks who is there, until it answers or `timeout` ms (5 s unless told) have passed. */
  hello(timeout?: number): Promise<HelloEvent>;
  /** A command that is answered by `ok`: reset, mic, trace features, trace off, cutoff M C. */
  command(line: string): Promise<OkEvent>;
  /**
   * Plays a clip in place of the microphone, through shared memory where `link` says so, and resolves when
   * it is consumed. The events of its time carry its name as `clip`. Clips asked for meanwhile follow.
   */
  play(source: PcmSource, options?: { readonly link?: AudioLinkLocation | undefined }): Promise<EndEvent>;
  /** Runs model number `model` (order of the hello) on the bytes of its input tensor. */
  input(model: number, bytes: Uint8Array): Promise<OutputEvent>;
  stats(): Promise<StatsEvent>;
  /** Ends the iteration; never rejects. */
  close(): Promise<void>;
}

/** Opens a serial port (or takes a transport). Does not wait for the device: see `hello`. */
export async function openSession(port: string | Transport, options: SessionOptions = {}): Promise<Session> {
  const { signal } = options;
  signal?.throwIfAborted();
  const transport =
    typeof port === 'string'
      ? await (await import('./serial-transport.js')).openSerial(port, {
          baudRate: options.baudRate ?? USUAL_RATE,
        })
      : port;
  if (signal?.aborted) {
    await transport.close();
    signal.throwIfAborted();
  }
  return new DeviceSession(transport, options);
}

const USUAL_RATE = 115_200;
/** How often a device that is silent is asked who it is. ms */
const ASK_AGAIN_MS = 500;
/** Times it is asked at its own rate before another is tried, and then at each: a board takes a second to start. */
const PATIENT_ASKS = 4;
const ASKS_PER_RATE = 2;

/** Commands whose answer says what was understood. */
const SETTINGS: ReadonlySet<string> = new Set(['cutoff', 'window', 'refractory', 'gain']);

class DeviceSession implements Session {
  readonly path: string;
  readonly #transport: Transport;
  readonly #parser = new LineParser();
  readonly #queue: EventQueue;
  readonly #dialogue: Dialogue;
  readonly #context: PushContext;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: () => void;
  #audio = 0;
  /** As its last hello said. */
  #packs = false;
  #noise: NoiseEvent | undefined;
  #clip: string | undefined;
  #sender: FrameSender | undefined;
  /** Data is on its way to the device: a hello now means that it has restarted. */
  #pushing = false;
  /** The device was asked for its audio, and not to stop. */
  #sendsAudio = false;
  #onEnd: ((event: EndEvent) => void) | undefined;
  #closing: Promise<void> | undefined;
  /** Where the device is looked for, the likeliest first. */
  #rates: readonly number[];
  #rate: number;
  #foundAt: number | undefined;

  constructor(transport: Transport, options: SessionOptions) {
    const {
      commandTimeout = 5000,
      stallLimit = 10_000,
      signal,
      baudRate = USUAL_RATE,
      otherRates = [],
    } = options;
    this.#rates = [baudRate, ...otherRates.filter((rate) => rate !== baudRate)];
    this.#rate = baudRate;
    this.path = transport.path;
    this.#transport = transport;
    this.#queue = new EventQueue({ onFull: () => transport.pause(), onRoom: () => transport.resume() });
    const hint = () =>
      this.#queue.full
        ? 'nobody reads the events of this session, so the port is not read either'
        : undefined;
    this.#dialogue = new Dialogue(transport, commandTimeout, hint);
    this.#context = {
      dialogue: this.#dialogue,
      where: transport.path,
      stallLimit,
      hint,
      audio: () => this.#audio,
      packs: () => this.#packs,
      setClip: (name) => {
        this.#clip = name;
        this.#audio = 0;
        this.#pushing = name !== undefined;
      },
      setSender: (sender) => {
        this.#sender = sender;
        if (sender === undefined) this.#pushing = false;
      },
      nextEnd: () => this.#nextEnd(),
    };
    this.#signal = signal;
    this.#onAbort = () => void this.#shut(signal?.reason as Error);
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    transport.listen({ data: (bytes) => this.#receive(bytes), lost: (reason) => this.#lost(reason) });
  }

  [Symbol.asyncIterator](): AsyncIterator<SessionEvent, undefined> {
    return this.#queue[Symbol.asyncIterator]();
  }

  hello(timeout = 5000): Promise<HelloEvent> {
    return this.#dialogue.exclusive(async () => {
      // The first line end finishes what another program may have left half-sent; after silence, as many
      // as bring the device's parser out of a frame.
      let asks = 0;
      const again = setInterval(() => void this.#askAgain(++asks), Math.max(ASK_AGAIN_MS, timeout / 20));
      const asked = this.#dialogue.ask({
        line: '\nhello',
        timeout,
        stubborn: true,
        answer: (event) => (event.t === 'hello' ? event : undefined),
      });
      const hello = await asked
        .catch(() => {
          this.#dialogue.check();
          throw this.#nobodyThere(timeout);
        })
        .finally(() => clearInterval(again));
      this.#found();
      return this.#checkVersion(hello);
    }, true);
  }

  get foundAt(): number | undefined {
    return this.#foundAt;
  }

  /** It has answered: there it is looked for first, from now on. */
  #found(): void {
    if (this.#rate === this.#rates[0]) return;
    this.#foundAt = this.#rate;
    this.#rates = [this.#rate, ...this.#rates.filter((rate) => rate !== this.#rate)];
  }

  /** @param asks times it was asked before */
  async #askAgain(asks: number): Promise<void> {
    const others = Math.floor(Math.max(0, asks - PATIENT_ASKS + ASKS_PER_RATE) / ASKS_PER_RATE);
    const rate = this.#rates[others % this.#rates.length]!;
    if (rate !== this.#rate && this.#transport.setBaudRate !== undefined) {
      this.#rate = rate;
      await this.#transport.setBaudRate(rate);
    }
    await this.#dialogue.write(`${RESYNCHRONISE}hello\n`).catch(() => {});
  }

  async command(line: string): Promise<OkEvent> {
    const word = line.split(' ')[0] ?? '';
    if (
      !/^[\x20-\x7e]{1,120}$/.test(line) ||
      ['hello', 'stats', 'play', 'stop', 'input', 'credit'].includes(word)
    ) {
      throw inputError({
        what: `\`${line.slice(0, 120)}\` is not a command that is answered by ok`,
        next: 'send reset, mic, trace features, trace off or cutoff M C',
      });
    }
    if (word === 'audio') this.#sendsAudio = line !== 'audio off';
    return this.#dialogue
      .exclusive(() =>
        this.#dialogue.ask({
          line,
          answer: (event) => (event.t === 'ok' && event.cmd === word ? event : undefined),
        }),
      )
      .then((event) => this.#asAsked(line, event));
  }

  /** A command may arrive as another one that makes sense, too: the device says what it has understood. */
  #asAsked(line: string, event: OkEvent): OkEvent {
    const [, ...numbers] = line.split(' ').map(Number);
    const [model, value] = event.cmd === 'gain' ? [undefined, numbers[0]] : numbers;
    const other = (said: number | undefined, asked: number | undefined) =>
      said !== undefined && said !== asked;
    if (!SETTINGS.has(event.cmd) || !(other(event.m, model) || other(event.value, value))) return event;
    throw toolError({
      what: `the device understood another command than \`${line}\``,
      where: this.path,
      why: `it set the ${event.cmd}${event.m === undefined ? '' : ` of model ${event.m}`} to ${event.value}`,
      next: 'check the cable, and give the command again',
    });
  }

  play(
    source: PcmSource,
    options: { readonly link?: AudioLinkLocation | undefined } = {},
  ): Promise<EndEvent> {
    return this.#dialogue.exclusive(() => playClip(this.#context, source, options.link));
  }

  async input(model: number, bytes: Uint8Array): Promise<OutputEvent> {
    if (bytes.length === 0 || !Number.isInteger(model) || model < 0 || model > 255)
      throw inputError({
        what: `no input can be given to model ${model}: ${bytes.length} bytes`,
        where: this.path,
      });
    return this.#dialogue.exclusive(() => pushInput(this.#context, model, bytes));
  }

  stats(): Promise<StatsEvent> {
    return this.#dialogue.exclusive(() =>
      this.#dialogue.ask({ line: 'stats', answer: (event) => (event.t === 'stats' ? event : undefined) }),
    );
  }

  close(): Promise<void> {
    return this.#shut(toolError({ what: 'the session is closed', where: this.path }));
  }

  #receive(bytes: Uint8Array): void {
    if (this.#closing !== undefined) return;
    for (const event of this.#parser.push(bytes)) {
      if (event.t === 'noise') {
        this.#noise ??= event;
        this.#queue.push(event);
      } else if (event.t === 'lost')
        this.#queue.push(this.#clip === undefined ? event : { ...event, clip: this.#clip });
      else this.#sort(event);
    }
  }

  #sort(event: DeviceEvent): void {
    if (event.t === 'credit') {
      this.#pushing = this.#sender !== undefined;
      this.#sender?.credit(event);
      return;
    }
    if (event.t === 'hello') this.#packs = event.packed === true;
    if (this.#dialogue.take(event)) return;
    if (event.t === 'ok') return; // to a command nobody waits for any more
    if (event.t === 'hello' && this.#pushing) this.#restarted();
    if (event.t === 'fault' && event.code === 'crash') this.#crashed(event.message);
    // What is told of the clip, and how far it is.
    if (event.t === 'score' || event.t === 'detect') this.#audio = Math.max(this.#audio, event.ms);
    const seen = withClip(event, this.#clip);
    this.#queue.push(seen);
    if (seen.t === 'end') {
      this.#onEnd?.(seen);
      this.#clip = undefined;
      this.#pushing = false;
    }
    if (seen.t === 'fault' && seen.code === 'bad-frame') this.#sender?.goBack();
    this.#sender?.notify();
  }

  #nextEnd(): ReturnType<PushContext['nextEnd']> {
    let arrived: EndEvent | undefined;
    const onEnd = (event: EndEvent) => {
      if (this.#clip !== undefined) arrived ??= event;
    };
    this.#onEnd = onEnd;
    return {
      arrived: () => arrived,
      forget: () => {
        if (this.#onEnd === onEnd) this.#onEnd = undefined;
      },
    };
  }

  #checkVersion(hello: HelloEvent): HelloEvent {
    if (hello.protocol === PROTOCOL_VERSION) return hello;
    throw toolError({
      what: `the device speaks version ${hello.protocol} of the protocol, this kws-gen version ${PROTOCOL_VERSION}`,
      where: this.path,
      next: `flash it again (\`kws-gen flash\`), or use kws-gen ${hello.tool}`,
    });
  }

  #nobodyThere(timeout: number): Error {
    const line = this.#noise?.text;
    const begin = line === undefined ? this.#parser.unfinished : undefined;
    return toolError({
      what: `no kws-gen firmware answers within ${timeout / 1000} s`,
      where: this.path,
      why:
        line !== undefined
          ? `what came was no line of the protocol, such as "${line}"`
          : begin !== undefined
            ? `bytes came and no end of a line: other firmware, or a wrong baud rate${this.#tried()}; they begin with "${begin}"`
            : `nothing at all came from the port${this.#tried()}`,
      next:
        line === undefined && begin === undefined
          ? 'press the reset button; check that it is the right port (`kws-gen ports`); flash the board (`kws-gen flash`)'
          : 'flash the board (`kws-gen flash`), name the right port, or set `monitorBaud` of the board (kws.json, boards) to the rate of its firmware',
    });
  }

  #tried(): string {
    return this.#rates.length < 2 || this.#transport.setBaudRate === undefined
      ? ''
      : ` (asked at ${this.#rates.join(' and at ')} baud)`;
  }

  #restarted(): void {
    this.#dialogue.interrupt(
      toolError({
        what: 'the device restarted in the middle of it',
        where: this.path,
        why: 'its firmware crashed, its power failed, or its reset button was pressed',
        next: 'try again; if it happens again, look at the fault it reports (`kws-gen monitor`)',
      }),
    );
  }

  #crashed(message: string): void {
    this.#dialogue.interrupt(
      toolError({
        what: 'the firmware crashed',
        where: this.path,
        why: message,
        next: 'start the board again (`kws-gen flash`)',
      }),
    );
  }

  #lost(reason: string): void {
    if (this.#closing !== undefined) return;
    const error = toolError({
      what: 'the device went away',
      where: this.path,
      why: reason,
      next: 'check the cable, or start the virtual board again (`kws-gen flash`)',
    });
    this.#queue.push({ kws: 1, t: 'disconnected', reason });
    void this.#shut(error);
  }

  #shut(reason: Error): Promise<void> {
    this.#closing ??= (async () => {
      this.#signal?.removeEventListener('abort', this.#onAbort);
      // A board left in the middle of a clip would wait for the rest; one that sends its audio stops.
      const last = `${this.#pushing ? `${RESYNCHRONISE}mic\n` : ''}${this.#sendsAudio ? 'audio off\n' : ''}`;
      this.#dialogue.fail(reason);
      this.#sender?.notify();
      this.#queue.end();
      if (last !== '') {
        const written = this.#transport.write(Buffer.from(last));
        await withTimeout(written, 200, () => new Error()).catch(() => {});
      }
      await this.#transport.close();
    })();
    return this.#closing;
  }
}

function withClip<Event extends DeviceEvent>(event: Event, clip: string | undefined): Event {
  return clip === undefined || event.t === 'hello' ? event : { ...event, clip };
}
