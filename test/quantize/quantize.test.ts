import { describe, expect, test } from 'vitest';
import { describedModel } from '../../src/model/builder.js';
import { OPERATORS } from '../../src/model/operators.js';
import type { Model, Operator } from '../../src/model/types.js';
import { calibrate } from '../../src/quantize/calibrate.js';
import { quantizeModel } from '../../src/quantize/quantize.js';
import { openModel } from '../../src/readers/read-model.js';
import { createEngine } from '../../src/reference/engine.js';
import { writeModel } from '../../src/tflite/build.js';
import { requireInt8 } from '../../src/verify/int8.js';
import { unsupportedOperators } from '../../src/verify/support.js';
import { modelProblems } from '../../src/verify/verify.js';
import { inputErrorOf } from '../support/errors.js';
import { FLOAT_ZOO, FloatBuilder, zooInputs } from './float-zoo.js';

const affineOf = ({ tensors }: Model, id: number): readonly [number, number] => {
  const { scales, zeroPoints } = tensors[id]!.quantization!;
  return [scales[0]!, zeroPoints[0]!];
};

describe.each(FLOAT_ZOO.map((model) => [model.name, model] as const))('%s', (_, model) => {
  const inputs = zooInputs(model, 1);
  const { description, counterparts } = quantizeModel(model, calibrate(model, inputs));
  const int8 = describedModel(description);

  test('is sound, as float and as int8, and has no operator a runtime lacks', () => {
    expect(modelProblems(model)).toEqual([]);
    expect(modelProblems(int8)).toEqual([]);
    expect(requireInt8(int8)).toBe(int8);
    expect(unsupportedOperators(int8, 'aot')).toEqual([]);
    expect(unsupportedOperators(int8, 'tflm')).toEqual([]);
  });

  test('every operator has a counterpart of its kind, in order', () => {
    const positions = model.operators.map((__, position) => counterparts.get(position)!);
    expect(positions.map((position) => description.operators[position]!.kind)).toEqual(
      // What only gives another shape is a RESHAPE in int8.
      model.operators.map(({ kind }) => (OPERATORS[kind].reshapes ? 'RESHAPE' : kind)),
    );
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    const added = description.operators.filter((__, position) => !positions.includes(position));
    expect(added.every(({ kind }) => kind === 'QUANTIZE')).toBe(true);
  });

  test('is written the same way twice, and read as it was written', () => {
    const again = quantizeModel(model, calibrate(model, zooInputs(model, 1)));
    expect(writeModel(again.description)).toEqual(writeModel(description));
    const read = openModel(writeModel(description), 'x.tflite');
    const plain = ({ kind, inputs: ids, outputs, options }: Operator) => ({ kind, ids, outputs, options });
    expect(read.operators.map(plain)).toEqual(int8.operators.map(plain));
    expect(read.tensors).toEqual(int8.tensors);
    expect(read.variables).toEqual(int8.variables);
  });

  test('computes what the float model does, to within a few steps of its outputs', () => {
    const [float, integer] = [createEngine(model), createEngine(int8)];
    const size = inputs[0]!.values.length / (model.variables.length > 0 ? 4 : 1);
    const [inputScale, inputZero] = affineOf(int8, int8.inputs[0]!);
    let [error, energy] = [0, 0];
    for (const { values } of inputs) {
      float.reset();
      integer.reset();
      for (let at = 0; at < values.length; at += size) {
        const window = values.slice(at, at + size);
        const steps = Int8Array.from(window, (x) =>
          Math.max(-128, Math.min(127, Math.round(x / inputScale) + inputZero)),
        );
        const [expected] = float.invoke([window]) as [Float32Array];
        const [found] = integer.invoke([steps]) as [Int8Array];
        const [scale, zero] = affineOf(int8, int8.outputs[0]!);
        expected.forEach((value, i) => {
          error += (value - scale * (found[i]! - zero)) ** 2;
          energy += value ** 2;
        });
      }
    }
    // Signal to noise in dB.
    expect(10 * Math.log10(energy / error)).toBeGreaterThan(20);
  });
});

/** Scales of the tensors that an operator takes and gives, constants left out. */
function scalesOf(model: Model, operator: Operator): (readonly [number, number])[] {
  const ids = [...operator.inputs, ...operator.outputs];
  return ids
    .filter((id) => id >= 0 && model.tensors[id]!.data === undefined)
    .map((id) => affineOf(model, id));
}

function quantized(name: string): { readonly float: Model; readonly int8: Model } {
  const float = FLOAT_ZOO.find((model) => model.name === name)!;
  const ranges = calibrate(float, zooInputs(float, 1));
  return { float, int8: describedModel(quantizeModel(float, ranges).description) };
}

