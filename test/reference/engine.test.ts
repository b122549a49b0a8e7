import { expect, test } from 'vitest';
import type { Model, Operator } from '../../src/model/types.js';
import { createEngine } from '../../src/reference/engine.js';
import { oneOperator } from '../support/small-model.js';

const affine = [1, 0] as const;

/** y = x + v; v = y: a sum that survives from one inference to the next. */
function accumulator(): Model {
  const add = oneOperator(
    'ADD',
    { activation: 'NONE' },
    [
      { shape: [2], affine },
      { shape: [2], affine },
    ],
    [{ shape: [2], affine }],
  );
  const operators: readonly Operator[] = [
    { kind: 'READ_VARIABLE', index: 3, inputs: [], outputs: [1], options: { variable: 0 } },
    { ...add.operators[0]!, index: 4 },
    { kind: 'ASSIGN_VARIABLE', index: 5, inputs: [2], outputs: [], options: { variable: 0 } },
  ];
  return {
    ...add,
    operators,
    inputs: [0],
    variables: [{ name: 'sum', type: 'int8', shape: [2], initial: Uint8Array.of(10, 256 - 20) }],
  };
}

test('variables are state: kept between inferences, initial again after a reset', () => {
  const engine = createEngine(accumulator());
  const run = (): number[] => [...(engine.invoke([Int8Array.of(1, 2)])[0] as Int8Array)];
  expect([run(), run()]).toEqual([
    [11, -18],
    [12, -16],
  ]);
  engine.reset();
  expect(run()).toEqual([11, -18]);
});

test('the trace names every operator and carries copies of its outputs', () => {
  const seen: unknown[] = [];
  const engine = createEngine(accumulator(), {
    trace: ({ kind, index }, outputs) => seen.push([kind, index, outputs]),
  });
  engine.invoke([Int8Array.of(1, 2)]);
  const expected = [
    ['READ_VARIABLE', 3, [Int8Array.of(10, -20)]],
    ['ADD', 4, [Int8Array.of(11, -18)]],
    ['ASSIGN_VARIABLE', 5, []],
  ];
  expect(seen).toEqual(expected);
  engine.invoke([Int8Array.of(50, 50)]);
  expect(seen.slice(0, 3)).toEqual(expected);
});

test('outputs are copies', () => {
  const engine = createEngine(accumulator());
  const [first] = engine.invoke([Int8Array.of(1, 2)]);
  engine.invoke([Int8Array.of(1, 2)]);
  expect(first).toEqual(Int8Array.of(11, -18));
});

test.each([
  [[], 'the model takes Int8Array(2), it was given '],
  [[new Int8Array(3)], 'the model takes Int8Array(2), it was given Int8Array(3)'],
  [[new Uint8Array(2)], 'the model takes Int8Array(2), it was given Uint8Array(2)'],
])('inputs %o do not fit', (inputs, message) => {
  expect(() => createEngine(accumulator()).invoke(inputs)).toThrow(message);
});

test('floats that are no integers: not-a-number is the zero point, the rest is clamped', () => {
  const model = oneOperator(
    'QUANTIZE',
    {},
    [{ shape: [5], type: 'float32' }],
    [{ shape: [5], affine: [0.5, 3] }],
  );
  const floats = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, -1e30, 0.25, -0.25);
  expect(createEngine(model).invoke([floats])[0]).toEqual(Int8Array.of(3, 127, -128, 4, 2));
});
