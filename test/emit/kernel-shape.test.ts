import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KERNEL_SHAPE_FILE, renderKernelShape } from '../../src/emit/kernel-shape.js';
import { TEMPLATES_FOLDER } from '../../src/emit/templates.js';
import type { PlannedCall } from '../../src/plan/types.js';

const CLAMPED = { outputOffset: -128, activationMin: -128 };
const call = (kernel: string, params: object) => ({ kernel, params }) as PlannedCall;
const conv2d = (params: object) =>
  call('conv_2d_s8_dsp', { ...CLAMPED, kernelW: 4, inC: 1, dilationW: 1, ...params });
const dense = (inN: number, outN: number) => call('fully_connected_s8_dsp', { inN, outN });
const depthwise = (kernelH: number, kernelW: number) =>
  call('depthwise_conv_2d_s8_dsp', { kernelH, kernelW });

const shape = (...calls: readonly PlannedCall[]) => renderKernelShape(calls, { toolVersion: '1.2.3' });
const namesOf = (text: string, value = '\\w+') =>
  [...text.matchAll(new RegExp(`constexpr bool (\\w+) = ${value};`, 'g'))].map(([, name]) => name);

describe('what calls ask of the kernels for the DSP extension', () => {
  test.each<readonly [string, PlannedCall, readonly string[]]>([
    ['no call of theirs', call('softmax_s8', {}), []],
    ['a zero point of -128', call('conv_1x1_s8_dsp', CLAMPED), []],
    ['a ReLU', call('conv_1x1_s8_dsp', { outputOffset: 3, activationMin: 3 }), []],
    ['no ReLU', call('conv_1x1_s8_dsp', { outputOffset: 3, activationMin: 2 }), ['kSignedSums']],
    [
      'no ReLU',
      call('depthwise_conv_3x3_s8_dsp', { outputOffset: -127, activationMin: -128 }),
      ['kSignedSums'],
    ],
    ['whole words', conv2d({}), []],
    ['no ReLU', conv2d({ outputOffset: 0 }), ['kSignedSums']],
    ['three of a row', conv2d({ kernelW: 3 }), ['kRowRests']],
    ['columns apart', conv2d({ dilationW: 2 }), ['kDilatedColumns']],
    ['a short row', dense(508, 4), ['kShortRows']],
    ['a long row', dense(512, 4), ['kLongRows']],
    ['no whole words', dense(6, 4), ['kLongRows']],
    ['no whole block', dense(8, 5), ['kShortRows', 'kLeftChannels']],
    ['nine taps', depthwise(3, 3), ['kTenTaps']],
    ['ten taps', depthwise(1, 10), ['kTenTaps']],
    ['eight taps', depthwise(8, 1), ['kOtherTaps']],
    ['eleven taps', depthwise(11, 1), ['kOtherTaps']],
  ])('%s: %o', (_, one, needed) => {
    expect(namesOf(shape(one), 'true')).toEqual(needed);
  });

  test('all calls of a project are asked', () => {
    expect(namesOf(shape(dense(8, 4), dense(9, 4), depthwise(5, 1)), 'true')).toEqual([
      'kShortRows',
      'kLongRows',
      'kOtherTaps',
    ]);
  });

  test("the library's own shape, which it is tested with, leaves nothing out", () => {
    const own = readFileSync(join(TEMPLATES_FOLDER, 'lib', 'kws_kernels', KERNEL_SHAPE_FILE), 'utf8');
    expect(namesOf(own, 'true')).toEqual(namesOf(shape()));
  });
});
