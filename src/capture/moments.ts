/**
 * What a board says while it listens → the moments that are worth a clip: detections, and near misses.
 *
 * Owns: what a near miss is: a probability that came far and fell again without a detection. Leaves to others: sound.
 */
import type { DetectEvent, ScoreEvent } from '../protocol/events.js';

export interface Moment {
  readonly kind: 'heard' | 'near';
  readonly model: string;
  readonly label: string;
  /** Audio time since reset; of a near miss that of its highest probability. */
  readonly ms: number;
  readonly p: number;
}

/** A label that is looked at. */
export interface WatchedLabel {
  readonly model: string;
  readonly label: string;
  /** Its place in the probabilities of a score. */
  readonly output: number;
  /** From here on it is near. */
  readonly nearFrom: number;
}

/** So long after a detection a word still sounds: what is high then is no near miss. ms */
const AFTERGLOW_MS = 1500;

interface Watched extends WatchedLabel {
  /** The highest of the stretch that is under way. */
  peak: { readonly ms: number; readonly p: number } | undefined;
  heardMs: number;
}

export class MomentFinder {
  readonly #labels: readonly Watched[];

  constructor(labels: readonly WatchedLabel[]) {
    this.#labels = labels.map((one) => ({ ...one, peak: undefined, heardMs: Number.NEGATIVE_INFINITY }));
  }

  /** Time counts anew. */
  reset(): void {
    for (const one of this.#labels) {
      one.peak = undefined;
      one.heardMs = Number.NEGATIVE_INFINITY;
    }
  }

  detection({ m, label, ms, p }: DetectEvent): Moment {
    for (const one of this.#labels)
      if (one.model === m && one.label === label) {
        one.peak = undefined;
        one.heardMs = ms;
      }
    return { kind: 'heard', model: m, label, ms, p };
  }

  /** Near misses that are over with this score. */
  score({ m, p, ms }: ScoreEvent): readonly Moment[] {
    const over: Moment[] = [];
    for (const one of this.#labels) {
      if (one.model !== m) continue;
      const now = p[one.output] ?? 0;
      if (now >= one.nearFrom) {
        if (ms - one.heardMs > AFTERGLOW_MS && now > (one.peak?.p ?? 0)) one.peak = { ms, p: now };
      } else over.push(...this.#end(one));
    }
    return over;
  }

  /** Near misses that were under way at the end. */
  end(): readonly Moment[] {
    return this.#labels.flatMap((one) => this.#end(one));
  }

  #end(one: Watched): readonly Moment[] {
    const { peak, model, label } = one;
    one.peak = undefined;
    return peak === undefined ? [] : [{ kind: 'near', model, label, ...peak }];
  }
}
