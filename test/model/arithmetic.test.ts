import { describe, expect, test } from 'vitest';
import * as arithmetic from '../../src/model/arithmetic.js';
import { random } from '../support/random.js';

const MAX = 0x7fffffff;
const MIN = -0x80000000;

/** The definitions, in integers of any size. */
const exact = {
  highMul(a: number, b: number): number {
    const product = BigInt(a) * BigInt(b);
    const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
    const result = (product + nudge) / (1n << 31n);
    return Number(result > BigInt(MAX) ? BigInt(MAX) : result);
  },
  divide(x: number, exponent: number): number {
    const magnitude = BigInt(Math.abs(x));
    const half = exponent === 0 ? 0n : 1n << BigInt(exponent - 1);
    const rounded = Number((magnitude + half) >> BigInt(exponent));
    return x < 0 ? -rounded || 0 : rounded;
  },
};

const CORNERS = [0, 1, -1, 2, -2, 1 << 30, -(1 << 30), MAX, MAX - 1, MIN, MIN + 1, 0x10000, -0x10000, 0xffff];

describe('requantisation', () => {
  const next = random(7);
  const int32 = (): number => next(0x100000000) | 0;
  const values = [...CORNERS, ...Array.from({ length: 300 }, int32)];

  test('high half of the product equals the definition in wide integers', () => {
    const wrong = values.flatMap((a) =>
      values
        .filter((b) => arithmetic.saturatingRoundingDoublingHighMul(a, b) !== exact.highMul(a, b))
        .map((b) => [a, b]),
    );
    expect(wrong).toEqual([]);
  });

  test('rounding right shift equals the definition for every exponent', () => {
    const exponents = Array.from({ length: 32 }, (_, exponent) => exponent);
    const wrong = values.flatMap((x) =>
      exponents
        .filter((exponent) => arithmetic.roundingDivideByPot(x, exponent) !== exact.divide(x, exponent))
        .map((exponent) => [x, exponent]),
    );
    expect(wrong).toEqual([]);
  });

  test.each([
    [100, 1 << 30, 1, 100],
    [100, 1 << 30, 0, 50],
    [-101, 1 << 30, 0, -50],
    [-103, 1 << 30, 0, -51],
    [3, 1 << 30, -1, 1],
    [-3, 1 << 30, -1, -1],
    [MAX, MAX, -31, 1],
    [0x60000000, 1 << 30, 1, -0x20000000],
  ])('%i times %i * 2^(%i - 31) is %i', (x, multiplier, shift, product) => {
    expect(arithmetic.multiplyByQuantizedMultiplier(x, multiplier, shift)).toBe(product);
  });

  test.each([
    [0, 0, 0],
    [1, 1 << 30, 1],
    [0.5, 1 << 30, 0],
    [0.75, 0x60000000, 0],
    [1 - 2 ** -40, 1 << 30, 1],
    [2 ** -32, 1 << 30, -31],
    [2 ** -33, 0, 0],
    [1e-310, 0, 0],
    [2 ** 29, 1 << 30, 30],
    [MAX, MAX, 31],
    [0.0123, 1690499128, -6],
  ])('%d has multiplier %i and shift %i', (real, multiplier, shift) => {
    expect(arithmetic.quantizeMultiplier(real)).toEqual({ multiplier, shift });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 2 ** 31])('%d has no multiplier', (real) => {
    expect(() => arithmetic.quantizeMultiplier(real)).toThrow(RangeError);
  });
});

