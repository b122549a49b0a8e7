/** The compiled runtime on the host equals TensorFlow Lite Micro's reference kernels, bit for bit. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { openModel } from '../../src/readers/read-model.js';
import { GOLDEN_MODELS } from '../support/golden-models.js';
import { describeWithSharedData, sharedJson, sharedPath } from '../support/shared-data.js';
import { buildAot, HOST_TARGET_NAMES, runAot } from './aot.js';

interface Golden {
  readonly sets: Readonly<Record<string, { readonly inputs: string[]; readonly outputs: string[] }>>;
}

interface Seeded {
  readonly cases: readonly {
    readonly model: string;
    readonly input: { readonly lcg_seed: number; readonly bytes_per_step: number; readonly steps: number };
    readonly output_int8: readonly number[];
  }[];
}

const RESNET = 'mlperf_tiny/pretrainedResnet_quant.tflite';

describeWithSharedData('golden outputs', () => {
  describe.each(HOST_TARGET_NAMES)('%s kernels', (target) => {
    let executable: string;
    beforeAll(async () => {
      const open = (id: string, file: string) => ({
        id,
        model: openModel(readFileSync(sharedPath('models', file)), file),
      });
      executable = await buildAot(
        'golden',
        [...GOLDEN_MODELS.map(({ name, file }) => open(name, file)), open('resnet', RESNET)],
        target,
      );
    });

    test.each(GOLDEN_MODELS.map((model, index) => ({ ...model, index })))(
      '$name',
      async ({ golden, index }) => {
        const rows = Object.values(sharedJson<Golden>('golden', `${golden}.json`).sets);
        expect(rows.length).toBeGreaterThan(0);
        const inputs = rows.flatMap((row) => ['reset', ...row.inputs]);
        expect(await runAot(executable, index, inputs)).toEqual(rows.flatMap(({ outputs }) => outputs));
      },
    );

    test('ResNet-8, from its generator of inputs', async () => {
      const row = sharedJson<Seeded>('golden', 'int8_inference.json').cases.find(({ model }) =>
        model.endsWith('pretrainedResnet_quant.tflite'),
      )!;
      let state = row.input.lcg_seed;
      const inputs = Array.from({ length: row.input.steps }, () =>
        Array.from({ length: row.input.bytes_per_step }, () => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return (state >>> 24).toString(16).padStart(2, '0');
        }).join(''),
      );
      const outputs = await runAot(executable, GOLDEN_MODELS.length, inputs);
      expect(outputs.join('')).toBe(Buffer.from(Int8Array.from(row.output_int8).buffer).toString('hex'));
    });
  });
});
