/**
 * A model's raw output as the detector's probability: 0…255.
 *
 * Owns: the step from an output tensor's scale to the constants that host and device share
 * (`kws::OutputFormat` in kws_app/config.h), and applying them; the C++ twin is `kws::probability`.
 */
import type { Tensor } from '../model/types.js';

/** How a model's output holds probabilities. */
export interface OutputFormat {
  readonly type: 'int8' | 'uint8' | 'float32';
  /** The value that is probability 0, as it stands in the tensor; 0 for float32. */
  readonly zeroPoint: number;
  /** p = ((q - zeroPoint) multiplier + 2^13) >> 14, clamped to 0…255; float32: unused. */
  readonly multiplier: number;
}

const FRACTION = 2 ** 14;
/** A step of a probability of 1: more changes nothing. (q - zeroPoint) times it, with the rounding, stays below 2^31. */
const MOST = 2 ** 22;

/**
 * The format of an output tensor. At the scale that softmax and logistic have, 1/256 from the lowest value on,
 * p is the value's distance from the lowest; files of other tools write that as 1/255 and mean the same. A tensor
 * without a scale is taken for one of those.
 */
export function outputFormat({ type, quantization }: Pick<Tensor, 'type' | 'quantization'>): OutputFormat {
  if (type === 'float32') return { type, zeroPoint: 0, multiplier: FRACTION };
  const known = type === 'uint8' ? type : 'int8';
  const lowest = known === 'uint8' ? 0 : -128;
  const scale = quantization?.scales[0] ?? 1 / 256;
  const zeroPoint = quantization?.zeroPoints[0] ?? lowest;
  const plain = zeroPoint === lowest && Math.abs(scale * 255.5 - 1) < 0.003;
  const multiplier = plain ? FRACTION : Math.min(MOST, Math.round(scale * 256 * FRACTION));
  return { type: known, zeroPoint, multiplier };
}

/**
 * Integers as `OutputFormat` says; a float in 0…1 times 256, rounded half up. Both are clamped (NaN is 0).
 *
 * @param value as it stands in the tensor
 */
export function probabilityByte({ type, zeroPoint, multiplier }: OutputFormat, value: number): number {
  if (type !== 'float32') {
    const scaled = Math.floor(((value - zeroPoint) * multiplier + FRACTION / 2) / FRACTION);
    return Math.max(0, Math.min(255, scaled));
  }
  const scaled = Math.fround(Math.fround(value * 256) + 0.5);
  return scaled > 0 ? Math.min(255, Math.floor(scaled)) : 0;
}
