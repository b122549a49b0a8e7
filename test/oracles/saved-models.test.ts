/** SavedModels as TensorFlow writes them from Keras models of every layer: the same numbers without it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { simplifyModel } from '../../src/passes/simplify.js';
import { readSource } from '../../src/project/source.js';
import { readModel } from '../../src/readers/read-model.js';
import { fixtureBytes, relativeError, runFloat } from '../readers/fixture-models.js';
import { describeWithOracles, runOracle } from '../support/oracle.js';
import { sharedData, sharedPath } from '../support/shared-data.js';

const FIXTURES = ['conv2d', 'conv1d', 'nested'].flatMap((name) => [`${name}-keras3.h5`, `${name}-keras2.h5`]);
const STR_WW = 'str_ww_ref_model.h5';
const NAMES = [...FIXTURES, ...(sharedData === undefined ? [] : [STR_WW])].flatMap((name) => [
  name,
  `${name}-saved`,
]);

type Rows = readonly { readonly input: readonly number[]; readonly output: readonly number[] }[];

describeWithOracles(
  ['tensorflow', 'keras', 'tf_keras'],
  'SavedModels compute what TensorFlow computes',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'kws-saved-'));
    let results: Readonly<Record<string, Rows>> = {};

    beforeAll(() => {
      const models = FIXTURES.map((name) => ({ name, path: join(folder, `file-${name}`) }));
      for (const { name, path } of models) writeFileSync(path, fixtureBytes(`${name}.gz`));
      if (sharedData !== undefined)
        models.push({ name: STR_WW, path: sharedPath('models', 'mlperf_tiny', STR_WW) });
      const job = Buffer.from(JSON.stringify({ models, folder }));
      results = JSON.parse(runOracle('test/oracles/saved_models.py', [], job).toString());
    }, 240_000);
    afterAll(() => rmSync(folder, { recursive: true }));

    test.each(NAMES)('%s', async (name) => {
      const { model } = await readSource(join(folder, name), readModel);
      expect(results[name]!.length).toBe(3);
      for (const read of [model, simplifyModel(model)])
        for (const { input, output } of results[name]!)
          expect(relativeError(runFloat(read, input), output)).toBeLessThan(1e-5);
    });
  },
);
