import { describe, expect, test } from 'vitest';
import type { ModelDescription } from '../../src/model/builder.js';
import { describedModel } from '../../src/model/builder.js';
import type { Model, Operator, OperatorKind, Tensor } from '../../src/model/types.js';
import { modelProblems, verifyModel } from '../../src/verify/verify.js';
import { cnn, dense, SAMPLES, streaming } from '../model/sample-models.js';
import { inputErrorOf } from '../support/errors.js';

test.each([
  ...SAMPLES,
  ['float', () => dense('float32', 'float32')],
  ['hybrid', () => dense('float32', 'int8')],
] as const)('%s is sound', (_, make) => {
  const model = describedModel(make());
  expect(modelProblems(model)).toEqual([]);
  expect(verifyModel(model)).toBe(model);
});

type Change = Partial<Tensor> | ((tensor: Tensor) => Tensor);

const apply = (tensor: Tensor, change: Change): Tensor =>
  typeof change === 'function' ? change(tensor) : { ...tensor, ...change };

/** A model with one operator's input or output tensor changed. */
function operand(
  make: () => ModelDescription,
  kind: OperatorKind,
  slot: `${'in' | 'out'}${number}`,
  change: Change,
): Model {
  const model = describedModel(make());
  const operator = model.operators.find((candidate) => candidate.kind === kind)!;
  const position = Number(slot.replace(/\D+/, ''));
  const id = (slot.startsWith('in') ? operator.inputs : operator.outputs)[position]!;
  return { ...model, tensors: model.tensors.with(id, apply(model.tensors[id]!, change)) };
}

/** A model with one operator changed. */
function operator(make: () => ModelDescription, kind: OperatorKind, change: object): Model {
  const model = describedModel(make());
  const index = model.operators.findIndex((candidate) => candidate.kind === kind);
  const old = model.operators[index]!;
  const options = { ...old.options, ...('options' in change ? (change.options as object) : {}) };
  return { ...model, operators: model.operators.with(index, { ...old, ...change, options } as Operator) };
}

const ints = (...values: number[]) => new Uint8Array(Int32Array.from(values).buffer);
const scale = (value: number, zeroPoint = 3) => ({
  quantization: { scales: [Math.fround(value)], zeroPoints: [zeroPoint], axis: 0 },
});
const reshaped = (shape: readonly number[]): Change => ({ shape });

