/** Model files read by us and by Keras: the same numbers from inputs that no fixture has. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { elementCount } from '../../src/model/elements.js';
import type { Model } from '../../src/model/types.js';
import { readModel } from '../../src/readers/read-model.js';
import { fixtureBytes, noSiblings, relativeError, runFloat } from '../readers/fixture-models.js';
import { describeWithOracles, runOracle } from '../support/oracle.js';
import { sharedData, sharedPath } from '../support/shared-data.js';
import { numbers } from '../tfjs/tfjs-models.js';

const FIXTURES = ['conv2d', 'conv1d', 'nested'].flatMap((name) => [
  `${name}.keras`,
  `${name}-keras3.h5`,
  `${name}-keras2.h5`,
]);
const STR_WW = 'str_ww_ref_model.h5';

interface Row {
  readonly model: Model;
  readonly path: string;
  readonly inputs: readonly (readonly number[])[];
}

describeWithOracles(['keras', 'tf_keras'], 'Keras computes the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kws-keras-'));
  const rows = new Map<string, Row>();
  let outputs: readonly (readonly (readonly number[])[])[] = [];

  beforeAll(async () => {
    const files = FIXTURES.map((name) => join(folder, name));
    for (const file of files) writeFileSync(file, fixtureBytes(`${basename(file)}.gz`));
    if (sharedData !== undefined) files.push(sharedPath('models', 'mlperf_tiny', STR_WW));
    for (const path of files) {
      const model = await readModel(new Uint8Array(readFileSync(path)), basename(path), noSiblings);
      const count = elementCount(model.tensors[model.inputs[0]!]!.shape);
      rows.set(basename(path), { model, path, inputs: [11, 12, 13].map((seed) => numbers(seed, count)) });
    }
    const jobs = { models: [...rows.values()].map(({ path, inputs }) => ({ path, inputs })) };
    outputs = JSON.parse(
      runOracle('test/oracles/keras_models.py', [], Buffer.from(JSON.stringify(jobs))).toString(),
    );
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([...FIXTURES, ...(sharedData === undefined ? [] : [STR_WW])])('%s', (name) => {
    const { model, inputs } = rows.get(name)!;
    const wanted = outputs[[...rows.keys()].indexOf(name)]!;
    inputs.forEach((input, i) => {
      expect(relativeError(runFloat(model, input), wanted[i]!)).toBeLessThan(1e-5);
    });
  });
});
