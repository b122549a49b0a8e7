/**
 * Multiplication by a real number in integers: a 31-bit mantissa and a power of two.
 *
 * The two roundings (high half of the product, then the right shift) are those of gemmlowp's
 * fixedpoint.h, SaturatingRoundingDoublingHighMul and RoundingDivideByPOT; the quantized multiplier is
 * TensorFlow Lite's (kernels/internal/quantization_util.cc).
 */

/** A real multiplier as `multiplier * 2 ** (shift - 31)`; a positive shift goes left. */
export interface Multiplier {
  /** 0, or 2^30 … 2^31 - 1. */
  readonly multiplier: number;
  /** -31 … 31. */
  readonly shift: number;
}

export const INT32_MAX = 0x7fffffff;
export const INT32_MIN = -0x80000000;

const TWO_31 = 2 ** 31;
const TWO_16 = 2 ** 16;
const TWO_15 = 2 ** 15;
const bits = new DataView(new ArrayBuffer(8));

/** `value = fraction * 2 ** exponent` with fraction in [0.5, 1); for finite values above zero. */
export function frexp(value: number): { readonly fraction: number; readonly exponent: number } {
  // Subnormal numbers have no implicit leading bit: scale them up first.
  const scaling = value < 2 ** -1000 ? 64 : 0;
  bits.setFloat64(0, value * 2 ** scaling);
  const exponent = ((bits.getUint16(0) >> 4) & 0x7ff) - 1022;
  return { fraction: (value * 2 ** scaling) / 2 ** exponent, exponent: exponent - scaling };
}

/**
 * The nearest multiplier of a real number. Below 2^-32 it is zero, as in TensorFlow Lite.
 *
 * @throws RangeError for what is not a number from 0 to 2^31 - 1: no sound model has such scales.
 */
export function quantizeMultiplier(real: number): Multiplier {
  if (!(real >= 0) || real > INT32_MAX) throw new RangeError(`no fixed-point multiplier for ${real}`);
  if (real === 0) return { multiplier: 0, shift: 0 };
  const { fraction, exponent } = frexp(real);
  let multiplier = Math.floor(fraction * TWO_31 + 0.5);
  let shift = exponent;
  if (multiplier === TWO_31) {
    multiplier /= 2;
    shift += 1;
  }
  return shift < -31 ? { multiplier: 0, shift: 0 } : { multiplier, shift };
}

/**
 * As `quantizeMultiplier`, for numbers of either sign. TensorFlow Lite Micro adds a half and truncates, which
 * takes a step off the magnitude of a negative multiplier.
 */
export function signedMultiplier(real: number): Multiplier {
  if (real >= 0) return quantizeMultiplier(real);
  const { multiplier, shift } = quantizeMultiplier(-real);
  if (multiplier === 0) return { multiplier, shift };
  const { fraction } = frexp(-real);
  return { multiplier: -Math.floor(fraction * TWO_31 - 0.5), shift };
}

/**
 * a * b / 2^31, rounded to nearest, halves up (which is what gemmlowp's nudge and truncation amount to);
 * saturates the one overflow. Both operands are int32.
 */
export function saturatingRoundingDoublingHighMul(a: number, b: number): number {
  if (a === INT32_MIN && b === INT32_MIN) return INT32_MAX;
  // Two products that doubles hold exactly: b = (b >> 16) * 2^16 + (b & 0xffff).
  const high = a * (b >> 16);
  const low = a * (b & 0xffff);
  return Math.floor((high + Math.floor((low + 0x40000000) / TWO_16)) / TWO_15) | 0;
}

/** x / 2^exponent, rounded to nearest, halves away from zero; exponent 0 … 31. */
export function roundingDivideByPot(x: number, exponent: number): number {
  if (exponent === 0) return x;
  const mask = exponent === 31 ? INT32_MAX : (1 << exponent) - 1;
  const threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

/** x times the real number that `multiplier` and `shift` stand for; int32, wrapping in the left shift. */
export function multiplyByQuantizedMultiplier(x: number, multiplier: number, shift: number): number {
  return shift > 0
    ? saturatingRoundingDoublingHighMul(x << shift, multiplier)
    : roundingDivideByPot(saturatingRoundingDoublingHighMul(x, multiplier), -shift);
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
