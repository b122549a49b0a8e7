/** Constants for the DSP kernels: bytes in the order that kws_kernels.h describes, and what is refused. */
import { describe, expect, test } from 'vitest';
import { fold, type WeightLayer } from '../../../src/lowering/dsp/fold.js';
import { packBlocks, packDepthwise, packDepthwise3x3, packPairs } from '../../../src/lowering/dsp/pack.js';

/** Weights as rows per channel. */
const layer = (rows: readonly (readonly number[])[], rest: Partial<WeightLayer> = {}): WeightLayer => ({
  channels: rows.length,
  inputs: rows[0]!.length,
  weight: (channel, input) => rows[channel]![input]!,
  inputOffset: 0,
  bias: null,
  multipliers: Int32Array.from(rows, (_, channel) => 2 ** 30 + channel),
  shifts: Int8Array.from(rows, (_, channel) => -1 - channel),
  ...rest,
});

const folded = (...args: Parameters<typeof layer>) => fold(layer(...args))!;

describe('fold', () => {
  test('the zero point of the input goes into the biases', () => {
    const { biases, shiftsLess1 } = folded(
      [
        [1, 2],
        [-3, 4],
      ],
      { inputOffset: 128, bias: Int32Array.of(10, -20) },
    );
    expect([...biases]).toEqual([10 + 128 * 3, -20 + 128 * 1]);
    expect([...shiftsLess1]).toEqual([0, 1]);
  });

  test('the bound is the largest sum over all inputs', () => {
    expect(folded([[3, -5]], { bias: Int32Array.of(7) }).bounds).toEqual([7 + 127 * 3 + 128 * 5]);
    expect(folded([[-3, 5]], { bias: Int32Array.of(-7) }).bounds).toEqual([7 + 127 * 3 + 128 * 5]);
  });

  test.each([
    ['a shift to the left', { shifts: Int8Array.of(1) }],
    ['no shift', { shifts: Int8Array.of(0) }],
    ['a shift over 22', { shifts: Int8Array.of(-23) }],
    ['a sum that does not fit twice', { bias: Int32Array.of(2 ** 30 - 1) }],
    ['the least bias', { bias: Int32Array.of(-(2 ** 31)) }],
  ])('%s is refused', (_, rest) => {
    expect(fold(layer([[1]], rest))).toBeUndefined();
  });

  test('the outermost shifts are taken', () => {
    expect(fold(layer([[1], [1]], { shifts: Int8Array.of(-1, -22) }))).toBeDefined();
  });
});

describe('packPairs', () => {
  test('halves are 256 * B + A; rows are filled up to four inputs', () => {
    const { filter, constants } = packPairs(
      folded(
        [
          [1, -2, 3, 4, 5],
          [10, 20, -30, 40, 50],
        ],
        { bias: Int32Array.of(-7, 9) },
      ),
    )!;
    expect([...filter]).toEqual([1, 10, 3, -30, -2, 19, 4, 40, 5, 50, 0, 0, 0, 0, 0, 0]);
    expect([...new Int16Array(filter.buffer).subarray(0, 3)]).toEqual([2561, -7677, 5118]);
    expect([...constants]).toEqual([-7, 256 * 9 - 7, 2 ** 30, 2 ** 30 + 1]);
  });

  test.each([
    ['an odd channel', layer([[1], [2], [3]])],
    ['256 * B + A below 16 bits', layer([[-1], [-128]])],
    ['a sum of B that 256 times does not fit', layer([[1], [1]], { bias: Int32Array.of(0, 2 ** 23) })],
  ])('%s is refused', (_, refused) => {
    expect(packPairs(fold(refused)!)).toBeUndefined();
  });

  test('the least weight is taken beside one that is not negative', () => {
    expect([...packPairs(folded([[0], [-128]]))!.filter]).toEqual([0, -128, 0, 0, 0, 0, 0, 0]);
  });
});

test('packBlocks: four channels by even and odd inputs, then the rest in rows', () => {
  const { filter, constants } = packBlocks(
    folded(
      [
        [1, 2, 3, 4],
        [11, 12, 13, 14],
        [21, 22, 23, 24],
        [31, 32, 33, 34],
        [41, 42, 43, 44],
      ],
      { bias: Int32Array.of(1, 2, 3, 4, 5) },
    ),
  )!;
  expect([...filter]).toEqual([
    ...[1, 11, 3, 13, 21, 31, 23, 33],
    ...[2, 12, 4, 14, 22, 32, 24, 34],
    ...[41, 42, 43, 44],
  ]);
  const m = (channel: number) => 2 ** 30 + channel;
  expect([...constants]).toEqual([1, 2, 3, 4, m(0), m(1), m(2), m(3), 5, m(4)]);
});

test('packDepthwise: pairs of taps, doubled; an odd tap beside zero', () => {
  const rows = [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
    [-127, -128, 127],
  ];
  const { filter, constants } = packDepthwise(folded(rows, { bias: Int32Array.of(1, -2, 3, -4) }))!;
  expect([...filter]).toEqual([...[2, 4, 8, 10, 14, 16, -254, -256], ...[6, 0, 12, 0, 18, 0, 254, 0]]);
  expect([...constants.subarray(0, 4)]).toEqual([2, -4, 6, -8]);
  expect(packDepthwise(folded(rows.slice(1)))).toBeUndefined();
});

test('packDepthwise3x3: per column the weights of rows 0, 1, 1 and 2; bias, doubled; multiplier', () => {
  const weights = [1, 2, 3, 4, 5, 6, -127, 8, 127];
  const rows = [weights, weights, weights, weights];
  const { constants } = packDepthwise3x3(folded(rows, { bias: Int32Array.of(7, -8, 9, 10) }))!;
  expect(constants).toHaveLength(4 * 5);
  const bytes = new Int8Array(constants.buffer, 0, 12);
  expect([...bytes]).toEqual([1, 4, 4, -127, 2, 5, 5, 8, 3, 6, 6, 127]);
  expect([...constants.subarray(3, 5)]).toEqual([14, 2 ** 30]);
  expect([...constants.subarray(8, 10)]).toEqual([-16, 2 ** 30 + 1]);
  expect(packDepthwise3x3(folded(rows.slice(1)))).toBeUndefined();
});
