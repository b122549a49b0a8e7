/** The compiled runtime on the host equals TensorFlow Lite Micro's reference kernels, bit for bit. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openModel } from '../../src/readers/index.js';
import { describeWithSharedData, sharedJson, sharedPath } from '../support/shared-data.js';
import { runAot } from './aot.js';

interface Golden {
  readonly stateful: boolean;
  readonly sets: Readonly<Record<string, { readonly inputs: string[]; readonly outputs: string[] }>>;
}

const MODELS = [
  ['micro_speech', 'micro_speech/micro_speech_quantized.tflite', 'micro_speech_quantized'],
  ['kws_ref', 'mlperf_tiny/kws_ref_model.tflite', 'kws_ref_model'],
  ['str_ww', 'mlperf_tiny/str_ww_ref_model.tflite', 'str_ww_ref_model'],
  ['okay_nabu_v1', 'esphome/v1/okay_nabu.tflite', 'v1_okay_nabu'],
  ['okay_nabu_v2', 'esphome/v2/okay_nabu.tflite', 'v2_okay_nabu'],
  ['vad_v2', 'esphome/v2/vad.tflite', 'v2_vad'],
] as const;

interface Seeded {
  readonly cases: readonly {
    readonly model: string;
    readonly input: { readonly lcg_seed: number; readonly bytes_per_step: number; readonly steps: number };
    readonly output_int8: readonly number[];
  }[];
}

describeWithSharedData('golden outputs', () => {
  test.each(MODELS)('%s', async (id, path, golden) => {
    const model = openModel(readFileSync(sharedPath('models', path)), path);
    const { sets } = sharedJson<Golden>('golden', `${golden}.json`);
    const rows = Object.values(sets);
    expect(rows.length).toBeGreaterThan(0);
    const outputs = await runAot(
      model,
      id,
      rows.flatMap(({ inputs }) => ['reset', ...inputs]),
    );
    expect(outputs).toEqual(rows.flatMap((set) => set.outputs));
  });

  test('ResNet-8, from its generator of inputs', async () => {
    const path = 'mlperf_tiny/pretrainedResnet_quant.tflite';
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
    const model = openModel(readFileSync(sharedPath('models', path)), path);
    const outputs = await runAot(model, 'resnet', inputs);
    expect(outputs.join('')).toBe(Buffer.from(Int8Array.from(row.output_int8).buffer).toString('hex'));
  });
});