describe('what is wrong is said', () => {
  test.each<[string, Model, string]>([
    [
      'conv: output',
      operand(cnn, 'CONV_2D', 'out0', reshaped([1, 5, 3, 4])),
      '0 (CONV_2D): its output has the shape 1x5x3x4; 1x4x3x4 follows',
    ],
    [
      'conv: channels',
      operand(cnn, 'CONV_2D', 'in0', reshaped([1, 8, 6, 3])),
      '0 (CONV_2D): its filter takes 2 channels and its input has 3',
    ],
    [
      'conv: groups',
      operand(cnn, 'CONV_2D', 'in0', reshaped([1, 8, 6, 6])),
      '0 (CONV_2D): convolves in 3 groups of 2 channels, which kws-gen does not compute',
    ],
    [
      'conv: rank',
      operand(cnn, 'CONV_2D', 'in0', reshaped([8, 12])),
      '0 (CONV_2D): its input has the shape 8x12; 4 dimensions are needed',
    ],
    [
      'conv: stride',
      operator(cnn, 'CONV_2D', { options: { strideH: 0 } }),
      '0 (CONV_2D): has strideH 0; it must be at least 1',
    ],
    [
      'conv: bias length',
      operand(cnn, 'CONV_2D', 'in2', { shape: [2], data: ints(1, 2), quantization: undefined as never }),
      'its bias has the shape 2; there are 4 output channels',
    ],
    [
      'conv: bias type',
      operand(cnn, 'CONV_2D', 'in2', { type: 'int8', data: new Uint8Array(4) }),
      'its bias is int8; int32 is needed',
    ],
    [
      'conv: axis',
      operand(cnn, 'CONV_2D', 'in1', (t) => ({
        ...t,
        shape: [4, 3, 3, 2],
        quantization: { scales: [1, 1, 1], zeroPoints: [0, 0, 0], axis: 1 },
      })),
      'its filter has scales along dimension 1; they belong along 0',
    ],
    [
      'conv: zero point',
      operand(cnn, 'CONV_2D', 'in1', (t) => ({
        ...t,
        quantization: { ...t.quantization!, zeroPoints: [0, 1, 0, 0] },
      })),
      'its filter has a zero point other than 0',
    ],
    [
      'conv: no filter',
      operand(cnn, 'CONV_2D', 'in1', ({ data: _, ...t }) => t),
      'input 1 is tensor 1, which has no value yet',
    ],
    [
      'conv: no scale',
      operand(cnn, 'CONV_2D', 'in0', ({ quantization: _, ...t }) => t),
      'tensor features is int8 without a scale',
    ],
    [
      'depthwise: multiplier',
      operator(cnn, 'DEPTHWISE_CONV_2D', { options: { depthMultiplier: 1 } }),
      '1 (DEPTHWISE_CONV_2D): its filter has 8 channels; 4 times the depth multiplier 1 are needed',
    ],
    [
      'pad: output',
      operand(cnn, 'PAD', 'out0', reshaped([1, 4, 5, 8])),
      '2 (PAD): its output has the shape 1x4x5x8; 1x4x4x8 follows',
    ],
    [
      'pad: negative',
      operand(cnn, 'PAD', 'in1', { data: ints(0, 0, -1, 0, 0, 2, 0, 0) }),
      'its paddings do not fit 1x3x2x8',
    ],
    [
      'pool: scale',
      operand(cnn, 'MAX_POOL_2D', 'out0', scale(0.2)),
      '3 (MAX_POOL_2D): takes scale 0.10000000149011612, zero point 3 and gives 0.20000000298023224, 3; they must be the same',
    ],
    [
      'pool: shape',
      operator(cnn, 'MAX_POOL_2D', { options: { filterH: 1, strideH: 1 } }),
      '3 (MAX_POOL_2D): its output has the shape 1x2x2x8; 1x4x2x8 follows',
    ],
    [
      'add: broadcast',
      operand(cnn, 'MUL', 'in1', { shape: [7], data: new Uint8Array(7) }),
      '6 (MUL): takes 1x2x2x8 and 7, which do not broadcast',
    ],
    [
      'mean: axes',
      operand(cnn, 'MEAN', 'in1', { data: ints(1, 4) }),
      '9 (MEAN): its axes 1, 4 are not all in 1x2x2x8',
    ],
    [
      'mean: output',
      operator(cnn, 'MEAN', { options: { keepDims: true } }),
      '9 (MEAN): its output has the shape 1x8; 1x1x1x8 follows',
    ],
    [
      'reshape: count',
      operand(cnn, 'RESHAPE', 'out0', reshaped([1, 9])),
      '10 (RESHAPE): takes 1x8 and gives 1x9',
    ],
    [
      'dense: depth',
      operand(cnn, 'FULLY_CONNECTED', 'in1', { shape: [8, 3] }),
      '11 (FULLY_CONNECTED): takes 1x8, which is no multiple of its filter',
    ],
    [
      'dense: output',
      operand(cnn, 'FULLY_CONNECTED', 'out0', reshaped([3, 1])),
      '11 (FULLY_CONNECTED): gives 3x1; 1x3 follows',
    ],
    [
      'softmax: scale',
      operand(cnn, 'SOFTMAX', 'out0', scale(0.1, -128)),
      '13 (SOFTMAX): gives scale 0.10000000149011612, zero point -128; its kernel computes 1/256, -128',
    ],
    [
      'concat: axis',
      operator(streaming, 'CONCATENATION', { options: { axis: 4 } }),
      'its axis 4 is not in 1x4x1x4',
    ],
    [
      'concat: sum',
      operand(streaming, 'CONCATENATION', 'out0', reshaped([1, 5, 1, 4])),
      'its output has the shape 1x5x1x4; 1x4x1x4 follows',
    ],
    ['concat: scale', operand(streaming, 'CONCATENATION', 'out0', scale(0.3)), 'they must be the same'],
    [
      'slice: output',
      operand(streaming, 'STRIDED_SLICE', 'out0', reshaped([1, 1, 1, 8])),
      'its output has the shape 1x1x1x8; 1x2x1x4 follows',
    ],
    [
      'slice: stride',
      operand(streaming, 'STRIDED_SLICE', 'in3', { data: ints(1, 0, 1, 1) }),
      'stride of axis 1 is 0',
    ],
    [
      'slice: mask',
      operator(streaming, 'STRIDED_SLICE', { options: { ellipsisMask: 1 } }),
      'has an ellipsis or new-axis mask, which no runtime takes',
    ],
    [
      'split: sizes',
      operand(streaming, 'SPLIT_V', 'in1', { data: ints(3, 3) }),
      'its sizes 3, 3 do not cut a dimension of 4',
    ],
    [
      'read: variable',
      operator(streaming, 'READ_VARIABLE', { options: { variable: 7 } }),
      '(READ_VARIABLE): there is no variable 7',
    ],
    [
      'assign: size',
      operator(streaming, 'ASSIGN_VARIABLE', { options: { variable: 1 } }),
      'variable stream_1/states is int8 1x1x1x4, the tensor int8 1x2x1x4',
    ],
    ['arity', operator(cnn, 'ADD', { inputs: [0] }), '5 (ADD): has 1 inputs; it takes 2'],
    ['id', operator(cnn, 'RELU', { inputs: [99] }), '7 (RELU): input 0 is tensor 99, which does not exist'],
    [
      'order',
      operator(cnn, 'RELU', { inputs: [22] }),
      '7 (RELU): input 0 is tensor 22, which has no value yet',
    ],
    [
      'relu6: scale',
      operand(cnn, 'RELU6', 'out0', scale(0.02, -128)),
      '8 (RELU6): takes scale 0.15000000596046448, zero point -128 and gives 0.019999999552965164, -128; they must be the same',
    ],
  ])('%s', (_, model, text) => {
    expect(
      modelProblems(model)
        .map(({ where, what }) => `${where}: ${what}`)
        .join('\n'),
    ).toContain(text);
  });

  test.each<[string, (tensor: Tensor) => Tensor, string]>([
    ['data', (t) => ({ ...t, data: new Uint8Array(3) }), 'holds 3 bytes, and its shape takes 72'],
    [
      'scale count',
      (t) => ({ ...t, quantization: { ...t.quantization!, scales: [1, 1, 1], zeroPoints: [0, 0, 0] } }),
      'has 3 scales along dimension 0, whose size is 4',
    ],
    [
      'scale',
      (t) => ({ ...t, quantization: { ...t.quantization!, scales: [1, 1, Number.NaN, 1] } }),
      'has the scale NaN; scales are positive',
    ],
    [
      'zero point',
      (t) => ({ ...t, quantization: { ...t.quantization!, zeroPoints: [0, 0, 0, 128] } }),
      'has the zero point 128; int8 allows -128 to 127',
    ],
  ])('tensor: %s', (_, change, text) => {
    const [problem] = modelProblems(operand(cnn, 'CONV_2D', 'in1', change));
    expect(problem).toEqual({
      where: 'cnn, tensor 1 (w1)',
      what: text,
      next: 'the model contradicts itself: convert it again from its source',
    });
  });

  test('a variable whose bytes do not fit', () => {
    const model = describedModel(streaming());
    const [first, ...rest] = model.variables;
    const broken = { ...model, variables: [{ ...first!, initial: new Uint8Array(7) }, ...rest] };
    expect(inputErrorOf(() => verifyModel(broken))).toBe(
      'streaming, variable stream/states: starts with 7 bytes, and its shape takes 8\n' +
        '  next: the model contradicts itself: convert it again from its source',
    );
  });

  test('outputs nothing computes, and a model without inputs', () => {
    const model = { ...describedModel(cnn()), inputs: [], outputs: [0, 99] };
    const found = modelProblems(model).map(({ where, what }) => `${where}: ${what}`);
    expect(found[0]).toBe('cnn, inputs: there are none');
    expect(found).toContain('cnn, outputs: there is no tensor 99');
    expect(found).toContain('cnn, outputs: nothing computes tensor 0');
  });

  test('all problems are collected, and many are counted', () => {
    const model = describedModel(cnn());
    const tensors = model.tensors.map((tensor) => ({ ...tensor, shape: [-1] }));
    const message = inputErrorOf(() => verifyModel({ ...model, tensors }));
    expect(message.match(/has the shape -1/g)).toHaveLength(20);
    expect(message).toMatch(/\n\d+ more problems of this kind$/);
  });
});
