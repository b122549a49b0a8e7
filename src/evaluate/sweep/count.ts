/**
 * How often a model hears what it should and what it should not, under every setting of a grid.
 *
 * Owns: what counts as what. A positive clip is a hit where its label is heard at all, at its begin or later,
 * the padding after it included; more of the same are repeats; other labels in it are counted apart. In
 * negatives every detection is a false accept. What is heard before a clip begins counts for nothing.
 * Leaves to others: rates and bounds (`report.ts`).
 */
import { setImmediate } from 'node:timers/promises';
import type { Recording } from '../record/types.js';
import { cutoffOf, type Family, type Grid, type Setting, withSetting } from './grid.js';
import { type Channel, createReplayer, type Heard, peaksOf } from './replay.js';

/** A clip that has run. */
export interface Sample {
  readonly recording: Recording;
  /** First step that counts. */
  readonly begin: number;
}

interface PositiveSample extends Sample {
  /** Output that should be heard; undefined where it is another model's. */
  readonly wanted: number | undefined;
}

interface Counts {
  /** Positive clips of this model's labels, and how many of them were not heard. */
  readonly clips: number;
  readonly misses: number;
  /** Further detections of the right label in a clip. */
  readonly repeats: number;
  /** Detections of labels that a positive clip does not have. */
  readonly others: number;
  readonly falseAccepts: number;
  /** Of the negatives, without padding. */
  readonly hours: number;
}

export interface Point extends Setting, Counts {
  /** Per clip of `misses`, in order: 1 where it was missed. */
  readonly missed?: Uint8Array;
  /** Per negative, in order. */
  readonly accepts?: Uint16Array;
}

export interface Countable {
  readonly channel: Channel;
  readonly gate: Channel | undefined;
  readonly positives: readonly PositiveSample[];
  readonly negatives: readonly Sample[];
  /** Of the negatives, without padding. */
  readonly hours: number;
}

export interface SweepOptions {
  /** Of which families the counts per clip are kept. */
  readonly keep?: (family: Family) => boolean;
  readonly progress?: (done: number, of: number) => void;
  readonly signal?: AbortSignal;
}

/** Ctrl-C is noticed so soon. */
const PAUSE_MS = 50;

/** Where a family's cutoffs end: more false accepts than one a minute are nobody's operating point. */
const MOST_PER_HOUR = 60;
const FEWEST_ACCEPTS = 20;

/** Points family by family, each with falling cutoffs, down to where false accepts become useless. */
export async function sweep(
  countable: Countable,
  { families, cutoffs }: Grid,
  { keep, progress, signal }: SweepOptions = {},
): Promise<readonly Point[]> {
  const counter = createCounter(countable);
  const points: Point[] = [];
  let pause = Date.now() + PAUSE_MS;
  for (const [i, family] of families.entries()) {
    progress?.(i, families.length);
    for (const byte of cutoffs) {
      if (Date.now() >= pause) {
        await setImmediate();
        signal?.throwIfAborted();
        pause = Date.now() + PAUSE_MS;
      }
      const point = counter({ cutoff: cutoffOf(byte), ...family }, keep?.(family) === true);
      points.push(point);
      if (point.falseAccepts > Math.max(FEWEST_ACCEPTS, MOST_PER_HOUR * countable.hours)) break;
    }
  }
  return points;
}

export function createCounter({ channel, gate, positives, negatives, hours }: Countable) {
  const peaks = (samples: readonly Sample[]) => samples.map(({ recording }) => peaksOf(channel, recording));
  const [positivePeaks, negativePeaks] = [peaks(positives), peaks(negatives)];
  const clips = positives.filter(({ wanted }) => wanted !== undefined).length;
  return (setting: Setting, keep = false): Point => {
    const listen = createReplayer(channel, withSetting(channel.detector, setting), gate);
    const heardIn = ({ recording, begin }: Sample, loudness: Uint8Array): readonly Heard[] =>
      listen(recording, loudness).filter(({ step }) => step >= begin);
    const missed: number[] = [];
    let [repeats, others] = [0, 0];
    positives.forEach((sample, i) => {
      const heard = heardIn(sample, positivePeaks[i]!);
      const right = heard.filter(({ label }) => label === sample.wanted).length;
      others += heard.length - right;
      repeats += Math.max(0, right - 1);
      if (sample.wanted !== undefined) missed.push(right === 0 ? 1 : 0);
    });
    const accepts = Uint16Array.from(negatives, (sample, i) => heardIn(sample, negativePeaks[i]!).length);
    return {
      ...setting,
      clips,
      misses: missed.reduce((a, b) => a + b, 0),
      repeats,
      others,
      falseAccepts: accepts.reduce((a, b) => a + b, 0),
      hours,
      ...(keep ? { missed: Uint8Array.from(missed), accepts } : {}),
    };
  };
}
