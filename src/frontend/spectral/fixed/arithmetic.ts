/**
 * Integer arithmetic of the fixed-point spectral front end; the twin of
 * templates/lib/kws_frontend/src/fixed/fixed_math.h, the same integers.
 *
 * Integers are kept in doubles, exact up to 2^53; what may be larger is kept in two parts.
 */

const WORD = 2 ** 32;
const INT32_MAX = 0x7fffffff;
const INT32_MIN = -0x80000000;

/** Fraction bits of finished frames, `kFixedFractionBits`. */
export const ONE = 65_536;

export function saturate(x: number): number {
  return Math.max(INT32_MIN, Math.min(INT32_MAX, x));
}

/** Bits of a number's magnitude (of -x - 1 where it is negative), for finding the largest by OR; `x` int32. */
export function magnitudeBits(x: number): number {
  return x ^ (x >> 31);
}

/** floor((v * multiplier + 2^(shift - 1)) / 2^shift) of two int32; 1 <= shift <= 62. */
export function scaled(v: number, multiplier: number, shift: number): number {
  if (shift < 17)
    return Number((BigInt(v) * BigInt(multiplier) + (1n << BigInt(shift - 1))) >> BigInt(shift));
  const low = multiplier & 0xffff;
  const high = (multiplier - low) / 65_536;
  return Math.floor((v * high + Math.floor((v * low) / 65_536) + 2 ** (shift - 17)) / 2 ** (shift - 16));
}

/** A number >= 0 with a range of its own: mantissa * 2^exponent, mantissa 2^31 … 2^32 - 1; or 0. */
export interface Real {
  readonly mantissa: number;
  readonly exponent: number;
}

const ZERO: Real = { mantissa: 0, exponent: 0 };

/** (high * 2^32 + low) * 2^exponent, rounded down to 32 significant bits; both uint32. */
export function realOfWords(high: number, low: number, exponent: number): Real {
  if (high === 0) {
    if (low === 0) return ZERO;
    const up = Math.clz32(low);
    return { mantissa: low * 2 ** up, exponent: exponent - up };
  }
  const down = 32 - Math.clz32(high);
  return { mantissa: high * 2 ** (32 - down) + Math.floor(low / 2 ** down), exponent: exponent + down };
}

/** x * 2^exponent of a whole x < 2^53. */
export function real(x: number, exponent: number): Real {
  const high = Math.floor(x / WORD);
  return realOfWords(high, x - high * WORD, exponent);
}

/** The same of any x < 2^64. */
export function realOfBig(x: bigint, exponent: number): Real {
  return realOfWords(Number(x >> 32n), Number(x & 0xffffffffn), exponent);
}

export function less(a: Real, b: Real): boolean {
  if (a.mantissa === 0 || b.mantissa === 0) return a.mantissa < b.mantissa;
  return a.exponent !== b.exponent ? a.exponent < b.exponent : a.mantissa < b.mantissa;
}

export function sum(a: Real, b: Real): Real {
  const [large, small] = less(a, b) ? [b, a] : [a, b];
  const apart = large.exponent - small.exponent;
  if (small.mantissa === 0 || apart > 31) return large;
  return real(large.mantissa + Math.floor(small.mantissa / 2 ** apart), large.exponent);
}

export function product(a: Real, b: Real): Real {
  return realOfBig(BigInt(a.mantissa) * BigInt(b.mantissa), a.exponent + b.exponent);
}

/** a / b, b above 0, to 31 significant bits at least. */
export function quotient(a: Real, b: Real): Real {
  return realOfBig((BigInt(a.mantissa) << 31n) / BigInt(b.mantissa), a.exponent - b.exponent - 31);
}

/** A value of a frame that is kept without logarithm as int32: 24 bits of mantissa and the exponent. */
export function pack({ mantissa, exponent }: Real): number {
  if (mantissa === 0 || exponent < -128) return 0;
  return exponent > 127 ? 0x7fffffff : (exponent << 24) | (mantissa >>> 8);
}

export function unpack(packed: number): Real {
  const mantissa = (packed << 8) >>> 0;
  return { mantissa, exponent: mantissa === 0 ? 0 : packed >> 24 };
}

/** Square root of m * 2^-30 as Q30; m of 2^30 … 2^32 - 1. */
export function squareRootQ30(table: Uint16Array, m: number): number {
  const segment = (m >>> 25) - 32;
  const within = (m >>> 9) & 0xffff;
  const from = table[segment]!;
  const rise = table[segment + 1]! - from;
  return (from + 0x8000) * 0x8000 + ((rise * within) >> 1);
}

export function squareRoot(table: Uint16Array, { mantissa, exponent }: Real): Real {
  if (mantissa === 0) return ZERO;
  const odd = exponent & 1;
  return real(squareRootQ30(table, odd === 1 ? mantissa >>> 1 : mantissa), (exponent + odd) / 2 - 15);
}

/** Exponent of the least logarithm, which is that of 0, too. */
const LEAST_LOG2 = -160;

/** log2 with 20 fraction bits. */
export function log2Q20(table: Uint16Array, { mantissa, exponent }: Real): number {
  const whole = exponent + 31;
  if (mantissa === 0 || whole < LEAST_LOG2) return LEAST_LOG2 * 2 ** 20;
  const fraction = (mantissa << 1) >>> 0;
  const segment = fraction >>> 25;
  const within = (fraction >>> 9) & 0xffff;
  const from = table[segment]!;
  const excess = from * 16 + (((table[segment + 1]! - from) * within) >> 12);
  return whole * 2 ** 20 + (fraction >>> 12) + (excess >> 3);
}

/** The value with 16 fraction bits, rounded down and saturated. */
export function fixedPoint({ mantissa, exponent }: Real): number {
  const up = exponent + 16;
  if (mantissa === 0 || up <= -32) return 0;
  return up >= 0 ? INT32_MAX : mantissa >>> -up;
}
