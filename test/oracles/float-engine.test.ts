/** The float engine against LiteRT's reference kernels: every kind and option, random models, models people trained. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OPERATORS } from '../../src/model/operators.js';
import type { Model } from '../../src/model/types.js';
import { simplifyModel } from '../../src/passes/simplify.js';
import { openModel } from '../../src/readers/read-model.js';
import { createEngine } from '../../src/reference/engine.js';
import { writeModel } from '../../src/tflite/build.js';
import { arrayDifference, floatInputs, randomFloatModel } from '../support/float-graphs.js';
import { FLOAT_ROWS } from '../support/float-rows.js';
import { describeWithOracles, runOracle } from '../support/oracle.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';

const TOLERANCE = 1e-5;
const INFERENCES = 3;

interface Case {
  readonly name: string;
  readonly model: Model;
  /** What LiteRT loads; written from the model unless given. */
  readonly file?: Uint8Array;
}

/** LiteRT's float CONV_2D refuses to run without a bias. */
function withBiases(model: Model): Model {
  const tensors = [...model.tensors];
  const operators = model.operators.map((operator) => {
    if (operator.kind !== 'CONV_2D' || operator.inputs[2] !== -1) return operator;
    const channels = model.tensors[operator.inputs[1]!]!.shape[0]!;
    const data = new Uint8Array(4 * channels);
    const id = tensors.push({ name: 'zero', type: 'float32', shape: [channels], data }) - 1;
    return { ...operator, inputs: operator.inputs.with(2, id) };
  });
  return { ...model, tensors, operators };
}

const base64 = (array: ArrayBufferView): string =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');

/** Largest relative difference of each case over all outputs of its inferences, LiteRT run once for all. */
function differences(cases: readonly Case[]): Map<string, number> {
  const runs = cases.map(({ model }) =>
    Array.from({ length: INFERENCES }, (_, inference) => floatInputs(model, 17 + inference)),
  );
  const asked = cases.map(({ model, file }, i) => ({
    file: base64(file ?? writeModel(withBiases(model))),
    runs: runs[i]!.map((inputs) => inputs.map(base64)),
  }));
  const answer = runOracle('test/oracles/float_engine.py', [], Buffer.from(JSON.stringify(asked)));
  const found = JSON.parse(answer.toString()) as { readonly outputs: readonly (readonly string[])[] }[];
  return new Map(
    cases.map(({ name, model }, i) => {
      const engine = createEngine(model);
      const worst = runs[i]!.map((inputs, inference) => {
        const ours = engine.invoke(inputs) as Float32Array[];
        return ours.map((array, output) => {
          const bytes = Buffer.from(found[i]!.outputs[inference]![output]!, 'base64');
          return arrayDifference(new Float32Array(Uint8Array.from(bytes).buffer), array);
        });
      });
      return [name, Math.max(...worst.flat())];
    }),
  );
}

function expectEqual(cases: readonly Case[]): void {
  const apart = [...differences(cases)].filter(([, difference]) => !(difference < TOLERANCE));
  expect(apart).toEqual([]);
}

describeWithOracles(['ai_edge_litert'], 'float engine against LiteRT', () => {
  test('every kind of operator and every option', () => {
    const kinds = new Set(FLOAT_ROWS.flatMap(({ model }) => model.operators.map(({ kind }) => kind)));
    const all = Object.keys(OPERATORS).filter((kind) => kind !== 'FOREIGN');
    expect(all.filter((kind) => !kinds.has(kind as never))).toEqual([]);
    expectEqual(FLOAT_ROWS);
  });

  test('random models, as they are and simplified', () => {
    const models = Array.from({ length: 40 }, (_, seed) => randomFloatModel(seed));
    const simple = models.map(simplifyModel).map((model) => ({ ...model, name: `${model.name}, simple` }));
    const named = [...models, ...simple].map((model) => ({ name: model.name, model }));
    expectEqual(named);
    // The simple model stands in for the given one: its file must give what that one's gives.
    expectEqual(
      simple.map((model, i) => ({ name: model.name, model, file: writeModel(withBiases(models[i]!)) })),
    );
  });

  describeWithSharedData('models people trained', () => {
    test('float, as they are and simplified; hybrid, simplified', () => {
      const open = (name: string): Model =>
        openModel(readFileSync(sharedPath('models', `${name}.tflite`)), name);
      const floats = ['mlperf_tiny/pretrainedResnet', 'float/wake_word_stop_lite'].map(open);
      const hybrid = simplifyModel(open('mlperf_tiny/kws_ref_model_float32'));
      expectEqual([
        ...floats.map((model) => ({ name: model.name, model, file: model.source.bytes })),
        ...floats.map((model) => ({
          name: `${model.name}, simple`,
          model: simplifyModel(model),
          file: model.source.bytes,
        })),
        { name: hybrid.name, model: hybrid },
      ]);
    });
  });
});
