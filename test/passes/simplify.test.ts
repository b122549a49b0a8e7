/** Every pass alone, and all together, on random small models: the same outputs, and a sound model. */
import { describe, expect, test } from 'vitest';
import { describedModel } from '../../src/model/builder.js';
import { elementCount } from '../../src/model/elements.js';
import { FLOAT_PASSES, simplifyModel } from '../../src/passes/simplify.js';
import { createEngine } from '../../src/reference/engine.js';
import { verifyModel } from '../../src/verify/verify.js';
import { cnn, seededBytes, streaming } from '../model/sample-models.js';
import { inputErrorOf } from '../support/errors.js';
import {
  arrayDifference,
  FloatGraph,
  floatInputs,
  randomFloatModel,
  relativeDifference,
} from '../support/float-graphs.js';
import { FLOAT_ROWS } from '../support/float-rows.js';

const MODELS = Array.from({ length: 120 }, (_, seed) => randomFloatModel(seed));

describe('float equality on random models', () => {
  test.each([...FLOAT_PASSES, simplifyModel].map((pass) => [pass.name, pass] as const))('%s', (_, pass) => {
    let changed = 0;
    for (const [seed, model] of MODELS.entries()) {
      const simple = pass(model);
      if (simple === model) continue;
      changed += 1;
      verifyModel(simple);
      expect(relativeDifference(model, simple, seed), `seed ${seed}`).toBeLessThan(1e-5);
    }
    // No float16, no simulated rounding, no shapes that are computed, no TILE, no slopes in two halves, and nothing constant or
    // dead is in these models.
    const idle = [
      'dequantizeWeights',
      'removeFakeQuantization',
      'plainReshapes',
      'poolMaxima',
      'repeatTiles',
      'dilate',
      'foldConstants',
      'removeDead',
      'joinSlopes',
    ];
    if (!idle.includes(pass.name)) expect(changed).toBeGreaterThan(5);
  });

  test('no pass changes the model it is given', () => {
    expect(MODELS).toEqual(MODELS.map((_, seed) => randomFloatModel(seed)));
  });
});

test('every kind of operator, and state over several inferences', () => {
  for (const { name, model } of FLOAT_ROWS) {
    // The rounding that this one simulates is left out, on purpose.
    if (model.operators.some(({ kind }) => kind === 'QUANTIZE')) continue;
    const [given, simple] = [model, verifyModel(simplifyModel(model))].map((one) => createEngine(one));
    for (let inference = 0; inference < 3; inference += 1) {
      const inputs = floatInputs(model, inference);
      const [wanted, found] = [given!, simple!].map((engine) => engine.invoke(inputs) as Float32Array[]);
      wanted!.forEach((array, i) => {
        expect(arrayDifference(array, found![i]!), name).toBeLessThan(1e-5);
      });
    }
  }
});

test('what is simple already stays the same object; names of inputs and outputs stay', () => {
  for (const model of MODELS.slice(0, 40)) {
    const simple = simplifyModel(model);
    expect(simplifyModel(simple)).toBe(simple);
    expect(simple.operators.length).toBeLessThanOrEqual(model.operators.length);
    for (const ends of ['inputs', 'outputs'] as const)
      expect(simple[ends].map((id) => simple.tensors[id]!.name)).toEqual(
        model[ends].map((id) => model.tensors[id]!.name),
      );
  }
});

test.each([cnn, streaming])('an int8 model keeps every bit, inference after inference', (make) => {
  const model = describedModel(make());
  const simple = verifyModel(simplifyModel(model));
  expect(simple.operators.length).toBeLessThanOrEqual(model.operators.length);
  const [given, found] = [createEngine(model), createEngine(simple)];
  const { shape } = model.tensors[model.inputs[0]!]!;
  for (let inference = 0; inference < 4; inference += 1) {
    const x = seededBytes(inference, elementCount(shape));
    expect(found.invoke([x])).toEqual(given.invoke([x]));
  }
});

test('a model of far too many operators is refused', () => {
  const g = new FloatGraph(1, 'long');
  let x = g.input([1, 1]);
  for (let i = 0; i <= 10_000; i += 1) x = g.unary(x, 'TANH');
  expect(inputErrorOf(() => simplifyModel(g.model(x)))).toMatch(
    /^long: has 10001 operators; models of up to/,
  );
});
