import { describe, expect, test } from 'vitest';
import type { CallOf } from '../../src/lowering/call.js';
import { lowerModel } from '../../src/lowering/lower.js';
import type { Model } from '../../src/model/types.js';
import { mergeGroups, NOTHING } from '../../src/plan/merge.js';
import { ModelBuilder } from './models.js';

interface Mix {
  /** Taps per group of four channels. */
  readonly taps: readonly number[];
  readonly rows?: number;
  /** Of the second convolution. */
  readonly activation?: 'NONE' | 'RELU';
  readonly turned?: boolean;
}

/** A depthwise convolution of mixed lengths over the newest rows of each group, as it is trained. */
function mixed({ taps, rows = Math.max(...taps), activation = 'NONE', turned = false }: Mix): Model {
  const b = new ModelBuilder();
  const x = b.tensor([1, rows, 1, 4 * taps.length]);
  const parts = taps.map(() => b.tensor([1, rows, 1, 4]));
  b.op('SPLIT_V', [x, b.ints(...taps.map(() => 4)), b.ints(3)], parts, {});
  const rowsOut = rows - Math.max(...taps) + 1;
  const results = parts.map((part, i) => {
    const kernel = taps[i]!;
    const newest = rowsOut + kernel - 1;
    const slice = b.slice(part, [0, rows - newest, 0, 0], [1, rows, 1, 4]);
    const weights = b.bytes(
      [1, kernel, 1, 4],
      Array.from({ length: 4 * kernel }, (_, k) => 10 * (i + 1) + k),
    );
    return b.op('DEPTHWISE_CONV_2D', [slice, weights, -1], [b.tensor([1, rowsOut, 1, 4])], {
      padding: 'VALID',
      strideH: 1,
      strideW: 1,
      dilationH: 1,
      dilationW: 1,
      depthMultiplier: 1,
      activation: i === 1 ? activation : 'NONE',
    });
  });
  return b.model([x], [b.pool(b.concat(3, turned ? [...results].reverse() : results))]);
}

const merge = (model: Model) => mergeGroups(lowerModel(model), model.outputs);
const kernels = (model: Model) =>
  merge(model)
    .filter((call) => call !== NOTHING)
    .map(({ kernel }) => kernel);

describe('groups of one depthwise convolution', () => {
  test('become one, with zero weights before the shorter filters', () => {
    const model = mixed({ taps: [2, 3] });
    const calls = merge(model);
    expect(calls.length).toBe(model.operators.length);
    expect(kernels(model)).toEqual(['depthwise_conv_2d_s8', 'average_pool_2d_s8']);
    const { params } = calls.find(
      ({ kernel }) => kernel === 'depthwise_conv_2d_s8',
    ) as CallOf<'depthwise_conv_2d_s8'>;
    expect(params).toMatchObject({ inH: 3, inC: 8, outH: 1, kernelH: 3 });
    expect([...params.filter]).toEqual([
      ...[0, 0, 0, 0, 20, 21, 22, 23],
      ...[10, 11, 12, 13, 24, 25, 26, 27],
      ...[14, 15, 16, 17, 28, 29, 30, 31],
    ]);
  });

  test('over several rows, too', () => {
    const model = mixed({ taps: [3, 2, 3], rows: 6 });
    expect(kernels(model)).toEqual(['depthwise_conv_2d_s8', 'average_pool_2d_s8']);
  });

  test.each([
    ['differ in their activation', { taps: [2, 3], activation: 'RELU' }],
    ['come together in another order', { taps: [2, 3], turned: true }],
    ['differ so much in length that it would cost more', { taps: [1, 1, 9] }],
  ] as const)('that %s stay as they are', (_, mix) => {
    const model = mixed(mix);
    expect(merge(model)).toEqual(lowerModel(model));
  });
});
