/**
 * Pushes bytes to a device in frames: go-back-N over a window that the device's credits open.
 *
 * Owns: sequence numbers, the window, resending, asking again after silence. Leaves to others: the frame's
 * layout (`frame.ts`), the command before and after (`playback.ts`).
 *
 * A credit acknowledges every frame before its number. When the device says that it dropped one, everything
 * under way is sent again, but once only: each of the frames behind the lost one makes it say so again.
 */
import { toolError } from '../diagnostics/errors.js';
import type { CreditEvent } from './events.js';
import { encodeFrame, MAX_PAYLOAD, RESYNCHRONISE } from './frame.js';
import { MAX_PACKED_SAMPLE_BYTES, packSamples } from './packing.js';

export interface FrameSenderOptions {
  write(bytes: Uint8Array): Promise<void>;
  /** Throws if the device is gone or the user gave up. */
  check(): void;
  /** Whether the device wants no more, so that sending may stop where it is. */
  over?(): boolean;
  /** What is sent are samples, and they go packed. */
  readonly packed?: boolean;
  /** Milliseconds without a credit after which the device is asked again; 1 s unless told. */
  readonly patience?: number;
  /** Milliseconds without any progress after which that is an error; 6 s unless told. */
  readonly stallLimit?: number;
  /** Named in errors. */
  readonly where: string;
}

const ASK_AGAIN = Buffer.from(`${RESYNCHRONISE}credit\n`);

interface Frame {
  readonly bytes: Uint8Array;
  /** Bytes of what is sent: of samples before they are packed. */
  readonly size: number;
}

export class FrameSender {
  readonly #options: FrameSenderOptions;
  /** Sequence number the device expects: that of the first of `#underWay`. */
  #expected = 0;
  #underWay: Frame[] = [];
  #room: number | undefined;
  #goBack = false;
  #wentBack = false;
  #credits = 0;
  #progress = Date.now();
  #wake: (() => void) | undefined;

  constructor(options: FrameSenderOptions) {
    this.#options = options;
  }

  /** A credit has come in. Numbers outside the window are passed over. */
  credit(event: CreditEvent): void {
    const acknowledged = (event.seq - this.#expected) & 0xff;
    if (acknowledged > this.#underWay.length) return;
    this.#room = event.bytes;
    this.#credits++;
    if (acknowledged > 0) {
      this.#underWay.splice(0, acknowledged);
      this.#expected = event.seq;
      this.#progress = Date.now();
      this.#wentBack = false;
    }
    if (event.resend) this.goBack();
    this.notify();
  }

  /** The device dropped a frame. */
  goBack(): void {
    if (this.#underWay.length > 0 && !this.#wentBack) this.#goBack = true;
    this.notify();
  }

  /** Something happened that `check` should look at. */
  notify(): void {
    this.#wake?.();
  }

  /** Sends everything and returns the number of bytes sent once the device has acknowledged them all (or is `over`). */
  async send(chunks: Iterator<Uint8Array> | AsyncIterator<Uint8Array>): Promise<number> {
    const { check, write, over = () => false } = this.#options;
    let sent = 0;
    let rest: Uint8Array = new Uint8Array(0);
    let pending: IteratorResult<Uint8Array> | Promise<IteratorResult<Uint8Array>> | undefined;
    let ended = false;
    for (;;) {
      check();
      if (over()) return sent;
      if (this.#goBack) {
        this.#goBack = false;
        this.#wentBack = true;
        // What is acknowledged meanwhile needs no other copy.
        for (const frame of [...this.#underWay]) if (this.#underWay.includes(frame)) await write(frame.bytes);
        continue;
      }
      if (rest.length === 0 && !ended) {
        pending ??= chunks.next();
        const next = await this.#firstOf(pending);
        if (next === undefined) continue;
        pending = undefined;
        this.#progress = Date.now();
        if (next.done) ended = true;
        else rest = next.value;
        continue;
      }
      const size = this.#nextSize(rest.length);
      if (size > 0) {
        const taken = await this.#sendFrame(rest.subarray(0, size));
        rest = rest.subarray(taken);
        sent += taken;
        continue;
      }
      if (ended && rest.length === 0 && this.#underWay.length === 0) return sent;
      await this.#waitForCredit();
    }
  }

  /** Bytes for the next frame: 0 while there is no room for a sensible one. */
  #nextSize(available: number): number {
    const credit = this.#room ?? 0;
    const taken = this.#underWay.reduce((sum, frame) => sum + frame.size, 0);
    const most = this.#options.packed ? MAX_PACKED_SAMPLE_BYTES : MAX_PAYLOAD;
    const room = this.#options.packed ? (credit - taken) & ~1 : credit - taken;
    const wanted = Math.min(available, most);
    // A device keeps a few bytes back: its room is not quite two whole packed frames.
    const sensible = Math.min(wanted, MAX_PAYLOAD);
    // What surrounds a payload takes room in the device's buffer as well: no more frames than whole ones fit.
    if (this.#underWay.length >= Math.min(Math.max(1, Math.ceil(credit / most)), 127)) return 0;
    // Small frames only when nothing else is under way, or the window would crumble.
    return room >= sensible || this.#underWay.length === 0 ? Math.max(0, Math.min(room, wanted)) : 0;
  }

  /** Sends as much of `data` as a frame carries; returns how much. */
  async #sendFrame(data: Uint8Array): Promise<number> {
    const { payload, taken } = this.#options.packed
      ? packSamples(data)
      : { payload: data, taken: data.length };
    const bytes = encodeFrame(this.#expected + this.#underWay.length, payload);
    this.#underWay.push({ bytes, size: taken });
    await this.#options.write(bytes);
    return taken;
  }

  /** The chunk, or undefined when a credit came first and there may be something to send again. */
  async #firstOf<T>(pending: T | Promise<T>): Promise<T | undefined> {
    const { promise, cancel } = this.#nextNews();
    try {
      return await Promise.race([pending, promise]);
    } finally {
      cancel();
    }
  }

  async #waitForCredit(): Promise<void> {
    const { patience = 1000, stallLimit = 6000, write, check, over = () => false, where } = this.#options;
    const credits = this.#credits;
    const asked = Date.now();
    for (;;) {
      if (Date.now() - this.#progress >= stallLimit) {
        throw toolError({
          what: 'the device stopped taking data',
          where,
          why: `${this.#underWay.length} frames unanswered and no room for more in ${stallLimit / 1000} s`,
          next: 'press the reset button and try again; if it happens again, try another cable or a lower baud rate',
        });
      }
      const { promise, cancel } = this.#nextNews();
      const timer = setTimeout(() => this.notify(), Math.max(0, asked + patience - Date.now()));
      await promise;
      clearTimeout(timer);
      cancel();
      check();
      if (over() || this.#goBack || this.#credits !== credits) return;
      // A score, or whatever else there is to look at, is no silence.
      if (Date.now() - asked < patience) continue;
      await write(ASK_AGAIN);
      this.#wentBack = false;
      this.#goBack = this.#underWay.length > 0;
      if (this.#goBack) return;
    }
  }

  #nextNews(): { promise: Promise<undefined>; cancel: () => void } {
    let wake: () => void = () => {};
    const promise = new Promise<undefined>((resolve) => {
      wake = () => resolve(undefined);
    });
    this.#wake = wake;
    return {
      promise,
      cancel: () => {
        if (this.#wake === wake) this.#wake = undefined;
      },
    };
  }
}
