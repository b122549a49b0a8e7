/** What the kernels cannot compute is refused by name, before anything runs. */
import { expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import { lowerModel } from '../../src/lowering/lower.js';
import type { Model, OperatorKind, OperatorOptions } from '../../src/model/types.js';
import { int32Tensor, oneOperator, type TensorSpec } from '../support/small-model.js';

const x: TensorSpec = { shape: [1, 4, 4, 2], affine: [0.1, 0] };
const filter: TensorSpec = {
  shape: [3, 1, 1, 2],
  values: Int8Array.of(1, 2, 3, 4, 5, 6),
  scales: { values: [0.1, 0.2, 0.3], axis: 0 },
};
const y: TensorSpec = { shape: [1, 4, 4, 3], affine: [0.1, 0] };
const conv: OperatorOptions['CONV_2D'] = {
  padding: 'SAME',
  strideH: 1,
  strideW: 1,
  dilationH: 1,
  dilationW: 1,
  activation: 'NONE',
};
const slice = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };

const convolution = (
  input: TensorSpec,
  weights: TensorSpec,
  output: TensorSpec,
  options: Partial<typeof conv> = {},
  bias?: TensorSpec,
): Model => oneOperator('CONV_2D', { ...conv, ...options }, [input, weights, bias], [output]);

const unary = <K extends OperatorKind>(
  kind: K,
  input: TensorSpec,
  output: TensorSpec,
  options = {} as OperatorOptions[K],
): Model => oneOperator(kind, options, [input], [output]);

test('the model that the refused ones are made from is taken', () => {
  expect(lowerModel(convolution(x, filter, y)).map(({ kernel }) => kernel)).toEqual(['conv_2d_s8']);
});

