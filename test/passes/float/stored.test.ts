/** Weights stored small, simulated rounding, and what is computed from constants. */
import { describe, expect, test } from 'vitest';
import { describedModel, ModelBuilder } from '../../../src/model/builder.js';
import type { Model } from '../../../src/model/types.js';
import { tensorValues } from '../../../src/model/values.js';
import { smallWeights } from '../../../src/passes/float/dequantize-weights.js';
import { fakeQuantizations } from '../../../src/passes/float/fake-quantization.js';
import { simplifyModel } from '../../../src/passes/simplify.js';
import { createEngine } from '../../../src/reference/engine.js';
import { numberKind } from '../../../src/verify/int8.js';
import { verifyModel } from '../../../src/verify/verify.js';
import { FloatGraph, relativeDifference } from '../../support/float-graphs.js';

const dense = { activation: 'NONE', keepNumDims: false } as const;
const float = (...shape: number[]) => ({ shape, type: 'float32' }) as const;

/** A dense operator whose weights are int8 per channel and whose bias is float32: dynamic range. */
function hybrid(): Model {
  const b = new ModelBuilder('hybrid');
  const x = b.input('x', [1, 2], {}, 'float32');
  const w = b.constant('w', 'int8', [2, 2], [10, -20, 30, 127], { scales: [0.5, 0.25], axis: 0 });
  const bias = b.constant('b', 'float32', [2], [1, 2]);
  return describedModel(b.build([b.add('FULLY_CONNECTED', [x, w, bias], float(1, 2), dense)]));
}

/** The same with float16 weights behind DEQUANTIZE, as float16 files store them. */
function half(): Model {
  const b = new ModelBuilder('half');
  const x = b.input('x', [1, 2], {}, 'float32');
  const bits = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0000);
  const small = b.tensor({ name: 'w16', shape: [2, 2], type: 'float16' }, new Uint8Array(bits.buffer));
  const w = b.add('DEQUANTIZE', [small], float(2, 2), {});
  return describedModel(b.build([b.add('FULLY_CONNECTED', [x, w, -1], float(1, 2), dense)]));
}

describe('weights stored small', () => {
  test('int8 under a float operator', () => {
    expect(smallWeights(hybrid())).toMatchObject([{ name: 'w', type: 'int8', operator: { index: 0 } }]);
    const simple = verifyModel(simplifyModel(hybrid()));
    expect([numberKind(hybrid()), numberKind(simple)]).toEqual(['hybrid', 'float']);
    expect(smallWeights(simple)).toEqual([]);
    expect(createEngine(simple).invoke([Float32Array.of(1, 2)])[0]).toEqual(
      Float32Array.of(5 - 20 + 1, 7.5 + 63.5 + 2),
    );
  });

  test('float16 behind DEQUANTIZE: before and after', () => {
    verifyModel(half());
    expect(smallWeights(half())).toMatchObject([
      { name: 'w16', type: 'float16', operator: { kind: 'DEQUANTIZE' } },
    ]);
    const simple = verifyModel(simplifyModel(half()));
    expect(simple.operators.map(({ kind }) => kind)).toEqual(['FULLY_CONNECTED']);
    expect(relativeDifference(half(), simple, 1)).toBe(0);
    const [y] = createEngine(simple).invoke([Float32Array.of(3, 1)]);
    expect(y).toEqual(Float32Array.of(1, 3 * (1 + 0x155 / 1024) * 0.25));
  });

  test('a weight that two operators read is made a float once', () => {
    const { tensors, operators, ...rest } = hybrid();
    const twice = {
      ...rest,
      tensors: [...tensors, { name: 'y2', type: 'float32' as const, shape: [1, 2] }],
      operators: [...operators, { ...operators[0]!, index: 1, inputs: [3, 1, 2], outputs: [4] }],
      outputs: [4],
    };
    const simple = simplifyModel(twice);
    expect(simple.operators[0]!.inputs[1]).toBe(simple.operators[1]!.inputs[1]);
  });
});

