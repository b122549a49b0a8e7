/** What the writer puts beside the graph, and how little room the file takes. */
import { describe, expect, test } from 'vitest';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { ModelBuilder, type ModelDescription } from '../../src/model/builder.js';
import { inspectModel } from '../../src/model/inspect.js';
import { calibrate } from '../../src/quantize/calibrate.js';
import { quantizeModel } from '../../src/quantize/quantize.js';
import { openModel } from '../../src/readers/read-model.js';
import { modelFile, writeModel } from '../../src/tflite/build.js';
import { CALIBRATION_METADATA, FRONTEND_METADATA } from '../../src/tflite/codes.js';
import { decodeTflite } from '../../src/tflite/decode.js';
import { encodeTflite } from '../../src/tflite/encode.js';
import { SAMPLES, streaming } from '../model/sample-models.js';
import { FloatBuilder, zooInputs } from '../quantize/float-zoo.js';
import { inputErrorOf } from '../support/errors.js';

const calibration = {
  method: 'percentile 99.99',
  clips: 20,
  inputs: 310,
  pinned: { input: { min: 0, max: 26 } },
  tool: 'kws-gen 1.0.0',
};

describe('metadata', () => {
  test.each(Object.entries(FRONTEND_PRESETS))('the front end %s comes back', (_, frontend) => {
    const model = openModel(writeModel({ ...streaming(), frontend }), 'x.tflite');
    expect(model.frontend).toEqual(frontend);
    expect(model.calibration).toBeUndefined();
  });

  test('the calibration comes back, with labels and front end', () => {
    const frontend = FRONTEND_PRESETS['micro-wake-word'];
    const labels = ['no', 'yes'];
    const description = { ...streaming(), frontend, calibration, labels };
    const model = openModel(writeModel(description), 'x.tflite');
    expect(model).toMatchObject({ frontend, calibration, labels });
    const { frontend: _, calibration: __, ...rest } = description;
    expect(openModel(writeModel(rest), 'x.tflite')).not.toHaveProperty('frontend');
  });

  test('is the same text whatever the order of its fields', () => {
    const { kind, ...rest } = FRONTEND_PRESETS['micro-wake-word'];
    const one = writeModel({ ...streaming(), frontend: { kind, ...rest } });
    const other = writeModel({ ...streaming(), frontend: { ...rest, kind } });
    expect(one).toEqual(other);
  });

  /** The file with that text in an entry of ours. */
  function withEntry(name: string, text: string): Uint8Array {
    const file = modelFile(streaming());
    const buffers = [...file.buffers, new TextEncoder().encode(text)];
    return encodeTflite({ ...file, buffers, metadata: [{ name, buffer: buffers.length - 1 }] });
  }

  test.each([
    [FRONTEND_METADATA, '{"kind":', 'is not JSON'],
    [FRONTEND_METADATA, '{"kind":"micro","version":1}', 'metadata kws-gen.frontend'],
    [FRONTEND_METADATA, 'null', 'metadata kws-gen.frontend'],
    [FRONTEND_METADATA, ' '.repeat(70_000), 'takes 70000 bytes; at most 65536 are read'],
    [CALIBRATION_METADATA, '[]', 'is no summary of a calibration'],
    [CALIBRATION_METADATA, JSON.stringify({ ...calibration, clips: -1 }), 'is no summary of a calibration'],
    [CALIBRATION_METADATA, JSON.stringify({ ...calibration, more: 1 }), 'is no summary of a calibration'],
    [CALIBRATION_METADATA, JSON.stringify({ ...calibration, method: 'x'.repeat(300) }), 'is no summary'],
  ])('%s that is %.40s is a problem of the file', (name, text, message) => {
    expect(inputErrorOf(() => openModel(withEntry(name, text), 'odd.tflite'))).toContain(message);
  });

  test('of others is left alone', () => {
    const model = openModel(withEntry('min_runtime_version', '1.14.0\0\0'), 'x.tflite');
    expect(model).not.toHaveProperty('frontend');
  });
});

