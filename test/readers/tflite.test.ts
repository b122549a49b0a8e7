import { describe, expect, test } from 'vitest';
import { describedModel } from '../../src/model/builder.js';
import { openModel } from '../../src/readers/read-model.js';
import { modelFile, writeModel } from '../../src/tflite/build.js';
import { encodeTflite } from '../../src/tflite/encode.js';
import type { TfliteFile, TfliteOperator, TfliteTensor } from '../../src/tflite/schema.js';
import { cnn, SAMPLES, streaming } from '../model/sample-models.js';
import { inputErrorOf } from '../support/errors.js';

type Edit = {
  readonly tensor?: (tensor: TfliteTensor) => TfliteTensor;
  readonly operator?: (operator: TfliteOperator, code: number) => TfliteOperator;
  readonly file?: (file: TfliteFile) => TfliteFile;
};

/** The streaming sample's file (or another), changed. */
function edited({ tensor, operator, file }: Edit, model = streaming()): Uint8Array {
  const original = modelFile(model);
  const [main, ...rest] = original.subgraphs;
  const changed = {
    ...original,
    subgraphs: [
      {
        ...main!,
        tensors: main!.tensors.map((value) => tensor?.(value) ?? value),
        operators: main!.operators.map(
          (value) => operator?.(value, original.operatorCodes[value.opcodeIndex]!.builtinCode) ?? value,
        ),
      },
      ...rest,
    ],
  };
  return encodeTflite(file?.(changed) ?? changed);
}
const read = (edit: Edit, model = streaming()) => openModel(edited(edit, model), 'm.tflite');
const refusal = (edit: Edit, model = streaming()) => inputErrorOf(() => read(edit, model));

describe('a file of every sample is read as the model it was made of', () => {
  test.each(SAMPLES)('%s', (_, make) => {
    const made = describedModel(make());
    const model = openModel(writeModel(make()), `${made.name}.tflite`);
    const plumbing = made.variables.length === 0 ? 0 : 1 + made.variables.length;
    expect(model).toEqual({
      ...made,
      source: { ...made.source, bytes: model.source.bytes, sha256: model.source.sha256 },
      // Handles and CALL_ONCE come first in the file, and the index counts them.
      operators: made.operators.map((operator) => ({ ...operator, index: operator.index + plumbing })),
    });
  });
});

test('a convolution bias that is marked as absent is left out of the file', () => {
  const model = describedModel(cnn());
  const operators = model.operators.map((operator) =>
    operator.kind === 'DEPTHWISE_CONV_2D' ? { ...operator, inputs: [...operator.inputs, -1] } : operator,
  );
  expect(writeModel({ ...model, operators, description: 'a test' })).toEqual(writeModel(cnn()));
});

describe('streaming state', () => {
  test('starts at the bytes the initialising subgraph assigns', () => {
    const [zero, given] = read({}).variables;
    expect([...zero!.initial]).toEqual(new Array(8).fill(3)); // its zero point
    expect([...given!.initial]).toEqual([1, 2, 3, 4]);
    expect(zero!.name).toBe('stream/states');
  });

  test('starts at its zero point where nothing is assigned', () => {
    const bytes = edited({
      file: (file) => ({
        ...file,
        subgraphs: [file.subgraphs[0]!, { ...file.subgraphs[1]!, operators: [] }],
      }),
    });
    const model = openModel(bytes, 'm');
    expect(model.variables.map(({ initial }) => [...initial])).toEqual([
      new Array(8).fill(3),
      new Array(4).fill(3),
    ]);
  });

  test.each<[string, Edit, string]>([
    [
      'CALL_ONCE of nothing',
      {
        operator: (op, code) =>
          code === 129 ? { ...op, options: { type: 'CallOnceOptions', subgraph: 9 } } : op,
      },
      'm.tflite, operator 0 (CALL_ONCE): initialises from subgraph 9, and there are 2',
    ],
    [
      'READ_VARIABLE of no handle',
      { operator: (op, code) => (code === 143 ? { ...op, inputs: [0] } : op) },
      'm.tflite, operator 4 (READ_VARIABLE): has no variable whose handle the main graph makes',
    ],
    [
      'an initial value of another size',
      {
        file: (file) => {
          const [main, init] = file.subgraphs;
          const tensors = init!.tensors.map((t) =>
            t.shape.length === 4 ? { ...t, buffer: file.buffers.length } : t,
          );
          return {
            ...file,
            buffers: [...file.buffers, new Uint8Array(5)],
            subgraphs: [main!, { ...init!, tensors }],
          };
        },
      },
      'm.tflite, variable stream/states: is initialised with 5 bytes and takes 8',
    ],
    [
      'an initial value that is computed',
      {
        file: (file) => {
          const [main, init] = file.subgraphs;
          return {
            ...file,
            subgraphs: [main!, { ...init!, tensors: init!.tensors.map((t) => ({ ...t, buffer: 0 })) }],
          };
        },
      },
      'm.tflite, variable stream/states: is initialised with a value that is no constant, which kws-gen does not read',
    ],
  ])('%s is refused', (_, edit, headline) => {
    expect(refusal(edit)).toContain(headline);
  });
});

