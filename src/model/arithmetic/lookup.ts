/** Functions of a single int8 value as tables of 256 entries. */
import { activationRange, quantizeValue } from './activation.js';
import type { Affine, PreluMultipliers } from './elementwise.js';
import { logistic, tanh } from './fixed-point.js';
import {
  clamp,
  frexp,
  type Multiplier,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
  roundingDivideByPot,
  signedMultiplier,
} from './requantize.js';
import { inputRadius } from './softmax.js';

export type LookupKind = 'LOGISTIC' | 'TANH' | 'RELU' | 'RELU6';

/** A function of one int8 value, -128…127 in and out. */
export type ByteFunction = (q: number) => number;

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

/**
 * LEAKY_RELU: what is negative is scaled by alpha as well, a float32 (micro/kernels/leaky_relu_common.cc,
 * kernels/internal/reference/leaky_relu.h; ratios of scales in double, other than RELU's). Alpha may be negative.
 */
export function leakyRelu(alpha: number, input: Affine, output: Affine): ByteFunction {
  const slope = (Math.fround(alpha) * input.scale) / output.scale;
  return sloped(quantizeMultiplier(input.scale / output.scale), signedMultiplier(slope), input, output);
}

/** PRELU with one alpha for all, `alpha` already without its zero point (kernels/internal/reference/prelu.h). */
export function scalarPrelu(
  alpha: number,
  { identity, negative }: PreluMultipliers,
  input: Affine,
  output: Affine,
): ByteFunction {
  return sloped(identity, negative, input, output, alpha);
}

function sloped(
  identity: Multiplier,
  negative: Multiplier,
  input: Affine,
  output: Affine,
  alpha = 1,
): ByteFunction {
  return (q) => {
    const x = q - input.zeroPoint;
    const [value, by] = x >= 0 ? [x, identity] : [x * alpha, negative];
    const scaled = multiplyByQuantizedMultiplier(value, by.multiplier, by.shift);
    return clamp((scaled + output.zeroPoint) | 0, -128, 127);
  };
}

/**
 * HARD_SWISH in 16 bits (micro/kernels/hard_swish_common.cc, kernels/internal/reference/hard_swish.h): x on a scale 128
 * times as fine times x + 3, held between 0 and 6, over 6. Ratios of scales are in single precision.
 *
 * @throws RangeError where the output is more than 128 times as fine as the input
 */
export function hardSwish(input: Affine, output: Affine): ByteFunction {
  const fine = Math.fround(Math.fround(input.scale) / 128);
  const scaled = halfMultiplier(Math.fround(fine / Math.fround(output.scale)));
  const gated = halfMultiplier(Math.fround(fine / Math.fround(3 / 32_768)));
  if (scaled.shift > 0)
    throw new RangeError(`output scale ${output.scale} is too fine for input scale ${input.scale}`);
  return (q) => {
    const x = (q - input.zeroPoint) * 128;
    let gate = gated.shift > 0 ? int16(x * 2 ** (gated.shift - 1)) : x;
    gate = roundedHalfMul(gate, gated.multiplier);
    if (gated.shift > 0) gate = int16(gate * 2);
    else gate = roundingDivideByPot(gate, -gated.shift);
    // From -1…1 to 0…1.
    const share = (gate + 32_768) >> 1;
    const product = Math.trunc((share * roundedHalfMul(x, scaled.multiplier)) / 32_768);
    return clamp(roundingDivideByPot(product, -scaled.shift) + output.zeroPoint, -128, 127);
  };
}

const int16 = (x: number): number => clamp(x, -32_768, 32_767);

/** A multiplier in Q15, and its shift. */
function halfMultiplier(real: number): Multiplier {
  const { multiplier, shift } = quantizeMultiplier(real);
  return { multiplier: multiplier >= 0x7fff_8000 ? 0x7fff : (multiplier + 0x8000) >> 16, shift };
}

/** The high half of twice the product, halves away from zero; neither is -32768 together with the other. */
function roundedHalfMul(a: number, b: number): number {
  const product = a * b;
  return Math.trunc((product + (product >= 0 ? 16_384 : -16_383)) / 32_768);
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

/** `table[q & 255]` is f(q). */
export function byteTable(f: ByteFunction): Int8Array {
  return Int8Array.from({ length: 256 }, (_, byte) => f((byte << 24) >> 24));
}

/**
 * The int8 function as a table: `table[q & 255]` is the output for input q.
 * LOGISTIC assumes output scale 1/256 and zero point -128, TANH 1/128 and 0, RELU6 the input's.
 *
 * @throws RangeError for scales that the fixed-point arithmetic cannot hold
 */
export function lookupTable(kind: LookupKind, input: Affine, output: Affine): Int8Array {
  return byteTable(FUNCTIONS[kind](input, output));
}