describe('the signature', () => {
  test.each(SAMPLES)('of %s names inputs and outputs', (_, make) => {
    const model: ModelDescription = make();
    const { signatures, subgraphs } = decodeTflite(writeModel(model));
    const [signature] = signatures;
    expect(signature).toMatchObject({ key: 'serving_default', subgraph: 0 });
    const names = (ids: readonly number[]) => ids.map((id) => subgraphs[0]!.tensors[id]!.name);
    expect(signature!.inputs.map(({ tensor }) => tensor)).toEqual(subgraphs[0]!.inputs);
    expect(signature!.inputs.map(({ name }) => name)).toEqual(names(subgraphs[0]!.inputs));
    expect(signature!.outputs.map(({ name }) => name)).toEqual(names(subgraphs[0]!.outputs));
  });

  test('names that are empty or occur twice are told apart', () => {
    const b = new ModelBuilder('twins');
    const ends = ['x', 'x', ''].map((name) => b.input(name, [1], { scale: 1 }));
    const add = (x: number, y: number, name: string) =>
      b.add('ADD', [x, y], { name, shape: [1], scale: 1 }, { activation: 'NONE' });
    const file = decodeTflite(
      writeModel(b.build([add(ends[0]!, ends[1]!, 'x'), add(ends[2]!, ends[1]!, 'y')])),
    );
    const [{ inputs, outputs }] = file.signatures as [(typeof file.signatures)[0]];
    const names = [...inputs, ...outputs].map(({ name }) => name);
    expect(new Set(names).size).toBe(5);
    expect(names[0]).toBe('x');
  });
});

describe('size', () => {
  test('equal quantization, options, shapes and scales stand in a file once', () => {
    const model = streaming();
    const before = writeModel(model).length;
    // Every operator and tensor once more, under new names, with the same attributes.
    const count = model.tensors.length;
    const shift = (ids: readonly number[]) => ids.map((id) => (id < 0 ? id : id + count));
    const twice: ModelDescription = {
      ...model,
      tensors: [...model.tensors, ...model.tensors],
      operators: [
        ...model.operators,
        ...model.operators.map((operator) => ({
          ...operator,
          inputs: shift(operator.inputs),
          outputs: shift(operator.outputs),
        })),
      ],
      inputs: [...model.inputs, ...shift(model.inputs)],
      outputs: [...model.outputs, ...shift(model.outputs)],
    };
    const perItem = (writeModel(twice).length - before) / (count + model.operators.length);
    // A tensor's table and its place in the list of tensors take 32 bytes, an operator's with its ids about 50.
    expect(perItem).toBeLessThan(40);
  });

  test('of a small DS-CNN: next to weights and scales, under 4 KB', () => {
    const f = new FloatBuilder('ds-cnn', 1);
    let x = f.conv(f.input(1, 49, 10, 1), { kernel: [10, 4], out: 64, stride: [2, 2], activation: 'RELU' });
    for (let i = 0; i < 4; i += 1) {
      x = f.depthwise(x, { kernel: [3, 3], activation: 'RELU' });
      x = f.conv(x, { kernel: [1, 1], out: 64, activation: 'RELU' });
    }
    const mean = f.reshape(f.pool('AVERAGE_POOL_2D', x, { kernel: [25, 5], padding: 'VALID' }), 1, 64);
    const float = f.model(f.softmax(f.dense(mean, 12)));
    const { description } = quantizeModel(float, calibrate(float, zooInputs(float, 1, 1)));
    const model = openModel(writeModel(description), 'ds-cnn.tflite');
    const { weightBytes } = inspectModel(model).totals;
    const scales = model.tensors.reduce(
      (sum, { quantization }) => sum + (quantization?.scales.length ?? 0),
      0,
    );
    const rest = model.source.bytes.length - weightBytes - 4 * scales;
    expect(weightBytes).toBeGreaterThan(20_000);
    expect(rest).toBeLessThan(4096);
  });
});
