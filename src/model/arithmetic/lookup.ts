/** Functions of a single int8 value as tables of 256 entries. */
import { activationRange, quantizeValue } from './activation.js';
import type { Affine } from './elementwise.js';
import { logistic, tanh } from './fixed-point.js';
import {
  clamp,
  frexp,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
  roundingDivideByPot,
} from './requantize.js';
import { inputRadius } from './softmax.js';

export type LookupKind = 'LOGISTIC' | 'TANH' | 'RELU' | 'RELU6';

/** Integer bits of the argument of logistic and tanh: Q4.27. */
const INTEGER_BITS = 4;

/**
 * A sigmoid-like function in Q4.27 (kernels/internal/reference/integer_ops/logistic.h, tanh.h): saturated where
 * the argument does not fit, else rescaled to `outputBits` fraction bits.
 */
function saturating(
  curve: (a: number, integerBits: number) => number,
  outputBits: number,
  outputOffset: number,
  input: Affine,
): (q: number) => number {
  const { fraction, exponent: leftShift } = frexp(input.scale * 2 ** (31 - INTEGER_BITS));
  if (leftShift < 0 || leftShift > 30) throw new RangeError(`input scale ${input.scale} is out of range`);
  const multiplier = Math.round(fraction * 2 ** 31);
  const radius = inputRadius(INTEGER_BITS, leftShift);
  return (q) => {
    const x = q - input.zeroPoint;
    if (x <= -radius) return -128;
    if (x >= radius) return 127;
    const y = curve(multiplyByQuantizedMultiplier(x, multiplier, leftShift), INTEGER_BITS);
    return clamp(roundingDivideByPot(y, 31 - outputBits) + outputOffset, -128, 127);
  };
}

/** RELU rescales (micro/kernels/activations_common.cc). */
function relu(input: Affine, output: Affine): (q: number) => number {
  const { multiplier, shift } = quantizeMultiplier(Math.fround(input.scale / output.scale));
  const { min, max } = activationRange('RELU', output.scale, output.zeroPoint);
  return (q) =>
    clamp(output.zeroPoint + multiplyByQuantizedMultiplier(q - input.zeroPoint, multiplier, shift), min, max);
}

/** RELU6 only clamps: output and input share their quantization. */
function relu6(input: Affine): (q: number) => number {
  const six = quantizeValue(6, input.scale, input.zeroPoint, 'int8');
  return (q) => clamp(q, input.zeroPoint, six);
}

const FUNCTIONS: Readonly<Record<LookupKind, (input: Affine, output: Affine) => (q: number) => number>> = {
  LOGISTIC: (input) => saturating(logistic, 8, -128, input),
  TANH: (input) => saturating(tanh, 7, 0, input),
  RELU: relu,
  RELU6: relu6,
};

/**
 * The int8 function as a table: `table[q & 255]` is the output for input q.
 * LOGISTIC assumes output scale 1/256 and zero point -128, TANH 1/128 and 0, RELU6 the input's.
 *
 * @throws RangeError for scales that the fixed-point arithmetic cannot hold
 */
export function lookupTable(kind: LookupKind, input: Affine, output: Affine): Int8Array {
  const f = FUNCTIONS[kind](input, output);
  return Int8Array.from({ length: 256 }, (_, byte) => f((byte << 24) >> 24));
}
