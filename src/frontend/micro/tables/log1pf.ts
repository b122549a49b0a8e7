/**
 * ln(1 + x) in single precision as the C libraries computed it that the published tables were made with
 * (newlib, and glibc until it became correctly rounded): FDLIBM's argument reduction and polynomial, every
 * step rounded to float. The last bit differs from the true value often enough to change filter weights.
 */
const f = Math.fround;

const LN2_HIGH = f(6.9313812256e-1);
const LN2_LOW = f(9.0580006145e-6);
/** Coefficients of (ln(1+s) - ln(1-s)) / s - 2 in powers of s^2, from s^2 on. */
const POLYNOMIAL = [
  6.6666668653e-1, 4.0000000596e-1, 2.8571429849e-1, 2.2222198546e-1, 1.818357259e-1, 1.5313838422e-1,
  1.479819864e-1,
].map(f);

/** Where the reduction's branches lie: near sqrt(2), not on it. */
const SQRT2 = f(1.414214015);
const SQRT2_MINUS_1 = f(0.414213866);

/** @param x a float, 0…2^20 */
export function log1pf(x: number): number {
  if (x === 0) return 0;
  const { k, rest, error } = reduce(x);
  if (rest === 0) return f(f(k * LN2_HIGH) + f(error + f(k * LN2_LOW)));
  const halfSquare = f(f(0.5 * rest) * rest);
  const s = f(rest / f(2 + rest));
  const z = f(s * s);
  const series = f(z * POLYNOMIAL.reduceRight((sum, coefficient) => f(coefficient + f(z * sum)), 0));
  const product = f(s * f(halfSquare + series));
  if (k === 0) return f(rest - f(halfSquare - product));
  const low = f(product + f(f(k * LN2_LOW) + error));
  return f(f(k * LN2_HIGH) - f(f(halfSquare - low) - rest));
}

/** 1 + x = 2^k (1 + rest) with 1 + rest between sqrt(1/2) and sqrt(2); `error` makes up for rounding 1 + x. */
function reduce(x: number): { k: number; rest: number; error: number } {
  if (x < SQRT2_MINUS_1) return { k: 0, rest: x, error: 0 };
  const sum = f(1 + x);
  const exponent = Math.floor(Math.log2(sum));
  const error = f((exponent > 0 ? f(1 - f(sum - x)) : f(x - f(sum - 1))) / sum);
  const mantissa = sum / 2 ** exponent;
  return mantissa < SQRT2
    ? { k: exponent, rest: f(mantissa - 1), error }
    : { k: exponent + 1, rest: f(mantissa / 2 - 1), error };
}
