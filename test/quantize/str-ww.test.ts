/** MLPerf Tiny's streaming wake word: Keras file, calibration samples and the int8 file they gave are shipped. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { readNpy } from '../../src/files/npy.js';
import { readZip } from '../../src/files/zip.js';
import { describedModel } from '../../src/model/builder.js';
import type { Model } from '../../src/model/types.js';
import { simplifyModel } from '../../src/passes/simplify.js';
import { calibrate } from '../../src/quantize/calibrate.js';
import { quantizeModel } from '../../src/quantize/quantize.js';
import type { CalibrationInput } from '../../src/quantize/types.js';
import { openModel, readModel } from '../../src/readers/read-model.js';
import { createEngine } from '../../src/reference/engine.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { comparePair } from './pairs.js';

const file = (name: string) => readFileSync(sharedPath('models', 'mlperf_tiny', name));
const SIZE = 30 * 40;

describeWithSharedData('str_ww from its Keras file and its 45 samples', () => {
  let float: Model;
  let ours: Model;
  let shipped: Model;
  let inputs: readonly CalibrationInput[];

  beforeAll(async () => {
    const name = 'str_ww_ref_model.h5';
    const none = () => Promise.reject(new Error('there are no other files'));
    float = simplifyModel(await readModel(file(name), name, none));
    shipped = openModel(file('str_ww_ref_model.tflite'), 'str_ww_ref_model.tflite');
    const archive = readZip(file('calibration_samples.npz'), 'samples', { entries: 10, bytes: 1e7 });
    const specs = Float32Array.from(readNpy(archive.read('specs.npy'), 'specs').values);
    inputs = Array.from({ length: specs.length / SIZE }, (_, i) => ({
      name: `sample ${i}`,
      values: specs.slice(SIZE * i, SIZE * (i + 1)),
    }));
    ours = describedModel(quantizeModel(float, calibrate(float, inputs)).description);
  });

  test('no weight and no bias differs from the shipped ones, scales in the last bits of a float', () => {
    const { weights, biases, activations, weightScales, biasScales } = comparePair(ours, shipped);
    expect(weights).toEqual({ total: 46_040, different: 0, largest: 0 });
    expect(biases).toEqual({ total: 843, different: 0, largest: 0 });
    // Sums in another order: batch norms are folded here in double precision, and kernels add up differently.
    expect(activations).toMatchObject({ total: 22 });
    expect(activations.different).toBeLessThanOrEqual(6);
    expect(activations.largest).toBeLessThan(1e-8);
    expect(weightScales).toMatchObject({ total: 841, largest: 2 ** -26 });
    expect(weightScales.different).toBeLessThanOrEqual(165);
    expect(biasScales.largest).toBeLessThan(1e-10);
  });

  test('outputs are those of the shipped file', () => {
    const engines = [ours, shipped].map((model) => createEngine(model));
    const { quantization } = ours.tensors[ours.inputs[0]!]!;
    const [scale, zero] = [quantization!.scales[0]!, quantization!.zeroPoints[0]!];
    for (const { values } of inputs) {
      const integers = Int8Array.from(values, (x) =>
        Math.max(-128, Math.min(127, Math.round(x / scale) + zero)),
      );
      const [mine, theirs] = engines.map((engine) => engine.invoke([integers])[0]);
      expect(mine).toEqual(theirs);
    }
  });
});