describe('fixed-point functions stay within the accuracy of their approximation', () => {
  const next = random(11);
  const samples = (integerBits: number, low: number, high: number): number[] =>
    Array.from({ length: 2000 }, () =>
      Math.floor((low + ((high - low) * next(0x100000000)) / 2 ** 32) * 2 ** (31 - integerBits)),
    );

  test('exp of negative values, 0 to 5 integer bits', () => {
    for (const bits of [0, 3, 4, 5])
      for (const a of samples(bits, -Math.min(2 ** bits, 31) + 1e-6, 0)) {
        const real = Math.exp(a / 2 ** (31 - bits));
        expect(Math.abs(arithmetic.expOnNegativeValues(a, bits) / 2 ** 31 - real)).toBeLessThan(3e-7);
      }
    expect(arithmetic.expOnNegativeValues(0, 5)).toBe(MAX);
  });

  test('logistic, tanh, reciprocal', () => {
    for (const a of samples(4, -15.9, 15.9)) {
      const x = a / 2 ** 27;
      expect(Math.abs(arithmetic.logistic(a, 4) / 2 ** 31 - 1 / (1 + Math.exp(-x)))).toBeLessThan(2e-7);
      expect(Math.abs(arithmetic.tanh(a, 4) / 2 ** 31 - Math.tanh(x))).toBeLessThan(4e-7);
    }
    for (const a of samples(12, 0.25, 4000)) {
      const { reciprocal, bitsOverUnit } = arithmetic.reciprocal(a, 12);
      expect(((reciprocal / 2 ** 31) * (a / 2 ** 19)) / 2 ** bitsOverUnit).toBeCloseTo(1, 6);
    }
  });
});

test.each([
  ['NONE', 0.1, 0, -128, 127],
  ['RELU', 0.1, -5, -5, 127],
  ['RELU', 0.1, -128, -128, 127],
  ['RELU6', 0.1, -5, -5, 55],
  ['RELU6', 0.01, -128, -128, 127],
  ['RELU_N1_TO_1', 0.1, 3, -7, 13],
  ['RELU_N1_TO_1', 0.4, 0, -3, 3],
] as const)(
  'activation %s at scale %d, zero point %i clamps to %i … %i',
  (kind, scale, zeroPoint, min, max) => {
    expect(arithmetic.activationRange(kind, Math.fround(scale), zeroPoint)).toEqual({ min, max });
  },
);

test.each([
  ['SAME', 49, 10, 2, 1, 25, 4],
  ['SAME', 10, 4, 2, 1, 5, 1],
  ['SAME', 5, 3, 1, 2, 5, 2],
  ['SAME', 3, 1, 2, 1, 2, 0],
  ['VALID', 49, 10, 2, 1, 20, 0],
  ['VALID', 160, 160, 160, 1, 1, 0],
  ['VALID', 2, 3, 1, 1, 0, 0],
] as const)(
  '%s window: %i elements, %i taps, stride %i, dilation %i: %i positions, padded by %i',
  (...row) => {
    const [padding, input, filter, stride, dilation, output, before] = row;
    expect(arithmetic.slidingWindow(padding, input, filter, stride, dilation)).toEqual({ output, before });
  },
);

test.each([
  [[2, 3], [3], [1, 1, 2, 3], [0, 0, 3, 1], [0, 0, 0, 1]],
  [
    [2, 1, 4],
    [1, 3, 1],
    [1, 2, 3, 4],
    [0, 4, 0, 1],
    [0, 0, 1, 0],
  ],
  [[], [2], [1, 1, 1, 2], [0, 0, 0, 0], [0, 0, 0, 1]],
])('[%s] and [%s] broadcast', (a, b, dims, aStrides, bStrides) => {
  expect(arithmetic.broadcast(a, b)).toEqual({ dims, aStrides, bStrides });
});

test.each([
  [[2, 3], [2, 2], 'shapes [2,3] and [2,2] do not broadcast'],
  [[1, 1, 1, 1, 2], [1], '5 dimensions, at most 4 are supported'],
])('[%s] and [%s] do not broadcast', (a, b, message) => {
  expect(() => arithmetic.broadcast(a, b)).toThrow(message);
});

const slice = { beginMask: 0, endMask: 0, shrinkAxisMask: 0 };
test.each([
  [[5], { ...slice, begin: [1], end: [4], strides: [1] }, [1], [3], [3]],
  [[5], { ...slice, begin: [1], end: [99], strides: [2] }, [1], [2], [2]],
  [[5], { ...slice, begin: [-2], end: [-9], strides: [-1] }, [3], [4], [4]],
  [[5], { ...slice, begin: [3], end: [1], strides: [1] }, [3], [0], [0]],
  [[5], { ...slice, begin: [3], end: [1], strides: [-1], beginMask: 1, endMask: 1 }, [4], [5], [5]],
  [
    [4, 6],
    { ...slice, begin: [1, -1], end: [0, 0], strides: [1, 1], endMask: 1, shrinkAxisMask: 2 },
    [1, 5],
    [3, 1],
    [3],
  ],
])('slice of [%s]: %o', (shape, request, begin, count, outputShape) => {
  const resolved = arithmetic.resolveSlice(shape, request);
  expect(resolved).toEqual({ begin, count, outputShape, stride: request.strides });
});