describe('scales', () => {
  const SHARED = [
    'RESHAPE',
    'PAD',
    'MAX_POOL_2D',
    'AVERAGE_POOL_2D',
    'STRIDED_SLICE',
    'SPLIT_V',
    'CONCATENATION',
  ];

  test.each(FLOAT_ZOO.map(({ name }) => name))(
    '%s: operators that move values do not rescale them',
    (name) => {
      const { int8 } = quantized(name);
      for (const operator of int8.operators) {
        if (!SHARED.includes(operator.kind)) continue;
        const [first, ...rest] = scalesOf(int8, operator);
        for (const other of rest) expect(other).toEqual(first);
      }
    },
  );

  test('fixed outputs have theirs, and are requantized before they are joined', () => {
    const { int8 } = quantized('elementwise');
    const scaleAfter = (kind: string) =>
      affineOf(int8, int8.operators.find((operator) => operator.kind === kind)!.outputs[0]!);
    expect(scaleAfter('LOGISTIC')).toEqual([1 / 256, -128]);
    expect(scaleAfter('TANH')).toEqual([1 / 128, 0]);
    const kinds = int8.operators.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'QUANTIZE')).toHaveLength(2);
  });

  test('a tensor that two concatenations join has the scale of the later one', () => {
    const { int8 } = quantized('joining');
    const joins = int8.operators.filter(({ kind }) => kind === 'CONCATENATION');
    const conv = int8.operators[0]!.outputs[0]!;
    expect(joins[2]!.inputs[0]).toBe(conv);
    expect(joins[0]!.inputs[0]).not.toBe(conv);
    expect(affineOf(int8, conv)).toEqual(affineOf(int8, joins[2]!.outputs[0]!));
  });

  test('a variable, what is read from it and what is assigned to it have one', () => {
    const { int8 } = quantized('streaming');
    for (const operator of int8.operators) {
      if (operator.kind !== 'READ_VARIABLE' && operator.kind !== 'ASSIGN_VARIABLE') continue;
      const { scales, zeroPoints } = int8.variables[operator.options.variable]!.quantization!;
      expect(scalesOf(int8, operator)).toEqual([[scales[0], zeroPoints[0]]]);
    }
  });

  test('initial state keeps its values', () => {
    const { float, int8 } = quantized('streaming');
    const values = new Float32Array(Uint8Array.from(float.variables[1]!.initial).buffer);
    const kept = new Int8Array(Uint8Array.from(int8.variables[1]!.initial).buffer);
    const { scales, zeroPoints } = int8.variables[1]!.quantization!;
    expect(values.some((value) => Math.abs(value) > 0.1)).toBe(true);
    values.forEach((value, i) => {
      expect(Math.abs(value - scales[0]! * (kept[i]! - zeroPoints[0]!))).toBeLessThanOrEqual(
        scales[0]! * 0.501,
      );
    });
  });
});

describe('ends', () => {
  const model = FLOAT_ZOO.find(({ name }) => name === 'streaming')!;
  const ranges = calibrate(model, zooInputs(model, 1));
  const ends = (options: Parameters<typeof quantizeModel>[2]) => {
    const { tensors, inputs, outputs, operators } = quantizeModel(model, ranges, options).description;
    return {
      types: [tensors[inputs[0]!]!.type, tensors[outputs[0]!]!.type],
      kinds: [operators[0]!.kind, operators.at(-1)!.kind],
      last: tensors[outputs[0]!]!.quantization,
    };
  };

  test('int8 unless said otherwise', () => {
    expect(ends({})).toEqual({
      types: ['int8', 'int8'],
      kinds: ['RESHAPE', 'LOGISTIC'],
      last: { scales: [1 / 256], zeroPoints: [-128], axis: 0 },
    });
  });
  test('float32 behind QUANTIZE and before DEQUANTIZE', () => {
    expect(ends({ inputType: 'float32', outputType: 'float32' })).toEqual({
      types: ['float32', 'float32'],
      kinds: ['QUANTIZE', 'DEQUANTIZE'],
      last: undefined,
    });
  });
  test('uint8 counts probabilities from 0, as microWakeWord does', () => {
    expect(ends({ outputType: 'uint8' })).toEqual({
      types: ['int8', 'uint8'],
      kinds: ['RESHAPE', 'QUANTIZE'],
      last: { scales: [1 / 256], zeroPoints: [0], axis: 0 },
    });
  });
});

describe('what cannot be quantized is named', () => {
  const build = (make: (f: FloatBuilder) => number): Model => {
    const f = new FloatBuilder('odd', 1);
    return f.model(make(f));
  };
  const refusal = (model: Model) =>
    inputErrorOf(() => quantizeModel(model, new Map(model.tensors.map((_, id) => [id, { min: 0, max: 1 }]))));

  test('an operator we do not know', () => {
    const model = build((f) => f.unary('RELU', f.input(1, 2)));
    const options = { builtinCode: 99, name: 'ARG_MAX' };
    const operator: Operator = { ...model.operators[0]!, kind: 'FOREIGN', options };
    expect(refusal({ ...model, operators: [operator] })).toContain(
      'operator 0 (ARG_MAX): cannot be quantized: there is no int8 kernel for it',
    );
  });

  test('several at once, each with its place', () => {
    const model = build((f) => {
      const weights = f.constant([2, 3], Float32Array.of(1, 2, Number.NaN, 4, 5, 6), 'dense/kernel');
      const x = f.input(1, 3);
      const y = f.b.add('FULLY_CONNECTED', [x, weights, -1], f.float([1, 2]), {
        activation: 'NONE',
        keepNumDims: false,
      });
      return f.b.add('FULLY_CONNECTED', [y, y, -1], f.float([1, 1]), {
        activation: 'NONE',
        keepNumDims: false,
      });
    });
    const message = refusal(model);
    expect(message).toContain(
      "operator 0 (FULLY_CONNECTED): cannot be quantized: its filter 'dense/kernel' holds NaN",
    );
    expect(message).toContain('operator 1 (FULLY_CONNECTED): cannot be quantized: its filter is computed');
  });

  test('a model that is int8 already', () => {
    const { int8 } = quantized('dense');
    expect(refusal(int8)).toContain('dense: is int8 already');
  });

  test('an activation without a range', () => {
    const model = build((f) => f.unary('RELU', f.input(1, 2), 'y'));
    const ranges = new Map([[model.inputs[0]!, { min: 0, max: 1 }]]);
    expect(inputErrorOf(() => quantizeModel(model, ranges))).toContain('odd, activation y: has no range');
  });
});
