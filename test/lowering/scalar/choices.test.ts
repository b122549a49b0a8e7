/** Which calls a core without instructions on several numbers runs by which kernel, and their constants. */
import { describe, expect, test } from 'vitest';
import { type Core, coreTarget } from '../../../src/boards/cores.js';
import type { CallOf } from '../../../src/lowering/call.js';
import { chooseKernel } from '../../../src/lowering/choose.js';
import { lowerModel } from '../../../src/lowering/lower.js';
import { roundsQuickly } from '../../../src/lowering/scalar/choices.js';
import { oneOperator } from '../../support/small-model.js';

interface Case {
  readonly input: readonly [h: number, w: number, c: number];
  readonly kernel: number;
  readonly outC: number;
  readonly depthwise?: true;
  readonly scale?: number;
  readonly zeroPoint?: number;
}

function chosen(c: Case, core: Core = 'cortex-m0plus') {
  const { input, kernel, outC, depthwise, scale = 0.5, zeroPoint = 0 } = c;
  const [h, w, inC] = input;
  const shape = depthwise ? [1, kernel, kernel, outC] : [outC, kernel, kernel, inC];
  const values = Int8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (i % 7) - 3);
  const operands = [
    { shape: [1, h, w, inC], affine: [0.1, 3] as const },
    { shape, values, scales: { values: [0.1], axis: 0 } },
  ];
  const y = { shape: [1, h - kernel + 1, w - kernel + 1, outC], affine: [scale, zeroPoint] as const };
  const steps = { strideH: 1, strideW: 1, dilationH: 1, dilationW: 1 };
  const options = { padding: 'VALID' as const, ...steps, activation: 'NONE' as const };
  const model = depthwise
    ? oneOperator('DEPTHWISE_CONV_2D', { ...options, depthMultiplier: outC / inC }, operands, [y])
    : oneOperator('CONV_2D', options, operands, [y]);
  return chooseKernel(lowerModel(model)[0]!, coreTarget(core));
}

describe('convolutions', () => {
  test.each<readonly [string, string, Case]>([
    ['1x1 over many pixels', 'conv_1x1_s8_scalar', { input: [5, 5, 8], kernel: 1, outC: 3 }],
    ['two pixels', 'fully_connected_s8_scalar', { input: [2, 1, 8], kernel: 1, outC: 4 }],
    ['the whole input', 'fully_connected_s8_scalar', { input: [3, 3, 8], kernel: 3, outC: 15 }],
    [
      'the whole input, a quarter more channels than there are',
      'conv_2d_s8',
      { input: [3, 3, 8], kernel: 3, outC: 6 },
    ],
    ['one channel: nothing to pair', 'conv_2d_s8', { input: [9, 5, 8], kernel: 1, outC: 1 }],
    ['a window', 'conv_2d_s8_scalar', { input: [5, 5, 3], kernel: 3, outC: 4 }],
    ['depthwise', 'depthwise_conv_2d_s8_scalar', { input: [5, 5, 6], kernel: 3, outC: 6, depthwise: true }],
    [
      'depthwise of one channel',
      'conv_2d_s8_scalar',
      { input: [5, 5, 1], kernel: 3, outC: 4, depthwise: true },
    ],
    [
      'depthwise of an odd number of channels',
      'depthwise_conv_2d_s8',
      { input: [5, 5, 3], kernel: 3, outC: 3, depthwise: true },
    ],
    [
      'depthwise with a multiplier',
      'depthwise_conv_2d_s8',
      { input: [5, 5, 2], kernel: 3, outC: 4, depthwise: true },
    ],
  ])('%s: %s', (_, kernel, c) => {
    for (const core of ['cortex-m0plus', 'cortex-m3', 'xtensa-lx7'] as const)
      expect(chosen(c, core).kernel).toBe(kernel);
  });

  test('weights by pairs of channels, 128 more than they are; a zero beside the last of an odd number', () => {
    const { params } = chosen({ input: [3, 1, 2], kernel: 1, outC: 3 }) as CallOf<'conv_1x1_s8_scalar'>;
    // [-3, -2], [-1, 0], [1, 2]
    expect([...params.filter].map((w) => w - 128)).toEqual([
      ...[-3, -1, -2, 0, 0, 0, 0, 0],
      ...[1, 0, 2, 0, 0, 0, 0, 0],
    ]);
    expect(params.rounding).toBe(0);
    expect([...params.constants].filter((_, i) => i % 4 === 0)).toEqual([3 * 5, 3 * 1, 3 * -3]);
  });

  test('a single pixel: weights by fours of channels, 128 more than they are, and zeros to the next four', () => {
    const { params } = chosen({
      input: [1, 1, 2],
      kernel: 1,
      outC: 7,
    }) as CallOf<'fully_connected_s8_scalar'>;
    // Channels are [-3, -2], [-1, 0], [1, 2], [3, -3], [-2, -1], [0, 1], [2, 3].
    expect([...params.filter].map((w) => w - 128)).toEqual([
      ...[-3, -1, 1, 3, -2, 0, 2, -3],
      ...[-2, 0, 2, 0, -1, 1, 3, 0],
    ]);
    expect(params).toMatchObject({ batches: 1, inN: 2, outN: 7 });
    expect(params.constants).toHaveLength(4 * 8);
  });
});

