/**
 * SOFTMAX over the last dimension (kernels/internal/reference/softmax.h): exponentials of the differences to
 * the row's maximum in Q0.31, their sum in Q12.19, its reciprocal, and the products as int8 with zero point -128.
 */

import type { Softmax } from '../../lowering/call.js';
import {
  clamp,
  expOnNegativeValues,
  multiplyByQuantizedMultiplier,
  reciprocal,
  roundingDivideByPot,
  SOFTMAX_DIFF_INTEGER_BITS,
  SOFTMAX_SUM_INTEGER_BITS,
  saturatingRoundingDoublingHighMul,
} from '../../model/arithmetic.js';

const OUTPUT_BITS = 8;

export function softmax(p: Softmax, [x]: readonly Int8Array[], [y]: readonly Int8Array[]): void {
  for (let row = 0; row < p.rows; row += 1) {
    const values = x!.slice(row * p.depth, (row + 1) * p.depth);
    const max = values.reduce((a, b) => Math.max(a, b), -128);
    const exponentials = Array.from(values, (value) => {
      const difference = value - max;
      if (difference < p.diffMin) return undefined;
      return expOnNegativeValues(
        multiplyByQuantizedMultiplier(difference, p.inputMultiplier, p.inputLeftShift),
        SOFTMAX_DIFF_INTEGER_BITS,
      );
    });
    const sum = exponentials.reduce<number>(
      (total, e) => total + (e === undefined ? 0 : roundingDivideByPot(e, SOFTMAX_SUM_INTEGER_BITS)),
      0,
    );
    const { reciprocal: inverse, bitsOverUnit } = reciprocal(sum, SOFTMAX_SUM_INTEGER_BITS);
    const exponent = bitsOverUnit + 31 - OUTPUT_BITS;
    exponentials.forEach((e, i) => {
      // From sums of 512 on (exponent 32) every probability rounds to zero; TensorFlow Lite Micro stops there.
      const probability =
        e === undefined || exponent > 31
          ? 0
          : roundingDivideByPot(saturatingRoundingDoublingHighMul(inverse, e), exponent);
      y![row * p.depth + i] = clamp(probability - 128, -128, 127);
    });
  }
}
