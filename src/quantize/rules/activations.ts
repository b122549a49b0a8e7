/**
 * Scales of activations: asymmetric int8, zero exactly representable.
 *
 * Source: TensorFlow 2.21, compiler/mlir/quantization/common/quantization_lib/quantization_utils.cc,
 * ExpandVerySmallRange and DownCastScale, as its converter runs them (scales in float32).
 */
import { type Affine, clamp, roundHalfAway } from '../../model/arithmetic.js';
import type { Range } from '../types.js';

const INT8_MIN = -128;
const INT8_MAX = 127;
/** Ranges up to this are widened to it: scales below about 4e-9 make integers that overflow. */
const SMALLEST_RANGE = 1e-6;

/** The range with zero inside and a least width (ExpandVerySmallRange); doubles, as there. */
export function effectiveRange({ min, max }: Range): Range {
  const [low, high] = [Math.min(min, 0), Math.max(max, 0)];
  if (high - low > SMALLEST_RANGE) return { min: low, max: high };
  return { min: Math.min(low, -SMALLEST_RANGE / 2), max: Math.max(high, SMALLEST_RANGE / 2) };
}

/**
 * Scale (float32) and zero point of a range. The scale is the width over 255; the zero point is where zero
 * falls counted from the lower end, rounded half away from zero in float32, and within int8.
 */
export function activationParams(range: Range): Affine {
  const { min, max } = effectiveRange(range);
  const scale = Math.fround(Math.fround(Math.fround(max) - Math.fround(min)) / (INT8_MAX - INT8_MIN));
  const zero = Math.fround(INT8_MIN - min / scale);
  // Plus zero: -0 is none.
  return { scale, zeroPoint: clamp(roundHalfAway(zero), INT8_MIN, INT8_MAX) + 0 };
}

export function sameParams(a: Affine, b: Affine): boolean {
  return a.scale === b.scale && a.zeroPoint === b.zeroPoint;
}

/** The smallest range that holds all of them. */
export function unite(ranges: readonly Range[]): Range {
  return {
    min: ranges.reduce((least, { min }) => Math.min(least, min), Number.POSITIVE_INFINITY),
    max: ranges.reduce((greatest, { max }) => Math.max(greatest, max), Number.NEGATIVE_INFINITY),
  };
}