describe('operators', () => {
  const custom = (code: { builtinCode: number; customCode: string }): Edit => ({
    operator: (op, builtin) => (builtin === 28 ? { ...op, options: { type: 'none' } } : op),
    file: (file) => ({
      ...file,
      operatorCodes: file.operatorCodes.map((known) =>
        known.builtinCode === 28 ? { ...known, ...code } : known,
      ),
    }),
  });

  test.each([
    [{ builtinCode: 108, customCode: '' }, 'COS'],
    [{ builtinCode: 32, customCode: 'SignalPCAN' }, 'SignalPCAN'],
    [{ builtinCode: 32, customCode: 'evil\u001b[31m' }, 'evil'],
    [{ builtinCode: 1234, customCode: '' }, 'builtin 1234'],
  ])('%o is kept as the foreign operator %s', (code, name) => {
    const operator = read(custom(code), cnn()).operators.find(({ kind }) => kind === 'FOREIGN')!;
    expect(operator).toMatchObject({ index: 12, options: { builtinCode: code.builtinCode, name } });
  });

  test.each<[string, Edit, string]>([
    [
      'fused TANH',
      {
        operator: (op) =>
          op.options.type === 'AddOptions' ? { ...op, options: { ...op.options, activation: 4 } } : op,
      },
      'm.tflite, operator 5 (ADD): has options that kws-gen does not read\n  why: it has the fused activation TANH',
    ],
    [
      'no options',
      { operator: (op) => (op.options.type === 'Conv2DOptions' ? { ...op, options: { type: 'none' } } : op) },
      'm.tflite, operator 0 (CONV_2D): has options that kws-gen does not read\n  why: it has no Conv2DOptions',
    ],
    [
      'ids out of range',
      { operator: (op, code) => (code === 40 ? { ...op, inputs: [999, -1], outputs: [-1] } : op) },
      'm.tflite, operator 9 (MEAN): refers to tensor 999, and there are',
    ],
  ])('%s is refused', (_, edit, headline) => {
    expect(refusal(edit, cnn())).toContain(headline);
  });
});

describe('tensors', () => {
  const input = (change: Partial<TfliteTensor>): Edit => ({
    tensor: (tensor) => (tensor.name === 'features' ? { ...tensor, ...change } : tensor),
  });

  test('a dynamic batch is read as 1', () => {
    expect(read(input({ shape: [-1, 8, 6, 2] }), cnn()).tensors[0]!.shape).toEqual([1, 8, 6, 2]);
    expect(read(input({ shapeSignature: [-1, 8, 6, 2] }), cnn()).tensors[0]!.shape).toEqual([1, 8, 6, 2]);
  });

  test.each<[string, Partial<TfliteTensor>, string]>([
    [
      'a dynamic length',
      { shapeSignature: [-1, -1, 6, 2] },
      'has the dynamic shape -1x-1x6x2; only a dynamic batch can be read (as 1)',
    ],
    ['a negative dimension', { shape: [1, -8, 6, 2] }, 'has the dynamic shape 1x-8x6x2'],
    ['an unknown type', { type: 17 }, 'has elements of type INT4, which kws-gen does not read'],
    ['too many bytes', { shape: [1, 2 ** 30, 8, 8] }, 'has the shape 1x1073741824x8x8, which is beyond'],
    [
      'a hundred dimensions',
      { shape: new Array(100).fill(2 ** 30) },
      'x1073741824x…, which is beyond what kws-gen reads (8 dimensions, 67108864 bytes)',
    ],
    ['data elsewhere', { externalBuffer: 1 }, 'has its data in another file'],
  ])('%s is refused', (_, change, text) => {
    const message = refusal(input(change), cnn());
    expect(message).toMatch(/^m\.tflite, tensor 0 \(features\): /);
    expect(message).toContain(text);
    expect(message.length).toBeLessThan(1000);
  });

  test('one zero point serves all channels', () => {
    const model = read(
      {
        tensor: (tensor) =>
          tensor.name === 'w1'
            ? { ...tensor, quantization: { ...tensor.quantization!, zeroPoints: [0] } }
            : tensor,
      },
      cnn(),
    );
    expect(model.tensors.find(({ name }) => name === 'w1')!.quantization!.zeroPoints).toEqual([0, 0, 0, 0]);
  });
});