test('QUANTIZE and DEQUANTIZE between floats, as training simulates them, are left out', () => {
  const g = new FloatGraph(3);
  const x = g.input([1, 4]);
  const q = g.builder.add('QUANTIZE', [g.dense(x, 4)], { shape: [1, 4], scale: 0.01, zeroPoint: 0 }, {});
  const d = g.note(g.builder.add('DEQUANTIZE', [q], float(1, 4), {}), [1, 4]);
  const model = g.model(g.unary(d, 'RELU'));
  const simple = verifyModel(simplifyModel(model));
  expect(simple.operators).toMatchObject([{ kind: 'FULLY_CONNECTED', options: { activation: 'RELU' } }]);
  // No further apart than the rounding that is left out.
  const input = [Float32Array.of(0.1, 0.2, -0.3, 0.4)];
  const [a, b] = [model, simple].map((one) => createEngine(one).invoke(input)[0] as Float32Array);
  a!.forEach((value, i) => {
    expect(Math.abs(value - b![i]!)).toBeLessThanOrEqual(0.0051);
  });
});

test('FAKE_QUANT is left out, also on weights that are rounded in the file', () => {
  const b = new ModelBuilder('fake');
  const x = b.input('x', [1, 2], {}, 'float32');
  const w = b.constant('w', 'float32', [2, 2], [0.1, 0.2, 0.3, 0.4]);
  const q = b.add('QUANTIZE', [w], { shape: [2, 2], scale: 0.25, zeroPoint: 0 }, {});
  const d = b.add('DEQUANTIZE', [q], float(2, 2), {});
  const y = b.add('FULLY_CONNECTED', [x, d, -1], float(1, 2), dense);
  const z = b.tensor(float(1, 2));
  const { operators, ...rest } = b.build([z]);
  const fake = {
    kind: 'FOREIGN',
    index: 3,
    inputs: [y],
    outputs: [z],
    options: { builtinCode: 80, name: 'FAKE_QUANT' },
  } as const;
  const model = verifyModel(describedModel({ ...rest, operators: [...operators, fake] }));
  expect(fakeQuantizations(model).map(({ index }) => index)).toEqual([1, 3]);
  const simple = verifyModel(simplifyModel(model));
  expect(fakeQuantizations(simple)).toEqual([]);
  expect(createEngine(simple).invoke([Float32Array.of(1, 0)])[0]).toEqual(Float32Array.of(0.1, 0.3));
  // As the file has it, the weights are rounded to quarters.
  const rounded = createEngine({ ...model, operators: [...operators], outputs: [y] });
  expect(rounded.invoke([Float32Array.of(1, 0)])[0]).toEqual(Float32Array.of(0, 0.25));
});

describe('constants', () => {
  test('what is computed from constants is one', () => {
    const g = new FloatGraph(3);
    const x = g.input([1, 4]);
    const c = g.note(g.constant('c', [4], [1, -2, 3, -4]), [4]);
    const simple = simplifyModel(g.model(g.sum(g.unary(x, 'TANH'), g.unary(c, 'RELU'))));
    expect(simple.operators.map(({ kind }) => kind)).toEqual(['TANH', 'ADD']);
    const constant = simple.tensors.find(({ data }) => data !== undefined)!;
    expect(tensorValues(constant)).toEqual(Float32Array.of(1, 0, 3, 0));
  });

  test('a shape that is computed from the batch (SHAPE, STRIDED_SLICE, PACK) is a constant', () => {
    const b = new ModelBuilder('flatten');
    const x = b.input('x', [1, 2, 3], {}, 'float32');
    const [shape, wanted] = [
      b.tensor({ shape: [3], type: 'int32' }),
      b.tensor({ shape: [2], type: 'int32' }),
    ];
    const y = b.add('RESHAPE', [x, wanted], float(1, 6), {});
    const foreign = (name: string, inputs: number[], outputs: number[]) =>
      ({ kind: 'FOREIGN', index: 9, inputs, outputs, options: { builtinCode: 0, name } }) as const;
    const { operators, ...rest } = b.build([y]);
    const model = describedModel({
      ...rest,
      operators: [foreign('SHAPE', [x], [shape]), foreign('PACK', [shape], [wanted]), ...operators],
    });
    const simple = verifyModel(simplifyModel(model));
    expect(simple.operators.map(({ kind }) => kind)).toEqual(['RESHAPE']);
    expect(createEngine(simple).invoke([Float32Array.of(1, 2, 3, 4, 5, 6)])[0]).toHaveLength(6);
  });
});
