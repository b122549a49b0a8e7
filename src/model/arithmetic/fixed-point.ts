/**
 * exp, 1/(1+x), logistic and tanh of fixed-point numbers.
 *
 * A Qm.n number is an int32 with n = 31 - m fraction bits; the functions are named by their mathematics and
 * take m as an argument. Approximations, constants and roundings are those of gemmlowp's fixedpoint.h (a
 * Taylor expansion around -1/8 with a barrel shifter; three Newton-Raphson steps), which TensorFlow Lite's
 * kernels use.
 */
import {
  clamp,
  INT32_MAX,
  INT32_MIN,
  saturatingRoundingDoublingHighMul as mul,
  roundingDivideByPot,
} from './requantize.js';

/** x * 2^exponent for exponent >= 0, saturated. */
function saturatingShiftLeft(x: number, exponent: number): number {
  return clamp(x * 2 ** exponent, INT32_MIN, INT32_MAX);
}

/** Nearest Q0.31 of a real constant. */
const q31 = (real: number): number => Math.min(INT32_MAX, Math.round(real * 2 ** 31));

const EXP_MINUS_EIGHTH = q31(Math.exp(-1 / 8));
const THIRD = q31(1 / 3);
/** exp(-2^e), e = -2 … 4: the factors of the barrel shifter. */
const EXP_MINUS_POT = [-2, -1, 0, 1, 2, 3, 4].map((e) => ({ e, factor: q31(Math.exp(-(2 ** e))) }));

/** exp(a) for a in [-1/4, 0), Q0.31 to Q0.31. */
function expBetweenMinusQuarterAndZero(a: number): number {
  const x = a + (1 << 28);
  const x2 = mul(x, x);
  const x3 = mul(x2, x);
  const x4 = mul(x2, x2);
  const cubicAndQuartic = mul(roundingDivideByPot(x4, 2) + x3, THIRD);
  const higherTerms = roundingDivideByPot(cubicAndQuartic + x2, 1);
  return EXP_MINUS_EIGHTH + mul(EXP_MINUS_EIGHTH, x + higherTerms);
}

/** exp(a) for a <= 0 in Q`integerBits`, integerBits 0 … 5; the result is Q0.31. */
export function expOnNegativeValues(a: number, integerBits: number): number {
  if (a === 0) return INT32_MAX;
  const fractionBits = 31 - integerBits;
  const quarter = 1 << (fractionBits - 2);
  const modQuarterMinusQuarter = (a & (quarter - 1)) - quarter;
  const remainder = modQuarterMinusQuarter - a;
  let result = expBetweenMinusQuarterAndZero(saturatingShiftLeft(modQuarterMinusQuarter, integerBits));
  for (const { e, factor } of EXP_MINUS_POT)
    if (integerBits > e && (remainder & (1 << (fractionBits + e))) !== 0) result = mul(result, factor);
  return result;
}

/** Q2.29 constants of the first guess of 1/d, d in [1/2, 1]: 48/17 - 32/17 d. */
const C_48_OVER_17 = 1515870810;
const C_MINUS_32_OVER_17 = -1010580540;

/** 2/(1+a) for a in [0, 1) in Q0.31, as Q2.29. */
function twoOverOnePlus(a: number): number {
  const halfDenominator = Math.trunc((a + INT32_MAX + 1) / 2);
  let x = C_48_OVER_17 + mul(halfDenominator, C_MINUS_32_OVER_17);
  for (let step = 0; step < 3; step += 1) {
    const error = (1 << 29) - mul(halfDenominator, x);
    x += saturatingShiftLeft(mul(x, error), 2);
  }
  return x;
}

/** 1/(1+a) for a in [0, 1), Q0.31. */
function oneOverOnePlus(a: number): number {
  // Halving moves the point (Q2.29 read as Q1.30); then back to Q0.31.
  return saturatingShiftLeft(twoOverOnePlus(a), 1);
}

/** 1/(1+exp(-a)) of a Q`integerBits` number, as Q0.31. */
export function logistic(a: number, integerBits: number): number {
  if (a === 0) return 1 << 30;
  const positive = oneOverOnePlus(expOnNegativeValues(-Math.abs(a), integerBits));
  return a > 0 ? positive : INT32_MAX - positive;
}

/** tanh of a Q`integerBits` number, as Q0.31. */
export function tanh(a: number, integerBits: number): number {
  if (a === 0) return 0;
  // tanh(-|a|) = -(1 - e)/(1 + e), e = exp(-2|a|): doubling moves the point. (1 - e)/(1 + e) = 2/(1 + e) - 1.
  const x = twoOverOnePlus(expOnNegativeValues(-Math.abs(a), integerBits + 1));
  const magnitude = saturatingShiftLeft(x - (1 << 29), 2);
  return a < 0 ? -magnitude : magnitude;
}

/** `reciprocal * 2 ** -bitsOverUnit` = 1/x of a positive Q`integerBits` number (GetReciprocal in common.h). */
export function reciprocal(
  x: number,
  integerBits: number,
): { readonly reciprocal: number; readonly bitsOverUnit: number } {
  const headroom = Math.clz32(x);
  return {
    reciprocal: oneOverOnePlus(((x << headroom) >>> 0) - 2 ** 31),
    bitsOverUnit: integerBits - headroom,
  };
}
