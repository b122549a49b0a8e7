/**
 * Keras models and what TensorFlow's converter makes of them today, float and int8: all three are read, the floats
 * compute the same, and of the int8 file every bit is what TensorFlow Lite's reference kernels compute.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coreTarget } from '../../src/boards/index.js';
import type { Model } from '../../src/model/types.js';
import { firmwareModel } from '../../src/passes/firmware-model.js';
import { simplifyModel } from '../../src/passes/simplify.js';
import { planModel } from '../../src/plan/plan.js';
import { openModel, readModel } from '../../src/readers/read-model.js';
import { supportingRuntimes } from '../../src/verify/support.js';
import { noSiblings, relativeError, runFloat } from '../readers/fixture-models.js';
import { describeWithOracles, runOracle } from '../support/oracle.js';
import { asLitert } from './litert.js';

const NAMES = [
  'flatten',
  'conv1d',
  'global-max-1d',
  'global-max-2d',
  'squeeze-excite',
  'dilated',
  'causal',
  'dilated-2d',
  'separable',
  'reshape',
  'resizing',
  'shapes',
  'activations',
  'merges',
  'repeats',
  'dense-rows',
  'depthwise-1d',
] as const;

interface Row {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly int8Input: readonly number[];
  readonly int8Output: readonly number[];
}

describeWithOracles(['tensorflow', 'keras'], 'what the converter makes of Keras models is read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kws-zoo-'));
  let rows: Readonly<Record<string, Row>> = {};
  const read = (file: string): Promise<Model> =>
    readModel(new Uint8Array(readFileSync(join(folder, file))), file, noSiblings);

  beforeAll(() => {
    rows = JSON.parse(runOracle('test/oracles/converter_zoo.py', [folder, ...NAMES]).toString());
  }, 900_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(NAMES)('%s: Keras and float', async (name) => {
    const { input, output } = rows[name]!;
    for (const file of [`${name}.keras`, `${name}.float.tflite`]) {
      const model = await read(file);
      const simple = simplifyModel(model);
      expect(relativeError(runFloat(simple, input), output), file).toBeLessThan(1e-5);
    }
  });

  test.each(NAMES)('%s: int8, in both runtimes, bit for bit', async (name) => {
    const { int8Input, int8Output } = rows[name]!;
    const model = firmwareModel(await read(`${name}.int8.tflite`));
    expect(supportingRuntimes(model)).toEqual(['aot', 'tflm']);
    planModel(model, coreTarget('cortex-m4f'));
    // What the interpreter embeds is the same model.
    expect(openModel(model.source.bytes, 'm.tflite').operators.map(({ kind }) => kind)).toEqual(
      model.operators.map(({ kind }) => kind),
    );
    const [found] = asLitert(model)(Int8Array.from(int8Input));
    expect([...found!]).toEqual(int8Output);
  });
});
