/** Real constants as integers. */
import type { Real } from './arithmetic.js';

/** x >= 0 as mantissa * 2^exponent, the mantissa 2^31 … 2^32 - 1. */
export function mantissa(x: number): Real {
  if (!(x > 0)) return { mantissa: 0, exponent: 0 };
  const exponent = Math.floor(Math.log2(x)) - 31;
  const rounded = Math.round(x / 2 ** exponent);
  // Where log2 or the rounding went over a power of two.
  if (rounded >= 2 ** 32) return { mantissa: Math.round(x / 2 ** (exponent + 1)), exponent: exponent + 1 };
  if (rounded < 2 ** 31) return { mantissa: Math.round(x / 2 ** (exponent - 1)), exponent: exponent - 1 };
  return { mantissa: rounded, exponent };
}

/** x = multiplier / 2^shift, an int32 and 1 … 46. */
export function ratioOf(x: number): { readonly multiplier: number; readonly shift: number } {
  if (x === 0) return { multiplier: 0, shift: 1 };
  let shift = Math.min(46, Math.max(1, 30 - Math.floor(Math.log2(Math.abs(x)))));
  if (Math.abs(Math.round(x * 2 ** shift)) > 0x7fffffff) shift = Math.max(1, shift - 1);
  const limited = Math.max(-0x7fffffff, Math.min(0x7fffffff, Math.round(x * 2 ** shift)));
  return { multiplier: limited, shift };
}
