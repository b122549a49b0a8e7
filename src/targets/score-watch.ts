/**
 * A board that listens to its microphone sends a score per hop of every model. One that stops is stuck, and whether it
 * would have heard a word is not known: no verdict can be made of its silence.
 *
 * Owns: how long a board may be silent. Leaves to others: ending the session (`hear.ts`).
 */
import { type KwsError, toolError } from '../diagnostics/errors.js';
import type { HelloEvent, SessionEvent } from '../protocol/events.js';

/** Hops without a score that are none of a board that is busy. */
const HOPS = 10;
/** What a serial adapter, a slow model or this computer may hold back besides. ms */
const SLACK_MS = 2000;
/** Before the first score: microphones settle (10 s at most), windows fill. ms */
const FIRST_MS = 15_000;
const SLOW_TIMES = 20;
/** When the time is up: hops without a score, and what lies between two of a slow model, so often. */
const LAST_HOPS = 5;
const LAST_GAPS = 3;
const LAST_SLACK_MS = 250;

export interface ScoreWatchOptions {
  /** Milliseconds from anywhere; `performance.now` unless told. */
  readonly now?: () => number;
  /** Samples that the first score takes. */
  readonly leastSamples?: number | undefined;
  /** Beside the hops: before the first score, and always. ms */
  readonly firstMs?: number;
  readonly slackMs?: number;
  /** Its time is an emulator's: it is waited for so much longer. */
  readonly slow?: boolean | undefined;
}

export class ScoreWatch {
  readonly #hello: HelloEvent;
  readonly #path: string;
  readonly #now: () => number;
  readonly #firstMs: number;
  readonly #slackMs: number;
  readonly #hopMs: number;
  #since: number;
  #scores = 0;
  /** Longest time between two scores. ms */
  #gap = 0;
  #fault: string | undefined;

  constructor(hello: HelloEvent, path: string, options: ScoreWatchOptions = {}) {
    const { now = () => performance.now(), leastSamples = 0 } = options;
    const times = options.slow === true ? SLOW_TIMES : 1;
    const { firstMs = times * FIRST_MS, slackMs = times * SLACK_MS } = options;
    this.#hello = hello;
    this.#path = path;
    this.#now = now;
    const wakes = hello.models.filter(({ gate }) => !gate);
    this.#hopMs = Math.min(...wakes.map(({ hop }) => hop * hello.step));
    this.#slackMs = slackMs;
    // A board may say any rate, also none.
    this.#firstMs = firstMs + (1000 * leastSamples) / Math.max(hello.rate, 1);
    this.#since = now();
  }

  take(event: SessionEvent): void {
    if (event.t === 'fault') this.#fault = `${event.code}: ${event.message}`;
    const now = this.#now();
    if (event.t === 'score') {
      if (this.#scores++ > 0) this.#gap = Math.max(this.#gap, now - this.#since);
    } else if (event.t === 'hello') {
      // A board that restarted settles again.
      this.#scores = 0;
      this.#gap = 0;
    } else return;
    this.#since = now;
  }

  /** Longest time without a score that is no fault. ms */
  get patience(): number {
    return (this.#scores === 0 ? this.#firstMs : 0) + HOPS * this.#hopMs + this.#slackMs;
  }

  /** Time until that has passed; 0 where it has. ms */
  get left(): number {
    return Math.max(0, this.#since + this.patience - this.#now());
  }

  /** What to say where the board has been silent for too long. */
  get failure(): KwsError | undefined {
    return this.left > 0 ? undefined : this.#error();
  }

  /**
   * The same when the time is up, by what the board did before.
   * @param verdict whether it is asked what was heard: without any score nothing is known
   */
  failureAtEnd(verdict: boolean): KwsError | undefined {
    if (this.#scores === 0) return verdict ? this.#error() : this.failure;
    const usual = Math.max(LAST_HOPS * this.#hopMs, LAST_GAPS * this.#gap) + LAST_SLACK_MS;
    return this.#now() - this.#since < usual ? undefined : this.#error();
  }

  #error(): KwsError {
    const silent = Math.round((this.#now() - this.#since) / 100) / 10;
    return toolError({
      what: this.#scores === 0 ? 'the board sends no scores' : 'the board sends no scores any more',
      where: `${this.#hello.board} on ${this.#path}`,
      why:
        this.#fault ??
        `it listens, and has sent none for ${silent} s; one every ${Math.round(this.#hopMs)} ms is expected`,
      next: 'press its reset button, or flash it again (kws-gen flash)',
    });
  }
}
