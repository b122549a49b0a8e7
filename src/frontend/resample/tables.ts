/**
 * The constants of a sample rate conversion: a Kaiser-windowed sinc, cut into rows of taps for positions between
 * two input samples, in fixed point.
 *
 * An output sample lies at row r + f of the rows between two input samples, r = 0…rows-1, 0 ≤ f < 1. With one
 * row per phase f is always 0; where there are more phases than MAX_ROWS, two rows are interpolated linearly.
 * With 64 rows that is wrong by at most (0.9 pi / 64)^2 / 8 at the passband's end: 72 dB down.
 *
 * J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974;
 * R. E. Crochiere and L. R. Rabiner, "Multirate Digital Signal Processing", 1983.
 */
import { bessel0 } from '../../audio/resample.js';
import { type Ratio, rateRatio } from './ratio.js';

/** Of the lower of both rates: flat up to here, and away from 1 minus this on. */
const PASSBAND_END = 0.45;
/** dB of the window; rounding the taps takes some of it, 60 remain. */
const ATTENUATION = 65;
/** Kaiser's beta and length, the latter in taps times radians of the transition. */
const BETA = 0.1102 * (ATTENUATION - 8.7);
const LENGTH = (ATTENUATION - 7.95) / 2.285;
const MAX_ROWS = 64;
/** The kernel takes samples in blocks. */
const BLOCK = 8;
/** Sums of products are kept with this many fraction bits. */
export const SUM_BITS = 12;
/** Of the position between two rows. */
export const FRACTION_BITS = 15;
const MAX_TAP_BITS = 16;

export interface ResamplerTables {
  readonly ratio: Ratio;
  /** Per row, a multiple of 8. */
  readonly taps: number;
  /** Rows from one input sample to the next. */
  readonly rows: number;
  /** An output sample is stepRows + stepRest / parts rows after the one before. */
  readonly stepRows: number;
  readonly stepRest: number;
  readonly parts: number;
  /** floor(2^31 / parts): from parts to FRACTION_BITS fraction bits. */
  readonly fractionScale: number;
  /** Fraction bits of the taps. */
  readonly tapBits: number;
  /** [rows, or rows + 1 where they are interpolated][taps], oldest sample first; every row's sum is 1. */
  readonly kernel: Int16Array;
}

/**
 * @param from Hz, of the input
 * @param to Hz, of the output
 * @throws KwsError where a device cannot convert them
 */
export function resamplerTables(from: number, to: number): ResamplerTables {
  const ratio = rateRatio(from, to);
  // Of the lower rate, in cycles per input sample.
  const nyquist = 0.5 * Math.min(1, ratio.up / ratio.down);
  const transition = 2 * Math.PI * 2 * nyquist * (1 - 2 * PASSBAND_END);
  const taps = BLOCK * Math.ceil(LENGTH / transition / BLOCK);
  const interpolated = ratio.up > MAX_ROWS;
  const rows = interpolated ? MAX_ROWS : ratio.up;
  const parts = interpolated ? ratio.up : 1;
  const step = ratio.down * (interpolated ? MAX_ROWS : 1);
  const weights = Array.from({ length: interpolated ? rows + 1 : rows }, (_, row) =>
    rowWeights(taps, nyquist, row / rows),
  );
  const greatest = Math.max(...weights.flat());
  const tapBits = Math.min(MAX_TAP_BITS, Math.floor(Math.log2(32_767 / greatest)));
  return {
    ratio,
    taps,
    rows,
    stepRows: Math.floor(step / parts),
    stepRest: step % parts,
    parts,
    fractionScale: Math.floor(2 ** 31 / parts),
    tapBits,
    kernel: Int16Array.from(weights.flatMap((row) => quantizeRow(row, 2 ** tapBits))),
  };
}

/** Taps for an output `fraction` of a sample after the middle of the window, oldest sample first; their sum is 1. */
function rowWeights(taps: number, cutoff: number, fraction: number): number[] {
  const half = taps / 2;
  const weights = Array.from({ length: taps }, (_, j) => {
    const t = j - half + 1 - fraction;
    const edge = 1 - (t / half) ** 2;
    const window = edge <= 0 ? 0 : bessel0(BETA * Math.sqrt(edge));
    const x = 2 * Math.PI * cutoff * t;
    return window * (x === 0 ? 1 : Math.sin(x) / x);
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** Rounds to integers whose sum is `one`: those taps give way that are nearest to it. */
function quantizeRow(weights: readonly number[], one: number): number[] {
  const rounded = weights.map((weight) => Math.round(weight * one));
  const missing = one - rounded.reduce((a, b) => a + b, 0);
  const direction = Math.sign(missing);
  const order = weights
    .map((weight, j) => ({ j, error: direction * (weight * one - rounded[j]!) }))
    .sort((a, b) => b.error - a.error || a.j - b.j);
  for (const { j } of order.slice(0, Math.abs(missing))) rounded[j] = rounded[j]! + direction;
  return rounded;
}
