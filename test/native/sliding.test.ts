/** Models whose window slides, on the host: at hops the kernels compute what whole windows give. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/readers/read-model.js';
import { createEngine } from '../../src/reference/engine.js';
import { differences, referenceOutputs } from '../fuzz/compare.js';
import { hopLines, slidingModels } from '../fuzz/sliding-model.js';
import { random } from '../support/random.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { buildAot, HOST_TARGET_NAMES, runAot } from './aot.js';

const MODELS = slidingModels(1, 60);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe.each(HOST_TARGET_NAMES)('%s kernels', (target) => {
  test('random models', async () => {
    expect(await differences(MODELS, target)).toEqual([]);
  });

  test('generated C++ of some', async () => {
    const some = MODELS.slice(0, 16);
    const named = some.map(({ model, window }, i) => ({ id: `m${i}`, model, window }));
    const executable = await buildAot('sliding', named, target);
    for (const [i, one] of some.entries())
      expect(await runAot(executable, i, hopLines(one)), one.name).toEqual(referenceOutputs(one));
  });
});

/** Whole windows of models that people use, 25 hops long. */
const USED = [
  { id: 'kws_ref', file: 'mlperf_tiny/kws_ref_model.tflite', frames: 49, channels: 10, hop: 2 },
  { id: 'str_ww', file: 'mlperf_tiny/str_ww_ref_model.tflite', frames: 30, channels: 40, hop: 1 },
  {
    id: 'micro_speech',
    file: 'micro_speech/micro_speech_quantized.tflite',
    frames: 49,
    channels: 40,
    hop: 2,
  },
] as const;

describeWithSharedData('models in use', () => {
  test.each(HOST_TARGET_NAMES)('%s kernels', async (target) => {
    const named = USED.map(({ id, file, frames, hop }) => ({
      id,
      model: openModel(readFileSync(sharedPath('models', file)), file),
      window: { frames, hop },
    }));
    const executable = await buildAot('sliding-used', named, target);
    for (const [i, { id, frames, channels, hop }] of USED.entries()) {
      const draw = random(i + 1);
      const stream = Uint8Array.from({ length: (frames + 25 * hop) * channels }, () => draw(256));
      const inputs = Array.from({ length: 26 }, (_, n) =>
        stream.slice(n * hop * channels, (n * hop + frames) * channels),
      );
      const engine = createEngine(named[i]!.model);
      const expected = [...inputs, inputs[0]!].map((bytes) => {
        const [y] = engine.invoke([new Int8Array(bytes.buffer)]);
        return hex(new Uint8Array(y!.buffer));
      });
      expect(new Set(expected).size).toBeGreaterThan(5);
      expect(await runAot(executable, i, hopLines({ inputs })), id).toEqual(expected);
    }
  });
});
