/**
 * Windows normalised by the statistics of their complete frames, in single precision: per coefficient over the
 * frames around one (cmvn), or over all values (z-score).
 *
 * The C++ twin is templates/lib/kws_frontend/src/float32/convert_statistics.cpp. Its 64-bit integers are
 * numbers here: none passes 2^53.
 */
import type { SpectralTables } from './tables.js';

const f = Math.fround;

const WHOLE_16 = 2 ** 16;
/** Largest magnitudes of a value and of one less its mean: far beyond logarithms and their cosine transforms. */
const GREATEST = 16_383;
const GREATEST_DEVIATION = 511;
const WHOLE_13 = 2 ** 13;
const CMVN_EPSILON = f(1e-10);
const Z_SCORE_EPSILON = f(1e-7);

/** Of a value in Q16, cut off. */
const fixed16 = (value: number): number => f(within(value, GREATEST) * WHOLE_16) | 0;

/** Of a value less its mean in Q13, to the nearest, halves away from zero. */
function fixed13(value: number): number {
  const scaled = f(within(value, GREATEST_DEVIATION) * WHOLE_13);
  return f(scaled + (scaled < 0 ? -0.5 : 0.5)) | 0;
}

function within(value: number, limit: number): number {
  return Math.min(Math.max(value, -limit), limit);
}

/** Frames [frames][channels] → [frames x channels]. */
export function cmvn(t: SpectralTables, frames: readonly Float32Array[]): Float32Array {
  const features = new Float32Array(frames.length * t.channels);
  const half = t.cmvnHalf;
  for (let channel = 0; channel < t.channels; channel++) {
    const column = frames.map((frame) => fixed16(frame[channel]!));
    const centred = lessMeans(t, column, half);
    // The values of a column less their means, reflected like the column itself.
    const around = (place: number) => fixed13(centred[reflected(place, column.length)]!);
    let [sum, squares] = [0, 0];
    for (let i = -half; i <= half; i++) {
      sum += around(i);
      squares += around(i) ** 2;
    }
    for (let n = 0; n < column.length; n++) {
      const value = centred[n]!;
      features[n * t.channels + channel] = t.variance
        ? f(value / f(deviation(t, sum, squares) + CMVN_EPSILON))
        : value;
      sum += around(n + half + 1) - around(n - half);
      squares += around(n + half + 1) ** 2 - around(n - half) ** 2;
    }
  }
  return features;
}

/** Column in Q16 → each value less the mean of those around it. Sums are exact: a constant leaves nothing. */
function lessMeans(t: SpectralTables, column: readonly number[], half: number): number[] {
  const share = f(t.cmvnShare * f(1 / WHOLE_16));
  const at = (place: number) => column[reflected(place, column.length)]!;
  let sum = 0;
  for (let i = -half; i <= half; i++) sum += at(i);
  return column.map((value, n) => {
    const less = f(f((2 * half + 1) * value - sum) * share);
    sum += at(n + half + 1) - at(n - half);
    return less;
  });
}

function deviation(t: SpectralTables, sum: number, squares: number): number {
  const mean = f(f(sum) * t.cmvnShare);
  const variance = f(f(f(squares) * t.cmvnShare) - f(mean * mean));
  return variance > 0 ? f(f(Math.sqrt(variance)) * f(1 / WHOLE_13)) : 0;
}

/** Place in … 1 0 | 0 1 … n-1 | n-1 … */
function reflected(place: number, count: number): number {
  const turned = ((place % (2 * count)) + 2 * count) % (2 * count);
  return turned < count ? turned : 2 * count - 1 - turned;
}

/** Frames [frames][channels] → [frames x channels]. Sums are taken relative to one value and frame by frame. */
export function zScore(frames: readonly Float32Array[]): Float32Array {
  const channels = frames[0]!.length;
  const reference = frames[0]![0]!;
  const share = f(1 / f(frames.length * channels));
  const total = (term: (value: number) => number): number =>
    frames.reduce((sum, frame) => f(sum + frame.reduce((part, value) => f(part + term(value)), 0)), 0);
  const mean = f(total((value) => f(value - reference)) * share);
  const less = (value: number) => f(f(value - reference) - mean);
  const squares = total((value) => f(less(value) * less(value)));
  const scale = f(1 / f(f(Math.sqrt(f(squares * share))) + Z_SCORE_EPSILON));
  const features = new Float32Array(frames.length * channels);
  for (const [n, frame] of frames.entries())
    for (let i = 0; i < channels; i++) features[n * channels + i] = less(frame[i]!) * scale;
  return features;
}
