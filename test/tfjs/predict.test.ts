/**
 * What the readers make of TF.js models, against TF.js itself: models that it makes and saves here, models
 * of its Python converter, and real ones.
 */
import { readFileSync } from 'node:fs';
import type * as TfCoreModule from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { elementCount } from '../../src/model/elements.js';
import { readModel } from '../../src/readers/read-model.js';
import { readTfjsWeights } from '../../src/readers/tfjs-weights.js';
import { loadTfjs } from '../../src/tfjs/backend.js';
import { tfjsPredict } from '../../src/tfjs/predict.js';
import type { Files } from '../readers/fixture-models.js';
import { relativeError, runFloat, siblingsIn, tfjsFixture } from '../readers/fixture-models.js';
import { describeWithSharedData, sharedJson, sharedPath } from '../support/shared-data.js';
import { numbers, savedByTfjs, TFJS_MODELS } from './tfjs-models.js';

/** Largest relative difference over some inputs. */
async function difference(files: Files): Promise<number> {
  const json = files['model.json']!;
  const siblings = siblingsIn(files);
  const model = await readModel(json, 'model.json', siblings);
  const count = elementCount(model.tensors[model.inputs[0]!]!.shape);
  const inputs = [1, 2, 3, 4].map((seed) => numbers(seed, count));
  const wanted = await tfjsPredict({ json, siblings }, inputs);
  return Math.max(...inputs.map((input, i) => relativeError(runFloat(model, input), Array.from(wanted[i]!))));
}

describe('TF.js models compute what TF.js computes', () => {
  test.each(Object.keys(TFJS_MODELS) as (keyof typeof TFJS_MODELS)[])('%s as tfjs saves it', async (name) => {
    expect(await difference(await savedByTfjs(name))).toBeLessThan(1e-5);
  });

  test('weights stored as float16, uint8 and uint16 are decoded as tfjs decodes them', async () => {
    const files = tfjsFixture('quantized-tfjs');
    const { weightsManifest } = JSON.parse(new TextDecoder().decode(files['model.json']));
    const { weights } = await readTfjsWeights(weightsManifest, 'model.json', siblingsIn(files));
    const { io } = (await loadTfjs()).core as unknown as typeof TfCoreModule;
    const bytes = files['group1-shard1of1.bin']!;
    const wanted = io.decodeWeights(new Uint8Array(bytes).buffer, weightsManifest[0].weights);
    expect(weights.map(({ name }) => name)).toEqual(Object.keys(wanted));
    for (const { name, values } of weights) expect(values()).toEqual(await wanted[name]!.data());
  });

  test("a model that tfjs does not take is an input error with tfjs's words", async () => {
    const json = new TextEncoder().encode(
      '{"modelTopology":{"class_name":"No","config":{}},"weightsManifest":[]}',
    );
    await expect(tfjsPredict({ json, siblings: siblingsIn({}) }, [])).rejects.toMatchObject({
      name: 'KwsError',
      exitCode: 2,
      message: expect.stringContaining('TensorFlow.js does not run'),
    });
  });
});

describeWithSharedData('real TF.js models', () => {
  const folder = ['models', 'tfjs'];

  test('gestures', async () => {
    const weights = 'gestures.tfjsmodel.weights.bin';
    const files = {
      'model.json': new Uint8Array(readFileSync(sharedPath(...folder, 'gestures.tfjsmodel.json'))),
      [`./${weights}`]: new Uint8Array(readFileSync(sharedPath(...folder, weights))),
      [weights]: new Uint8Array(readFileSync(sharedPath(...folder, weights))),
    };
    expect(await difference(files)).toBeLessThan(1e-5);
  });

  test('accel, out of the file of the program that made it', async () => {
    const file = sharedJson<{ modelJSON: string; weights: number[] }>(...folder, 'accel.json');
    const { modelTopology, weightSpecs } = JSON.parse(file.modelJSON) as Record<string, unknown>;
    const json = { modelTopology, weightsManifest: [{ paths: ['w.bin'], weights: weightSpecs }] };
    const files = {
      'model.json': new TextEncoder().encode(JSON.stringify(json)),
      'w.bin': new Uint8Array(Uint32Array.from(file.weights).buffer),
    };
    expect(await difference(files)).toBeLessThan(1e-5);
  });
});
