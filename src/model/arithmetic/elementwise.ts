/** ADD, SUB, MUL and PRELU: parameters and broadcasting. */
import { type Multiplier, quantizeMultiplier } from './requantize.js';

/** Scale and zero point of a tensor that is quantized per tensor. */
export interface Affine {
  readonly scale: number;
  readonly zeroPoint: number;
}

export interface AddParams {
  readonly leftShift: number;
  readonly aOffset: number;
  readonly bOffset: number;
  readonly outputOffset: number;
  readonly a: Multiplier;
  readonly b: Multiplier;
  readonly output: Multiplier;
}

/** Fraction bits that the inputs of ADD are given before they meet. */
const ADD_LEFT_SHIFT = 20;

/**
 * ADD (micro/kernels/add_common.cc): both inputs are brought to twice the larger scale.
 *
 * @throws RangeError where the output's scale is less than 2^-19 of the inputs'.
 */
export function addParams(a: Affine, b: Affine, output: Affine): AddParams {
  const twiceMaxScale = 2 * Math.max(a.scale, b.scale);
  const outputMultiplier = quantizeMultiplier(twiceMaxScale / (2 ** ADD_LEFT_SHIFT * output.scale));
  if (outputMultiplier.shift > 0) throw new RangeError('output scale too small for the input scales');
  return {
    leftShift: ADD_LEFT_SHIFT,
    aOffset: -a.zeroPoint,
    bOffset: -b.zeroPoint,
    outputOffset: output.zeroPoint,
    a: quantizeMultiplier(a.scale / twiceMaxScale),
    b: quantizeMultiplier(b.scale / twiceMaxScale),
    output: outputMultiplier,
  };
}

/**
 * SUB (micro/kernels/sub_common.cc): as ADD, but the ratios of the scales are float32.
 *
 * @throws RangeError where the output's scale is less than 2^-19 of the inputs'.
 */
export function subParams(a: Affine, b: Affine, output: Affine): AddParams {
  const twiceMaxScale = Math.fround(2 * Math.max(a.scale, b.scale));
  const outputMultiplier = quantizeMultiplier(
    Math.fround(twiceMaxScale / Math.fround(2 ** ADD_LEFT_SHIFT * output.scale)),
  );
  if (outputMultiplier.shift > 0) throw new RangeError('output scale too small for the input scales');
  return {
    ...addParams(a, b, { ...output, scale: twiceMaxScale }),
    a: quantizeMultiplier(Math.fround(a.scale / twiceMaxScale)),
    b: quantizeMultiplier(Math.fround(b.scale / twiceMaxScale)),
    output: outputMultiplier,
    outputOffset: output.zeroPoint,
  };
}

export interface MulParams {
  readonly aOffset: number;
  readonly bOffset: number;
  readonly outputOffset: number;
  readonly output: Multiplier;
}

/** MUL (micro/kernels/mul_common.cc). */
export function mulParams(a: Affine, b: Affine, output: Affine): MulParams {
  return {
    aOffset: -a.zeroPoint,
    bOffset: -b.zeroPoint,
    outputOffset: output.zeroPoint,
    output: quantizeMultiplier((a.scale * b.scale) / output.scale),
  };
}

export interface PreluMultipliers {
  /** Of what is not negative. */
  readonly identity: Multiplier;
  /** Of the product of what is negative and alpha. */
  readonly negative: Multiplier;
}

/** PRELU (micro/kernels/prelu_common.cc). */
export function preluMultipliers(input: Affine, alpha: Affine, output: Affine): PreluMultipliers {
  return {
    identity: quantizeMultiplier(input.scale / output.scale),
    negative: quantizeMultiplier((input.scale * alpha.scale) / output.scale),
  };
}

export type Four = readonly [number, number, number, number];

export interface Broadcast {
  /** Output shape, leading dimensions filled with 1. */
  readonly dims: Four;
  /** Elements to the next index of each dimension; 0 along a broadcast one. */
  readonly aStrides: Four;
  readonly bStrides: Four;
}

/** A shape of up to four dimensions, filled with leading ones. */
export function fourDims(shape: readonly number[], fill = 1): Four {
  if (shape.length > 4) throw new RangeError(`${shape.length} dimensions, at most 4 are supported`);
  return [...Array<number>(4 - shape.length).fill(fill), ...shape] as unknown as Four;
}

/**
 * NumPy's broadcasting of two shapes.
 *
 * @throws RangeError where they do not fit, or have more than four dimensions.
 */
export function broadcast(a: readonly number[], b: readonly number[]): Broadcast {
  const aDims = fourDims(a);
  const bDims = fourDims(b);
  const dims = aDims.map((size, axis) => (size === 1 ? bDims[axis]! : size)) as unknown as Four;
  const fits = dims.every((size, axis) => bDims[axis] === size || bDims[axis] === 1);
  if (!fits) throw new RangeError(`shapes [${a.join(',')}] and [${b.join(',')}] do not broadcast`);
  const strides = (own: Four): Four =>
    own.map((size, axis) =>
      size === 1 ? 0 : own.slice(axis + 1).reduce((product, next) => product * next, 1),
    ) as unknown as Four;
  return { dims, aStrides: strides(aDims), bStrides: strides(bDims) };
}
