/** Which calls a core with Helium runs by which kernel, and their constants. */
import { describe, expect, test } from 'vitest';
import { coreTarget } from '../../../src/boards/cores.js';
import type { CallOf } from '../../../src/lowering/call.js';
import { chooseKernel } from '../../../src/lowering/choose.js';
import { lowerModel } from '../../../src/lowering/lower.js';
import { oneOperator } from '../../support/small-model.js';

interface Case {
  readonly input: readonly [h: number, w: number, c: number];
  readonly kernel: number;
  readonly outC: number;
  readonly depthwise?: true;
  readonly scale?: number;
  readonly dilation?: number;
  readonly weight?: (i: number) => number;
}

const CORE = coreTarget('cortex-m55');

function chosen(c: Case) {
  const { input, kernel, outC, depthwise, scale = 0.5, dilation = 1, weight = (i) => (i % 7) - 3 } = c;
  const [h, w, inC] = input;
  const shape = depthwise ? [1, kernel, kernel, outC] : [outC, kernel, kernel, inC];
  const values = Int8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => weight(i));
  const operands = [
    { shape: [1, h, w, inC], affine: [0.1, 3] as const },
    { shape, values, scales: { values: [0.1], axis: 0 } },
  ];
  const reach = (kernel - 1) * dilation;
  const y = { shape: [1, h - reach, w - reach, outC], affine: [scale, 0] as const };
  const steps = { strideH: 1, strideW: 1, dilationH: dilation, dilationW: dilation };
  const options = { padding: 'VALID' as const, ...steps, activation: 'NONE' as const };
  const model = depthwise
    ? oneOperator('DEPTHWISE_CONV_2D', { ...options, depthMultiplier: outC / inC }, operands, [y])
    : oneOperator('CONV_2D', options, operands, [y]);
  return chooseKernel(lowerModel(model)[0]!, CORE);
}

describe('convolutions', () => {
  test.each<readonly [string, string, Case]>([
    ['1x1', 'conv_1x1_s8_helium', { input: [5, 5, 3], kernel: 1, outC: 8 }],
    ['a window', 'conv_2d_s8_helium', { input: [5, 5, 3], kernel: 3, outC: 4 }],
    ['channels in no fours', 'conv_1x1_s8_dsp', { input: [5, 5, 3], kernel: 1, outC: 6 }],
    ['a shift to the left', 'conv_2d_s8', { input: [5, 5, 3], kernel: 1, outC: 4, scale: 0.001 }],
    ['depthwise', 'depthwise_conv_2d_s8_helium', { input: [5, 5, 16], kernel: 2, outC: 16, depthwise: true }],
    [
      'depthwise with columns apart',
      'depthwise_conv_2d_s8_dsp',
      { input: [5, 5, 16], kernel: 2, outC: 16, depthwise: true, dilation: 2 },
    ],
    [
      'depthwise of four channels',
      'depthwise_conv_2d_s8_dsp',
      { input: [5, 5, 4], kernel: 2, outC: 4, depthwise: true },
    ],
    [
      'depthwise with a weight of -128: two products may not fit 16 bits',
      'depthwise_conv_2d_s8_dsp',
      { input: [5, 5, 16], kernel: 2, outC: 16, depthwise: true, weight: (i) => (i === 5 ? -128 : 1) },
    ],
    [
      'depthwise of one channel',
      'conv_2d_s8_helium',
      { input: [5, 5, 1], kernel: 3, outC: 4, depthwise: true },
    ],
  ])('%s: %s', (_, kernel, c) => {
    expect(chosen(c).kernel).toBe(kernel);
  });

  test('weights in vectors of 16 inputs, four channels in turn, zeros behind the last', () => {
    const { params } = chosen({
      input: [3, 1, 17],
      kernel: 1,
      outC: 4,
      weight: (i) => i % 17,
    }) as CallOf<'conv_1x1_s8_helium'>;
    const row = Array.from({ length: 16 }, (_, i) => i);
    const last = [16, ...new Array(15).fill(0)];
    expect([...params.filter]).toEqual([...row, ...row, ...row, ...row, ...last, ...last, ...last, ...last]);
    const sum = 136;
    expect([...params.constants.subarray(0, 4)]).toEqual(new Array(4).fill(-3 * sum));
  });

  test('depthwise: taps by columns', () => {
    const { params } = chosen({
      input: [3, 3, 16],
      kernel: 2,
      outC: 16,
      depthwise: true,
      weight: (i) => Math.floor(i / 16),
    }) as CallOf<'depthwise_conv_2d_s8_helium'>;
    expect([0, 1, 2, 3].map((tap) => params.filter[16 * tap])).toEqual([0, 2, 1, 3]);
  });

  test('depthwise: taps by sixteen channels, an even number; constants by every fourth channel', () => {
    const { params } = chosen({
      input: [3, 3, 16],
      kernel: 1,
      outC: 16,
      depthwise: true,
      weight: (i) => i,
    }) as CallOf<'depthwise_conv_2d_s8_helium'>;
    expect([...params.filter]).toEqual([
      ...Array.from({ length: 16 }, (_, i) => i),
      ...new Array(16).fill(0),
    ]);
    const order = [0, 4, 8, 12, 2, 6, 10, 14, 1, 5, 9, 13, 3, 7, 11, 15];
    expect([...params.constants.subarray(0, 16)]).toEqual(
      order.map((channel) => (channel === 0 ? 0 : -3 * channel)),
    );
  });
});

test('a fully connected layer is a convolution of 1x1 whose pixels are its rows', () => {
  const values = new Int8Array(4 * 8).fill(1);
  const model = oneOperator(
    'FULLY_CONNECTED',
    { activation: 'NONE', keepNumDims: false },
    [
      { shape: [3, 8], affine: [0.1, 0] },
      { shape: [4, 8], values, affine: [0.1, 0] },
    ],
    [{ shape: [3, 4], affine: [0.5, 0] }],
  );
  expect(chooseKernel(lowerModel(model)[0]!, CORE)).toMatchObject({
    kernel: 'conv_1x1_s8_helium',
    params: { pixels: 3, inC: 8, outC: 4 },
    scratch: 32,
  });
});
