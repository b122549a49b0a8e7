/** Which calls a core with the DSP extension runs by which kernel. */
import { describe, expect, test } from 'vitest';
import { coreTarget } from '../../../src/boards/cores.js';
import { chooseKernel } from '../../../src/lowering/choose.js';
import { lowerModel } from '../../../src/lowering/lower.js';
import { oneOperator } from '../../support/small-model.js';

type Size = readonly [h: number, w: number];

interface Case {
  readonly input: readonly [h: number, w: number, c: number];
  readonly kernel: Size;
  readonly stride?: Size;
  readonly padding?: 'SAME' | 'VALID';
  readonly outC: number;
  readonly depthwise?: true;
}

function chosen(
  { input, kernel, stride = [1, 1], padding = 'VALID', outC, depthwise }: Case,
  core = 'cortex-m4f',
) {
  const [h, w, c] = input;
  const [kh, kw] = kernel;
  const size = (x: number, k: number, s: number) => Math.ceil((padding === 'SAME' ? x : x - k + 1) / s);
  const shape = depthwise ? [1, kh, kw, outC] : [outC, kh, kw, c];
  const values = Int8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (i % 7) - 3);
  const operands = [
    { shape: [1, h, w, c], affine: [0.1, 3] as const },
    { shape, values, scales: { values: [0.1], axis: 0 } },
  ];
  const y = { shape: [1, size(h, kh, stride[0]), size(w, kw, stride[1]), outC], affine: [0.5, 0] as const };
  const steps = { strideH: stride[0], strideW: stride[1], dilationH: 1, dilationW: 1 };
  const options = { padding, ...steps, activation: 'NONE' as const };
  const model = depthwise
    ? oneOperator('DEPTHWISE_CONV_2D', { ...options, depthMultiplier: outC / c }, operands, [y])
    : oneOperator('CONV_2D', options, operands, [y]);
  return chooseKernel(lowerModel(model)[0]!, coreTarget(core as 'cortex-m4f'));
}

describe('convolutions', () => {
  test.each<readonly [what: string, kernel: string, c: Case]>([
    ['1x1 over many pixels', 'conv_1x1_s8_dsp', { input: [5, 5, 8], kernel: [1, 1], outC: 4 }],
    ['1x1 with a stride', 'conv_2d_s8_dsp', { input: [5, 5, 8], kernel: [1, 1], stride: [2, 2], outC: 4 }],
    ['one pixel', 'fully_connected_s8_dsp', { input: [1, 1, 8], kernel: [1, 1], outC: 5 }],
    ['two pixels', 'fully_connected_s8_dsp', { input: [2, 1, 8], kernel: [1, 1], outC: 4 }],
    ['the whole input', 'fully_connected_s8_dsp', { input: [5, 1, 8], kernel: [5, 1], outC: 4 }],
    [
      'the first rows of it',
      'fully_connected_s8_dsp',
      { input: [5, 1, 8], kernel: [4, 1], stride: [3, 1], outC: 4 },
    ],
    ['columns left out', 'conv_2d_s8_dsp', { input: [1, 5, 8], kernel: [1, 4], stride: [1, 3], outC: 4 }],
    ['a border', 'conv_2d_s8_dsp', { input: [3, 3, 1], kernel: [3, 3], padding: 'SAME', outC: 4 }],
    ['odd channels', 'conv_2d_s8', { input: [3, 3, 1], kernel: [3, 3], padding: 'SAME', outC: 3 }],
    [
      'depthwise of 3x3',
      'depthwise_conv_3x3_s8_dsp',
      { input: [5, 5, 8], kernel: [3, 3], outC: 8, depthwise: true },
    ],
    [
      'depthwise of 3x3, every second pixel',
      'depthwise_conv_2d_s8_dsp',
      { input: [5, 5, 8], kernel: [3, 3], stride: [2, 2], outC: 8, depthwise: true },
    ],
    [
      'depthwise of 3x3, another stride along each side',
      'depthwise_conv_2d_s8_dsp',
      { input: [5, 5, 8], kernel: [3, 3], stride: [2, 1], outC: 8, depthwise: true },
    ],
    ['depthwise', 'depthwise_conv_2d_s8_dsp', { input: [5, 5, 8], kernel: [3, 2], outC: 8, depthwise: true }],
    [
      'depthwise of one channel',
      'conv_2d_s8_dsp',
      { input: [5, 5, 1], kernel: [3, 3], outC: 8, depthwise: true },
    ],
    [
      'depthwise with a multiplier',
      'depthwise_conv_2d_s8',
      { input: [5, 5, 4], kernel: [3, 3], outC: 8, depthwise: true },
    ],
    [
      'depthwise of six channels',
      'depthwise_conv_2d_s8',
      { input: [5, 5, 6], kernel: [3, 3], outC: 6, depthwise: true },
    ],
  ])('%s: %s', (_, kernel, c) => {
    expect(chosen(c).kernel).toBe(kernel);
  });

  test('a core without the extension takes other kernels', () => {
    expect(chosen({ input: [5, 5, 8], kernel: [1, 1], outC: 4 }, 'cortex-m3').kernel).toBe(
      'conv_1x1_s8_scalar',
    );
    expect(chosen({ input: [5, 5, 8], kernel: [1, 1], outC: 4 }, 'host').kernel).toBe('conv_2d_s8');
  });

  test('scratch memory: pixels or columns as 16-bit numbers; pointers and a row of zero points', () => {
    expect(chosen({ input: [5, 5, 6], kernel: [1, 1], outC: 4 }).scratch).toBe(3 * 2 * 8);
    expect(chosen({ input: [5, 5, 8], kernel: [3, 3], outC: 8, depthwise: true }).scratch).toBe(5 * 32);
    expect(chosen({ input: [5, 5, 8], kernel: [3, 2], outC: 8, depthwise: true }).scratch).toBe(6 * 4 + 8);
  });
});