const REFUSED: readonly (readonly [string, Model])[] = [
  [
    'the operator CUSTOM_THING has no kernel',
    oneOperator('FOREIGN', { builtinCode: 32, name: 'CUSTOM_THING' }, [x], [x]),
  ],
  ["'input 0' is float32, only int8 is supported here", convolution({ ...x, type: 'float32' }, filter, y)],
  ["'input 0' has no quantization parameters", convolution({ shape: x.shape }, filter, y)],
  ["'input 0' has the scale 0", convolution({ ...x, affine: [0, 0] }, filter, y)],
  ["zero point 200 of 'input 0' is outside its type", convolution({ ...x, affine: [0.1, 200] }, filter, y)],
  [
    "'output 0' has the shape [1,4,4,4], it should be [1,4,4,3]",
    convolution(x, filter, { ...y, shape: [1, 4, 4, 4] }),
  ],
  ["'output 0' has the shape [1,0,4,3]", convolution(x, filter, { ...y, shape: [1, 0, 4, 3] })],
  ["'output 0' has the shape [65536,65536]", convolution(x, filter, { ...y, shape: [65536, 65536] })],
  [
    "'input 1' has 4 bytes, not those of its shape [3,1,1,2]",
    convolution(x, { ...filter, values: new Int8Array(4) }, y),
  ],
  [
    "'input 1' is computed, only a constant is supported here",
    convolution(x, { shape: filter.shape, affine: [0.1, 0] }, y),
  ],
  [
    '2 filter scales along axis 0 for 3 channels along axis 0',
    convolution(x, { ...filter, scales: { values: [1, 1], axis: 0 } }, y),
  ],
  ['2 biases for 3 channels', convolution(x, filter, y, {}, int32Tensor(1, 2))],
  ['kernel size, stride or dilation 0 is outside 1 to 65536', convolution(x, filter, y, { strideH: 0 })],
  [
    'filter has 1 input channels for 2 (grouped convolution is not supported)',
    convolution(x, { ...filter, shape: [3, 1, 1, 1], values: new Int8Array(3) }, y),
  ],
  [
    'filter zero points must be 0',
    convolution(x, { shape: filter.shape, values: new Int8Array(6), affine: [0.1, 3] }, y),
  ],
  [
    'no fixed-point multiplier for',
    convolution({ ...x, affine: [1e30, 0] }, filter, { ...y, affine: [1e-10, 0] }),
  ],
  [
    'shapes [1,5] and [2,4] do not give [1,2]',
    oneOperator(
      'FULLY_CONNECTED',
      { activation: 'NONE', keepNumDims: false },
      [
        { shape: [1, 5], affine: [1, 0] },
        { shape: [2, 4], values: new Int8Array(8), affine: [1, 0] },
      ],
      [{ shape: [1, 2], affine: [1, 0] }],
    ),
  ],
  [
    'output scale 0.10000000149011612 and zero point 0, expected 0.00390625 and -128',
    unary('SOFTMAX', x, x, { beta: 1 }),
  ],
  ['beta * input scale is 0, too small', unary('SOFTMAX', x, { ...x, affine: [1 / 256, -128] }, { beta: 0 })],
  [
    'rows of 5000 elements, supported are 1 to 4095',
    unary(
      'SOFTMAX',
      { shape: [5000], affine: [1, 0] },
      { shape: [5000], affine: [1 / 256, -128] },
      { beta: 1 },
    ),
  ],
  ['is out of range', unary('LOGISTIC', { ...x, affine: [1e-9, 0] }, { ...x, affine: [1 / 256, -128] })],
  ['from int8 to float32 is not supported', unary('QUANTIZE', x, { shape: x.shape, type: 'float32' })],
  ['from float32 to int8 is not supported', unary('DEQUANTIZE', { shape: x.shape, type: 'float32' }, x)],
  ['[1,4,4,2] (int8) cannot become [4,4] (int8)', unary('RESHAPE', x, { ...x, shape: [4, 4] })],
  [
    'shapes [1,4,4,2] and [3] do not broadcast',
    oneOperator('ADD', { activation: 'NONE' }, [x, { shape: [3], affine: [1, 0] }], [x]),
  ],
  ['axis 4 of 4 dimensions', oneOperator('MEAN', { keepDims: true }, [x, int32Tensor(4)], [x])],
  [
    "'input 1' is quantized differently from the output",
    oneOperator(
      'CONCATENATION',
      { axis: 3, activation: 'NONE' },
      [x, { ...x, affine: [0.2, 0] }],
      [{ ...x, shape: [1, 4, 4, 4] }],
    ),
  ],
  [
    'parts of 4 make up 5',
    oneOperator('CONCATENATION', { axis: -1, activation: 'NONE' }, [x, x], [{ ...x, shape: [1, 4, 4, 5] }]),
  ],
  [
    'ellipsis and new-axis masks are not supported',
    oneOperator(
      'STRIDED_SLICE',
      { ...slice, ellipsisMask: 1 },
      [x, int32Tensor(0, 0, 0, 0), int32Tensor(1, 4, 4, 2), int32Tensor(1, 1, 1, 1)],
      [x],
    ),
  ],
  [
    'paddings [0,-1] do not fit 1 dimensions',
    oneOperator(
      'PAD',
      {},
      [{ shape: [4], affine: [1, 0] }, int32Tensor(0, -1)],
      [{ shape: [3], affine: [1, 0] }],
    ),
  ],
  ['there is no variable 3', oneOperator('READ_VARIABLE', { variable: 3 }, [], [x])],
];

test.each(REFUSED)('%s', (message, model) => {
  const [{ kind, options }] = model.operators as [(typeof model.operators)[0]];
  const name = kind === 'FOREIGN' ? options.name : kind;
  const refusal = (): unknown => lowerModel(model);
  expect(refusal).toThrow(message);
  expect(refusal).toThrow(`small.tflite, operator 0 (${name}): `);
  expect(refusal).toThrow(KwsError);
});

test('all operators that are refused are named at once', () => {
  const one = oneOperator('FOREIGN', { builtinCode: 117, name: 'HARD_SWISH' }, [x], [x]);
  const [operator] = one.operators;
  const two: Model = { ...one, operators: [operator!, { ...operator!, index: 7 }] };
  expect(() => lowerModel(two)).toThrow(/operator 0 \(HARD_SWISH\)(.|\n)*operator 7 \(HARD_SWISH\)/);
});