describe('quick rounding', () => {
  const layer: Case = { input: [3, 3, 4], kernel: 1, outC: 4 };
  const rounding = (c: Case, core?: Core) =>
    (chosen(c, core) as CallOf<'conv_1x1_s8_scalar'>).params.rounding;

  test.each<readonly [string, number, Case, Core]>([
    ['an Armv6-M core', 1, layer, 'cortex-m0plus'],
    ['outputs that a zero point of -128 clamps', 2, { ...layer, zeroPoint: -128 }, 'cortex-m0plus'],
    ['a shift to the left', 0, { ...layer, scale: 0.001 }, 'cortex-m0plus'],
    ['an odd number of channels', 0, { ...layer, outC: 3 }, 'cortex-m0plus'],
    ['a core with products of 64 bits', 0, layer, 'cortex-m3'],
  ])('%s: %i', (_, expected, c, core) => {
    expect(rounding(c, core)).toBe(expected);
  });

  test('constants: half a place and the zero point over the last shift', () => {
    const { params } = chosen({ ...layer, zeroPoint: -128 }) as CallOf<'conv_1x1_s8_scalar'>;
    const [, multiplier, added, shift] = params.constants;
    const exponent = shift! - 12;
    expect(multiplier! / 2 ** (31 + exponent)).toBeCloseTo((0.1 * 0.1) / 0.5, 8);
    expect(added).toBe((2 * -128 + 1) * 2 ** (exponent + 11) + 2 ** 11);
  });

  test.each([
    [2 ** 18, 2 ** 30, 1, true],
    [2 ** 19, 2 ** 30, 1, false],
    [2 ** 19 - 1, 2 ** 31 - 1, 1, false],
    [2 ** 17, 2 ** 31 - 1, 11, true],
    [2 ** 18 + 2 ** 17, 2 ** 31 - 1, 11, false],
    [100, 2 ** 30, 0, false],
    [100, 2 ** 30, 12, false],
  ])('sums up to %i, multiplier %i, shift %i: %s', (bound, multiplier, shift, quick) => {
    expect(roundsQuickly(bound, multiplier, shift)).toBe(quick);
  });

  test('what the assembly computes is the double rounding of the reference', () => {
    // finish.h in numbers: q = sum * a + (sum * b + sum * c / 2^7) / 2^12 + 2^11.
    const reference = (sum: bigint, multiplier: bigint, shift: bigint) => {
      const high = (sum * multiplier + 2n ** 30n) >> 31n;
      const half = 2n ** (shift - 1n);
      return high < 0n ? -((-high + half) >> shift) : (high + half) >> shift;
    };
    let state = 1;
    const draw = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state;
    };
    for (let i = 0; i < 20_000; i++) {
      const multiplier = BigInt(2 ** 30 + (draw() >>> 2));
      const shift = BigInt(1 + (draw() % 11));
      const sum = BigInt(draw() % 2 ** 18) - 2n ** 17n;
      const [a, b, c] = [multiplier >> 19n, (multiplier >> 7n) & 4095n, multiplier & 127n];
      const q = sum * a + ((sum * b + ((sum * c) >> 7n)) >> 12n) + 2n ** 11n;
      const away = q + (q < 0n ? -(2n ** 12n) : 0n);
      const rounded = (value: bigint) => (value + 2n ** (shift + 11n)) >> (shift + 12n);
      const expected = reference(sum, multiplier, shift);
      expect(rounded(away)).toBe(expected);
      // Halves up: not less than 0 where the reference is not, not more where it is negative.
      const up = rounded(q);
      expect(up === expected || (up <= 0n && expected <= 0n)).toBe(true);
    }
  });
});
