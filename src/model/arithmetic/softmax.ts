/** SOFTMAX: parameters (micro/kernels/softmax_common.cc). */
import { quantizeMultiplier } from './requantize.js';

/** Integer bits of the scaled difference to the row's maximum: Q5.26. */
export const SOFTMAX_DIFF_INTEGER_BITS = 5;
/** Integer bits of the sum of exponentials: Q12.19. */
export const SOFTMAX_SUM_INTEGER_BITS = 12;

export interface SoftmaxParams {
  readonly inputMultiplier: number;
  readonly inputLeftShift: number;
  /** Differences below this one come out as zero. */
  readonly diffMin: number;
}

/** Largest magnitude whose rescaled value still fits `integerBits` (CalculateInputRadius). */
export function inputRadius(integerBits: number, leftShift: number): number {
  return Math.floor(((2 ** integerBits - 1) * 2 ** (31 - integerBits)) / 2 ** leftShift);
}

/** @throws RangeError where beta * scale is not above 2^-26 */
export function softmaxParams(beta: number, inputScale: number): SoftmaxParams {
  const real = Math.min(beta * inputScale * 2 ** (31 - SOFTMAX_DIFF_INTEGER_BITS), 2 ** 31 - 1);
  if (!(real > 1)) throw new RangeError(`beta * input scale is ${beta * inputScale}, too small`);
  const { multiplier, shift } = quantizeMultiplier(real);
  return {
    inputMultiplier: multiplier,
    inputLeftShift: shift,
    diffMin: -inputRadius(SOFTMAX_DIFF_INTEGER_BITS, shift),
  };
}
