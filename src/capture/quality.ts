/**
 * What a microphone delivers → how good it is.
 *
 * Pure. Owns: what is measured. Leaves to others: which figures are wrong, and what to do then (`findings.ts`), getting the
 * samples, showing.
 */
import { type Finding, findingsOf, type MicFacts } from './findings.js';

/** Samples in order, and when they came. */
export interface Block {
  readonly samples: Int16Array;
  /** Of this computer's clock. ms */
  readonly arrivedMs: number;
}

export interface MicInput {
  readonly blocks: readonly Block[];
  /** That the board says. Hz */
  readonly rate: number;
  /** Whether the samples come as fast as they are made, so that their rate can be measured. */
  readonly live: boolean;
  /** What had piled up comes first, at once: a stream that was begun before the board listened. */
  readonly piledUp?: boolean;
  /** Samples that did not arrive, or found no room on the board. */
  readonly missing: number;
  readonly overrun: number;
}

export interface MicReport extends MicFacts {
  readonly passed: boolean;
  readonly findings: readonly Finding[];
  /** In a sentence. */
  readonly verdict: string;
}

const FULL = 32_768;
const FRAME_MS = 20;
/** So long a microphone may take to settle, as far as it is looked for. */
const SETTLES_WITHIN_MS = 2000;
/** Shortest time over which a rate is believed, and what of it the jitter of arrivals may be. */
const RATE_FROM_MS = 2000;
const STRETCH_MS = 500;

export function micReport(input: MicInput): MicReport {
  const { rate, missing, overrun } = input;
  const samples = joined(input.blocks);
  const settled = settlingOf(samples, rate);
  const own = samples.subarray(settled);
  const dc = mean(own);
  const frames = levels(own, dc, rate);
  const sorted = Float64Array.from(frames).sort();
  const level = Math.sqrt(mean(frames.map((value) => value * value)));
  const floor = sorted[Math.floor(sorted.length / 10)] ?? 0;
  const peak = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const clipped = own.reduce((count, value) => count + (value === 32_767 || value === -FULL ? 1 : 0), 0);
  const facts = {
    seconds: samples.length / rate,
    samples: samples.length,
    levelDb: decibels(level),
    peakDb: decibels(peak),
    noiseFloorDb: decibels(floor),
    dc: Math.round((10_000 * dc) / FULL) / 10_000 || 0,
    clippedSamples: clipped,
    missingSamples: missing,
    overrunSamples: overrun,
    measuredRate: input.live ? rateOf(input) : null,
    rate,
    settlingMs: Math.round((1000 * settled) / rate),
  };
  const constant = samples.length > 0 && samples.every((value) => value === samples[0]);
  const findings = findingsOf(facts, constant ? samples[0] : undefined);
  const faults = findings.filter(({ severity }) => severity === 'fault');
  const passed = faults.length === 0;
  const heard = input.piledUp === true ? 'what was played' : 'the microphone';
  const verdict = passed
    ? findings.length === 0
      ? `${heard} is good`
      : `${heard} can be used: ${findings.map(({ what }) => what).join('; ')}`
    : `${heard} is not good: ${faults.map(({ what }) => what).join('; ')}`;
  return { ...facts, passed, findings, verdict };
}

function joined(blocks: readonly Block[]): Int16Array {
  const all = new Int16Array(blocks.reduce((sum, { samples }) => sum + samples.length, 0));
  let at = 0;
  for (const { samples } of blocks) {
    all.set(samples, at);
    at += samples.length;
  }
  return all;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length === 0 ? 0 : sum / values.length;
}

/** Root mean square per frame, without DC; what is left of the last frame counts for none. */
function levels(samples: Int16Array, dc: number, rate: number): readonly number[] {
  const size = Math.max(1, Math.round((rate * FRAME_MS) / 1000));
  return Array.from({ length: Math.floor(samples.length / size) }, (_, i) => {
    let sum = 0;
    for (let k = i * size; k < (i + 1) * size; k++) sum += (samples[k]! - dc) ** 2;
    return Math.sqrt(sum / size);
  });
}

const decibels = (value: number): number | null =>
  value === 0 ? null : Math.round(200 * Math.log10(value / FULL)) / 10;

/**
 * Samples until the mean of short frames is that of the second half, and stays: converters begin with a step of DC.
 * Sound moves these means, too: what they do in the second half is no settling.
 */
function settlingOf(samples: Int16Array, rate: number): number {
  const size = Math.max(1, Math.round((rate * FRAME_MS) / 1000));
  const means = Array.from({ length: Math.floor(samples.length / size) }, (_, i) =>
    mean(samples.subarray(i * size, (i + 1) * size)),
  );
  const half = means.slice(Math.ceil(means.length / 2));
  if (half.length < 10) return 0;
  const final = mean(half);
  const usual = half.reduce((most, value) => Math.max(most, Math.abs(value - final)), 0);
  const tolerance = Math.max(1.5 * usual, FULL / 500);
  const own = levels(samples, final, rate).map((level, i) =>
    Math.sqrt(Math.max(0, level ** 2 - (means[i]! - final) ** 2)),
  );
  const within = Math.min(means.length - half.length, Math.round(SETTLES_WITHIN_MS / FRAME_MS));
  let frames = 0;
  for (let i = 0; i < within; i++) {
    // What swings so far anyway is sound.
    if (Math.abs(means[i]! - final) > Math.max(tolerance, own[i]!)) frames = i + 1;
  }
  return frames * size;
}

/** Hz, or null where it cannot be measured. */
function rateOf({ blocks, rate, missing, piledUp = false }: MicInput): number | null {
  return measuredRate(piledUp ? blocks.slice(steadyFrom(blocks, rate)) : blocks, missing);
}

/** The first block behind the last half second in which more came than a quarter too much. */
function steadyFrom(blocks: readonly Block[], rate: number): number {
  const most = 1.25 * rate * (STRETCH_MS / 1000);
  let [begin, count, steady] = [0, 0, 0];
  for (const [i, { samples, arrivedMs }] of blocks.entries()) {
    count += samples.length;
    while (arrivedMs - blocks[begin]!.arrivedMs > STRETCH_MS) count -= blocks[begin++]!.samples.length;
    if (count > most) steady = i + 1;
  }
  return steady;
}

/** By the line of least squares through what had come and when; null where it is too short. */
function measuredRate(blocks: readonly Block[], missing: number): number | null {
  const first = blocks[0];
  const last = blocks.at(-1);
  if (first === undefined || last === undefined || last.arrivedMs - first.arrivedMs < RATE_FROM_MS)
    return null;
  // Which of them are missing is not known here: a rate would be too low by them.
  if (missing > 0) return null;
  let count = 0;
  const points = blocks.map(({ samples, arrivedMs }) => {
    count += samples.length;
    return [arrivedMs - first.arrivedMs, count] as const;
  });
  const x = mean(points.map(([ms]) => ms));
  const y = mean(points.map(([, n]) => n));
  let [above, below] = [0, 0];
  for (const [ms, n] of points) {
    above += (ms - x) * (n - y);
    below += (ms - x) ** 2;
  }
  return below === 0 ? null : Math.round((10_000 * above) / below) / 10;
}
