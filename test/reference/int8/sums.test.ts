/** Sums that share a double, and their scaling, where they are as large as they can be. */
import { describe, expect, test } from 'vitest';
import { clamp, multiplyByQuantizedMultiplier } from '../../../src/model/arithmetic.js';
import { prepareDepthwiseConv2d } from '../../../src/reference/int8/depthwise-conv-2d.js';
import { packRows } from '../../../src/reference/int8/rows.js';
import { prepareScaling, requantize } from '../../../src/reference/int8/scaling.js';
import { random } from '../../support/random.js';

describe('rows', () => {
  const draw = random(7);
  const mixed = () => draw(511) - 255;
  const sums = (
    count: number,
    runs: readonly { offset: number; length: number }[],
    value: (i: number) => number,
    weight: (row: number, tap: number) => number,
    bias: Int32Array | null,
  ) => {
    const rows = packRows({ rows: count, runs, weight, bias });
    const values = Float64Array.from({ length: 40_000 }, (_, i) => value(i));
    const found = new Int32Array(2 * rows.padded);
    const expected = new Int32Array(2 * rows.padded);
    rows.multiply(values, 0, 5, found);
    for (let row = 0; row < count; row++)
      for (const [half, position] of [0, 5].entries()) {
        let sum = BigInt(bias?.[row] ?? 0);
        let tap = 0;
        for (const { offset, length } of runs)
          for (let i = 0; i < length; i++) sum += BigInt(values[position + offset + i]! * weight(row, tap++));
        expected[half * rows.padded + row] = Number(BigInt.asIntN(32, sum));
      }
    return { found, expected };
  };
  const table = Array.from({ length: 70_000 }, mixed);
  const any = (row: number, tap: number) => table[(row * 977 + tap) % table.length]!;

  test.each([
    ['the lowest sums beside the highest', 4, [3000], (i: number) => (i % 2 === 0 ? 255 : -255)],
    ['as many taps as fit', 9, [512], mixed],
    ['one more', 8, [513], mixed],
    ['runs that are cut where a sum must be looked at', 7, [300, 300, 300, 1500], mixed],
    ['one tap', 1, [1], mixed],
    ['none', 3, [], mixed],
  ])('%s', (_, count, lengths, value) => {
    const runs = lengths.map((length, i) => ({ offset: 1600 * i, length }));
    const { found, expected } = sums(count, runs, value, any, null);
    expect(found).toEqual(expected);
  });

  test.each([255, -255])('all products as large as they can be (%i): sums wrap to 32 bits', (value) => {
    const bias = Int32Array.of(2 ** 31 - 1, -(2 ** 31), 5);
    const weight = (row: number) => (row === 1 ? -255 : 255);
    const { found, expected } = sums(3, [{ offset: 0, length: 36_000 }], () => value, weight, bias);
    expect(found).toEqual(expected);
    // 36,000 * 255^2 is more than 2^31.
    expect(Math.sign(found[2]!)).toBe(-Math.sign(value));
  });
});

test('a depthwise filter with more taps than a double has room for', () => {
  const [size, inC] = [30, 5];
  const draw = random(3);
  const x = Int8Array.from({ length: size * size * inC }, () => 127 - draw(3));
  const filter = Int8Array.from({ length: size * size * inC }, () => -127 - draw(2));
  const shared = { dilationH: 1, dilationW: 1, strideH: 1, strideW: 1, padTop: 0, padLeft: 0 };
  const y = new Int8Array(inC);
  const multipliers = new Int32Array(inC).fill(2 ** 30);
  const shifts = new Int8Array(inC).fill(-17);
  prepareDepthwiseConv2d(
    {
      ...{ batches: 1, inH: size, inW: size, inC, outH: 1, outW: 1, kernelH: size, kernelW: size },
      ...{ multiplier: 1, inputOffset: 128, outputOffset: 127, activationMin: -128, activationMax: 127 },
      ...{ ...shared, filter, bias: null, multipliers, shifts },
    },
    x,
    y,
  )();
  const expected = Array.from({ length: inC }, (_, channel) => {
    let sum = 0;
    for (let tap = 0; tap < size * size; tap++)
      sum += (x[tap * inC + channel]! + 128) * filter[tap * inC + channel]!;
    return clamp(multiplyByQuantizedMultiplier(sum, 2 ** 30, -17) + 127, -128, 127);
  });
  expect([...y]).toEqual(expected);
  expect(Math.max(...expected)).toBeLessThan(127);
});

describe('scaling', () => {
  const draw = random(11);
  const edges = [0, 1, 2, 3, 2 ** 22 - 1, 2 ** 22, 2 ** 22 + 1, 2 ** 31 - 1, 2 ** 31];
  const values = [
    ...edges.flatMap((edge) => [edge | 0, -edge]),
    ...Array.from({ length: 400 }, () => draw(2 ** 23) - 2 ** 22),
  ];

  test.each([-31, -20, -8, -7, -1, 0, 1, 5])('shift %i: equal to the definition', (shift) => {
    const sums = Int32Array.from(values);
    const multipliers = sums.map((_, i) => (i % 3 === 0 ? 2 ** 31 - 1 : 2 ** 30 + draw(2 ** 30)));
    const shifts = new Int8Array(sums.length).fill(shift);
    for (const [activationMin, activationMax, outputOffset] of [
      [-128, 127, 3],
      [-128, -20, -128],
    ] as const) {
      const y = new Int8Array(sums.length);
      const scaling = { multipliers, shifts, activationMin, activationMax, outputOffset };
      requantize(prepareScaling(scaling, sums.length), sums, 0, y, 0);
      const expected = sums.map((sum, i) =>
        clamp(
          (multiplyByQuantizedMultiplier(sum, multipliers[i]!, shift) + outputOffset) | 0,
          activationMin,
          activationMax,
        ),
      );
      expect([...y]).toEqual([...expected]);
    }
  });
});
