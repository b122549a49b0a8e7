/**
 * Files the quantizer writes, computed by independent implementations: LiteRT's interpreter and TensorFlow
 * Lite Micro's, each with its reference kernels. Outputs are compared as bytes, there is no tolerance; where
 * the two of them disagree (`litert.ts` says where), TensorFlow Lite Micro is what firmware equals.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { readNpy } from '../../src/files/npy.js';
import { readZip } from '../../src/files/zip.js';
import type { Model } from '../../src/model/types.js';
import { simplifyModel } from '../../src/passes/simplify.js';
import { calibrate } from '../../src/quantize/calibrate.js';
import { quantizeModel } from '../../src/quantize/quantize.js';
import type { CalibrationInput, QuantizeOptions } from '../../src/quantize/types.js';
import { openModel, readModel } from '../../src/readers/read-model.js';
import { createEngine, type TypedArray } from '../../src/reference/engine.js';
import { writeModel } from '../../src/tflite/build.js';
import { FLOAT_ZOO, zooInputs } from '../quantize/float-zoo.js';
import { describeWithOracles, runOracle } from '../support/oracle.js';
import { random } from '../support/random.js';
import { sharedData, sharedPath } from '../support/shared-data.js';
import { asLitert } from './litert.js';

interface Job {
  readonly name: string;
  readonly model: Model;
  readonly runs: readonly TypedArray[];
}

interface Answer {
  readonly signatures: Readonly<Record<string, unknown>>;
  readonly litert: readonly string[] | { readonly error: string };
  readonly tflm: readonly string[] | { readonly error: string };
}

const bytes = (array: TypedArray) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
const joined = (arrays: readonly TypedArray[]) => Buffer.concat(arrays.map(bytes)).toString('base64');

/** The written file read back, calibration inputs in its own type, and inputs drawn from the whole of it. */
function job(float: Model, inputs: readonly CalibrationInput[], options: QuantizeOptions = {}): Job {
  const { description } = quantizeModel(float, calibrate(float, inputs), options);
  const model = openModel(writeModel(description), `${float.name}.tflite`);
  const { quantization } = model.tensors[model.inputs[0]!]!;
  const draw = random(99);
  const known = inputs.slice(0, 4).map(({ values }): TypedArray => {
    if (quantization === undefined) return values;
    const [scale, zero] = [quantization.scales[0]!, quantization.zeroPoints[0]!];
    return Int8Array.from(values, (x) => Math.max(-128, Math.min(127, Math.round(x / scale) + zero)));
  });
  const drawn = known.map(
    (values): TypedArray =>
      values instanceof Int8Array
        ? values.map(() => draw(256) - 128)
        : (values as Float32Array).map(() => (draw(2001) - 1000) / 100),
  );
  return { name: `${float.name} ${JSON.stringify(options)}`, model, runs: [...known, ...drawn] };
}

function ours({ model, runs }: Job): string[] {
  const engine = createEngine(model);
  return runs.map((run) => {
    engine.reset();
    const size = model.tensors[model.inputs[0]!]!.shape.reduce((a, b) => a * b, 1);
    const steps = Array.from({ length: run.length / size }, (_, i) => run.slice(i * size, (i + 1) * size));
    return joined(steps.flatMap((step) => engine.invoke([step])));
  });
}

/** str_ww from its Keras file, with its own samples. */
async function streamingWakeWord(): Promise<Job> {
  const file = (name: string) => readFileSync(sharedPath('models', 'mlperf_tiny', name));
  const name = 'str_ww_ref_model.h5';
  const none = () => Promise.reject(new Error('there are no other files'));
  const model = simplifyModel(await readModel(file(name), name, none));
  const archive = readZip(file('calibration_samples.npz'), 'samples', { entries: 10, bytes: 1e7 });
  const specs = Float32Array.from(readNpy(archive.read('specs.npy'), 'specs').values);
  const values = Array.from({ length: 45 }, (_, i) => specs.slice(1200 * i, 1200 * (i + 1)));
  return job(
    model,
    values.map((sample, i) => ({ name: `sample ${i}`, values: sample })),
  );
}

function sharedJobs(): Job[] {
  if (sharedData === undefined) return [];
  const open = (...path: string[]) => openModel(readFileSync(sharedPath('models', ...path)), path.at(-1)!);
  return [open('mlperf_tiny', 'pretrainedResnet.tflite'), open('float', 'wake_word_stop_lite.tflite')].map(
    (model) => job(model, zooInputs(model, 5, 6)),
  );
}

const wakeWord = sharedData === undefined ? [] : [await streamingWakeWord()];

describeWithOracles(['ai_edge_litert', 'tflite_micro'], 'files of the quantizer', () => {
  const ends: readonly QuantizeOptions[] = [
    {},
    { inputType: 'float32', outputType: 'float32' },
    { outputType: 'uint8' },
  ];
  const jobs = [
    ...FLOAT_ZOO.flatMap((model) => ends.map((options) => job(model, zooInputs(model, 1), options))),
    ...sharedJobs(),
    ...wakeWord,
  ];
  let answers: readonly Answer[] = [];

  beforeAll(() => {
    const input = jobs.map(({ model, runs }) => ({
      file: Buffer.from(model.source.bytes).toString('base64'),
      runs: runs.map((run) => bytes(run).toString('base64')),
    }));
    const text = runOracle('test/oracles/quantizer_run.py', [], Buffer.from(JSON.stringify(input)));
    answers = JSON.parse(text.toString()) as Answer[];
  });

  test.each(jobs.map((one, index) => [one.name, one, index] as const))('%s', (_, one, index) => {
    expect(answers[index]!.tflm).toEqual(ours(one));
    // LiteRT lists them by name.
    const names = (ids: readonly number[]) => ids.map((id) => one.model.tensors[id]!.name).sort();
    expect(answers[index]!.signatures).toEqual({
      serving_default: { inputs: names(one.model.inputs), outputs: names(one.model.outputs) },
    });
    const litert = asLitert(one.model);
    expect(answers[index]!.litert).toEqual(one.runs.map((run) => joined(litert(run))));
  });
});