test.each([
  [{ ...slice, begin: [0], end: [1], strides: [0] }, 'stride of axis 0 is 0'],
  [
    { ...slice, begin: [7], end: [1], strides: [1], shrinkAxisMask: 1 },
    'index 7 is outside axis 0 of size 5',
  ],
  [{ ...slice, begin: [0, 0], end: [1], strides: [1] }, 'begin, end and strides need 1 elements each'],
])('slice that cannot be: %o', (request, message) => {
  expect(() => arithmetic.resolveSlice([5], request)).toThrow(message);
});

describe('operator parameters', () => {
  const affine = (scale: number, zeroPoint = 0) => ({ scale: Math.fround(scale), zeroPoint });

  test('tables follow their functions', () => {
    const logistic = arithmetic.lookupTable('LOGISTIC', affine(0.1, 5), affine(1 / 256, -128));
    const tanh = arithmetic.lookupTable('TANH', affine(0.03, -7), affine(1 / 128));
    for (let q = -128; q < 128; q += 1) {
      const p = 256 / (1 + Math.exp(-0.1 * (q - 5)));
      expect(Math.abs(logistic[q & 255]! + 128 - Math.min(255, p))).toBeLessThan(0.51);
      expect(Math.abs(tanh[q & 255]! - Math.min(127, 128 * Math.tanh(0.03 * (q + 7))))).toBeLessThan(0.51);
    }
    expect(arithmetic.lookupTable('RELU6', affine(0.05, -20), affine(0.05, -20))[127]).toBe(100);
    expect(arithmetic.lookupTable('RELU', affine(0.1, 0), affine(0.05, -128)).slice(0, 3)).toEqual(
      Int8Array.of(-128, -126, -124),
    );
  });

  test('per-tensor FULLY_CONNECTED multiplies its scales in float32, convolutions do not', () => {
    const [input, filter, output] = [Math.fround(0.1), [Math.fround(0.3)], Math.fround(0.7)] as const;
    const one = arithmetic.fullyConnectedMultipliers(input, filter, output, 2);
    expect([...one.multipliers]).toEqual(
      Array(2).fill(arithmetic.quantizeMultiplier(Math.fround(input * filter[0]) / output).multiplier),
    );
    const conv = arithmetic.convMultipliers(input, filter, output, 1);
    expect(conv.multipliers[0]).toBe(arithmetic.quantizeMultiplier((input * filter[0]) / output).multiplier);
    expect(conv.multipliers[0]).not.toBe(one.multipliers[0]);
  });

  test('ADD, MUL, MEAN, SOFTMAX', () => {
    expect(arithmetic.addParams(affine(0.5, 3), affine(0.25, -4), affine(1, 9))).toEqual({
      leftShift: 20,
      aOffset: -3,
      bOffset: 4,
      outputOffset: 9,
      a: { multiplier: 1 << 30, shift: 0 },
      b: { multiplier: 1 << 30, shift: -1 },
      output: { multiplier: 1 << 30, shift: -19 },
    });
    expect(() => arithmetic.addParams(affine(8), affine(1), affine(1e-6))).toThrow('output scale too small');
    expect(arithmetic.mulParams(affine(0.5, 3), affine(0.5, -4), affine(1, 9))).toEqual({
      aOffset: -3,
      bOffset: 4,
      outputOffset: 9,
      output: { multiplier: 1 << 30, shift: -1 },
    });
    expect(arithmetic.meanParams(affine(1, 7), affine(1, -3), 6)).toEqual({
      inputOffsetTimesCount: -42,
      outputOffset: -3,
      output: { multiplier: Math.floor((2 ** 30 * 4) / 6), shift: -1 },
    });
    expect(arithmetic.softmaxParams(1, 1 / 16)).toEqual({
      inputMultiplier: 1 << 30,
      inputLeftShift: 23,
      diffMin: -248,
    });
    expect(() => arithmetic.softmaxParams(1, 2 ** -26)).toThrow('too small');
  });
});
