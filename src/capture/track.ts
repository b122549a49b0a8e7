/**
 * Lines of audio → samples in order, with every gap counted.
 *
 * Owns: what is missing, by the numbers that lines carry. Leaves to others: where the samples go.
 */
import { toolError } from '../diagnostics/errors.js';
import { type AudioEvent, audioSamples } from '../protocol/events.js';

/** What a line brings. */
export interface Piece {
  /** Number of the first sample, as the device counts since its reset. */
  readonly at: number;
  /** Samples before it whose lines did not arrive. */
  readonly missing: number;
  /** Samples before it that the microphone had and the board found no room for: they have no number. */
  readonly overrun: number;
  readonly samples: Int16Array;
}

/** No line is away for so long; a board that counts so is broken. */
const LONGEST_GAP = 10_000_000;

export class AudioTrack {
  #next: number | undefined;
  #lost = 0;
  #missing = 0;
  #overrun = 0;
  #count = 0;

  /** Samples that did not arrive. */
  get missing(): number {
    return this.#missing;
  }
  /** Samples that found no room on the board. */
  get overrun(): number {
    return this.#overrun;
  }
  /** Samples that arrived. */
  get count(): number {
    return this.#count;
  }

  /**
   * Undefined: it came before, or the board counts anew.
   * @throws KwsError (exit code 3) where the count jumps
   */
  take(event: AudioEvent): Piece | undefined {
    const samples = audioSamples(event);
    const { n: at, lost } = event;
    if (this.#next !== undefined && at < this.#next) return undefined;
    const missing = this.#next === undefined ? 0 : at - this.#next;
    const overrun = this.#next === undefined ? 0 : Math.max(0, lost - this.#lost);
    if (missing > LONGEST_GAP)
      throw toolError({
        what: `the board’s count of samples jumps by ${missing}`,
        next: 'press its reset button, and record again',
      });
    this.#next = at + samples.length;
    this.#lost = lost;
    this.#missing += missing;
    this.#overrun += overrun;
    this.#count += samples.length;
    return { at, missing, overrun, samples };
  }
}
