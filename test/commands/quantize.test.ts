/** kws-gen quantize, and float models in projects: from files to files, through the command line. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { writeNpy } from '../../src/files/npy.js';
import { ModelBuilder } from '../../src/model/builder.js';
import { readManifest } from '../../src/readers/microwakeword.js';
import { openModel } from '../../src/readers/read-model.js';
import { cnn } from '../model/sample-models.js';
import { normal, voiceFile, windowModel } from '../quantize/report-models.js';
import { jsonLines } from '../support/command-line.js';

import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { file, QuantizeWorld } from './quantize-world.js';

const world = new QuantizeWorld();
const { put, read, run } = world;

/** A TF.js model of one layer, called `mine`. */
function layersModel(kind: string, shape: readonly (number | null)[]): string {
  const config = { name: 'mine', units: 2, use_bias: false, activation: 'linear', batch_input_shape: shape };
  const layers = [{ class_name: kind, config }];
  const model_config = { class_name: 'Sequential', config: { name: 'm', layers } };
  const weights = [{ name: 'mine/kernel', shape: [4, 2], dtype: 'float32' }];
  return JSON.stringify({
    format: 'layers-model',
    modelTopology: { keras_version: '2.4.0', backend: 'tensorflow', model_config },
    weightsManifest: [{ paths: ['w.bin'], weights }],
  });
}

const KERAS = JSON.stringify({
  class_name: 'Sequential',
  config: {
    name: 'm',
    layers: [
      { class_name: 'InputLayer', config: { name: 'in', batch_shape: [null, 4] } },
      { class_name: 'Dense', config: { name: 'mine', units: 2, use_bias: false, activation: 'linear' } },
    ],
  },
});

/** An archive that says it unpacks to 3 GB. */
function bomb(name: string): Uint8Array {
  const archive = Buffer.from(
    zipSync({ 'config.json': new TextEncoder().encode(KERAS), [name]: new Uint8Array(5000) }),
  );
  archive.writeUInt32LE(3e9, archive.lastIndexOf('PK\x01\x02') + 24);
  return archive;
}

const MICRO = ['--frontend', 'micro-speech'];
const quantize = (...argv: string[]) =>
  run('quantize', 'hey.tflite', '--calibrate', world.recordings, ...MICRO, ...argv);

describe('kws-gen quantize', () => {
  test('recordings in, an int8 file out, and what it cost', async () => {
    const { code, out, err } = await quantize('-o', 'out/hey_device.tflite', '--report', 'report.html');
    expect([code, err.replaceAll(/warning .*\n( {2}.*\n)*/g, '')]).toEqual([0, '']);
    expect(out).toMatch(/^hey: int8 1x49x40 \(scale 0\.102, zero point -128\) → int8 1x2/);
    expect(out).toMatch(/input range pinned to 0…26, what the micro front end gives; --pin input=MIN\.\.MAX/);
    expect(out).toMatch(/^\d {2}FULLY_CONNECTED +\d+\.\d dB/m);
    expect(out).toMatch(/^Written: out.hey_device\.tflite, report\.html$/m);
    const model = openModel(read('out/hey_device.tflite'), 'hey');
    expect(model.labels).toEqual(['yes', 'no']);
    expect(read('report.html').toString()).toMatch(/^<!doctype html>/);
    expect(readdirSync(join(world.root, 'out'))).toEqual(['hey_device.tflite']);
  });

  test('--json: one object with the whole report; the same bytes again', async () => {
    const { code, out } = await quantize(
      '-o',
      'a.tflite',
      '--json',
      '--holdout',
      join(world.recordings, '3.wav'),
    );
    expect(code).toBe(0);
    const lines = jsonLines(out);
    expect(lines.filter(({ t }) => t !== 'warning').map(({ t }) => t)).toEqual(['quantize']);
    const report = lines.at(-1)!;
    expect(report).toMatchObject({
      written: ['a.tflite'],
      frontend: 'micro-speech',
      pinned: { input: { min: 0, max: 26 } },
      calibration: { clips: 22, agreement: { inferences: 22 } },
      holdout: { clips: 1 },
      size: { fileBytes: read('a.tflite').length },
    });
    expect(report.operators).toContainEqual(
      expect.objectContaining({ tensor: 'hidden', sqnrDb: expect.any(Number) }),
    );
    await quantize('-o', 'b.tflite');
    expect(read('b.tflite')).toEqual(read('a.tflite'));
  });

  test('methods, pins and types say how', async () => {
    put('ranges.json', JSON.stringify({ hidden: [0, 9], logits: { min: -3, max: 3 } }));
    const { code, out } = await quantize(
      ...['--method', 'percentile:99.9', '--pin', 'input=-1..30', '--pin', 'ranges.json'],
      ...['--input-type', 'float32', '--output-type', 'uint8', '-o', 'a.tflite', '--json'],
    );
    expect(code).toBe(0);
    expect(jsonLines(out).at(-1)).toMatchObject({
      method: 'percentile',
      percentile: 99.9,
      pinned: { input: { min: -1, max: 30 }, hidden: { min: 0, max: 9 }, logits: { min: -3, max: 3 } },
      input: { type: 'float32' },
      output: { type: 'uint8', zeroPoint: 0 },
    });
  });

  test('features in place of recordings need no front end; the default name', async () => {
    const draw = normal(5);
    const rows = Float32Array.from({ length: 25 * 1960 }, (_, i) => 10 + 8 * Math.sin(i / 90) + draw());
    put('features.npy', writeNpy(rows, [25, 49, 40]));
    const { code, out } = await run(
      'quantize',
      'hey.tflite',
      '--calibrate',
      'features.npy',
      '--labels',
      'a,b',
    );
    expect(code).toBe(0);
    expect(out).not.toContain('pinned');
    expect(openModel(read('hey_int8.tflite'), 'hey').labels).toEqual(['a', 'b']);
  });

  test('in a project: its front end, and the labels of the model', async () => {
    const models = [{ name: 'hey', file: 'hey.tflite', labels: ['ja', 'nein'] }];
    put('kws.json', JSON.stringify({ version: 1, name: 'hey', frontend: 'micro-speech', models }));
    const { code, out } = await run('quantize', 'hey.tflite', '--calibrate', world.recordings, '--json');
    expect(code).toBe(0);
    expect(jsonLines(out).at(-1)).toMatchObject({ frontend: 'micro-speech', labels: ['ja', 'nein'] });
  });

  test('--manifest: the file runs where microWakeWord runs, and in our own firmware', async () => {
    const { code, out } = await run(
      ...['quantize', 'nabu.tflite', '--calibrate', world.recordings, '--frontend', 'micro-wake-word'],
      ...['--manifest', '--cutoff', '0.9', '--labels', 'Okay Nabu', '-o', 'okay.tflite'],
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^Written: okay\.tflite, okay\.json$/m);
    expect(readManifest(read('okay.json').toString(), 'okay.json')).toMatchObject({
      wakeWord: 'Okay Nabu',
      cutoff: 0.9,
    });
    const { tensors, outputs } = openModel(read('okay.tflite'), 'okay');
    expect(tensors[outputs[0]!]!.type).toBe('uint8');
    expect(await run('init', 'okay.json', '--project', 'device')).toMatchObject({ code: 0, err: '' });
    const rendered = await run('render', '--project', 'device', '--board', 'virtual-cortex-m4');
    expect(rendered.code).toBe(0);
    expect(existsSync(join(world.root, 'device', 'firmware-out', 'platformio.ini'))).toBe(true);
  });

  test.each<[string, () => string[], RegExp]>([
    [
      'nothing to calibrate with',
      () => ['hey.tflite'],
      /there is nothing to calibrate with\n.*\n {2}next: --calibrate FOLDER/,
    ],
    ['no such model', () => ['x.tflite', '--calibrate', 'r'], /x\.tflite: there is no such file/],
    [
      'an empty folder',
      () => ['hey.tflite', ...MICRO, '--calibrate', 'empty'],
      /there is no clip in it that can be used/,
    ],
    [
      'only unreadable files',
      () => ['hey.tflite', ...MICRO, '--calibrate', 'broken'],
      /of 2 files none can be used; the first: broken.a\.wav/,
    ],
    [
      'recordings without a front end',
      () => ['hey.tflite', '--calibrate', world.recordings],
      /need the front end .*\n {2}next: name it \(--frontend/,
    ],
    [
      'another front end',
      () => ['hey.tflite', '--frontend', 'mlperf-tiny-kws', '--calibrate', world.recordings],
      /does not fit the front end: its input is 1x49x40 float32\n/,
    ],
    [
      'a front end nobody has',
      () => ['hey.tflite', '--frontend', 'micro-speach', '--calibrate', world.recordings],
      /--frontend: there is no front end "micro-speach"\n {2}next: did you mean micro-speech\?/,
    ],
    [
      'an int8 model',
      () => ['cnn.tflite', '--calibrate', 'r'],
      /is int8 already: there is nothing to quantize\n {2}next: use it as it is: kws-gen init/,
    ],
    [
      'features that do not fit',
      () => ['hey.tflite', '--calibrate', 'small.npy'],
      /small\.npy: does not fit the model\n/,
    ],
    [
      'features that are no numbers',
      () => ['hey.tflite', '--calibrate', 'nan.npy'],
      /none can be used; the first: nan\.npy: has values that are no numbers/,
    ],
    ['two inputs', () => ['two.tflite', '--calibrate', 'ones.npy'], /has 2 inputs\n/],
    ['a custom layer', () => ['custom.json', '--calibrate', 'ones.npy'], /mine.*MyLayer|MyLayer.*mine/],
    ['dimensions that are not fixed', () => ['dynamic.json', '--calibrate', 'ones.npy'], /dynamic\.json/],
    [
      'a zip bomb for a model',
      () => ['bomb.keras', '--calibrate', 'ones.npy'],
      /bomb\.keras.*(bytes|large|unpack)/,
    ],
    [
      'a zip bomb for features',
      () => ['hey.tflite', '--calibrate', 'bomb.npz'],
      /bomb\.npz.*(bytes|large|unpack)/,
    ],
    ['weights that are no numbers', () => ['wild.tflite', '--calibrate', 'ones.npy'], /NaN|no number/],
    ['garbage for a model', () => ['garbage.h5', '--calibrate', 'r'], /garbage\.h5/],
    [
      'the wrong number of labels',
      () => ['hey.tflite', ...MICRO, '--labels', 'a', '--calibrate', world.recordings],
      /--labels: 1 labels for a model with 2 outputs/,
    ],
    [
      'a pin that is no tensor',
      () => ['hey.tflite', ...MICRO, '--pin', 'hiden=0..1', '--calibrate', world.recordings],
      /pinned range of hiden: the model has no such activation\n {2}next: did you mean 'hidden'\?/,
    ],
    [
      'a table that is none',
      () => ['hey.tflite', ...MICRO, '--pin', 'list.json', '--calibrate', world.recordings],
      /--pin list\.json: is no table of ranges/,
    ],
    [
      'a range that is none',
      () => ['hey.tflite', ...MICRO, '--pin', 'wrong.json', '--calibrate', world.recordings],
      /the range of "hidden" is none/,
    ],
    [
      'another ending',
      () => ['hey.tflite', '-o', 'a.bin', '--calibrate', 'r'],
      /a quantized model is a TensorFlow Lite file\n {2}next: .*-o a\.tflite/,
    ],
    [
      'itself',
      () => ['hey.tflite', '-o', 'hey.tflite', '--calibrate', 'r', '--force'],
      /this is the model that is read/,
    ],
    [
      'two results in one file',
      () => ['hey.tflite', '--report', 'hey_int8.tflite', '--calibrate', 'r'],
      /two results would go to this file/,
    ],
    [
      'a file that is there',
      () => ['hey.tflite', '-o', 'cnn.tflite', '--calibrate', world.recordings],
      /cnn\.tflite: is already there\n {2}next: --force replaces it/,
    ],
    [
      'a manifest of a model of windows',
      () => ['hey.tflite', ...MICRO, '--manifest', '--calibrate', world.recordings],
      /--manifest: the model keeps no state/,
    ],
    [
      'a cutoff for nothing',
      () => ['hey.tflite', '--cutoff', '0.5', '--calibrate', 'r'],
      /--cutoff: means nothing without --manifest/,
    ],
  ])('%s: exit code 2, what to do, and nothing is written', async (_, argv, message) => {
    mkdirSync(join(world.root, 'empty'));
    put('broken/a.wav', 'RIFF but no sound');
    put('broken/b.txt', 'hello');
    put('cnn.tflite', file(cnn()));
    put('small.npy', writeNpy(new Float32Array(12), [2, 6]));
    put('nan.npy', writeNpy(new Float32Array(1960).fill(Number.NaN), [49, 40]));
    const two = new ModelBuilder('two');
    const [x, y] = ['x', 'y'].map((name) => two.input(name, [1, 4], {}, 'float32')) as [number, number];
    const sum = two.add('ADD', [x, y], { shape: [1, 4], type: 'float32' }, { activation: 'NONE' });
    put('two.tflite', file(two.build([sum])));
    put('custom.json', layersModel('MyLayer', [null, 4]));
    put('dynamic.json', layersModel('Dense', [null, null, 4]));
    put('w.bin', new Uint8Array(32));
    put('bomb.keras', bomb('model.weights.h5'));
    put('bomb.npz', bomb('x.npy'));
    put('ones.npy', writeNpy(new Float32Array(1960).fill(1), [49, 40]));
    const wild = windowModel();
    new DataView(wild.tensors.find(({ name }) => name === 'w1')!.data!.buffer).setFloat32(
      400,
      Number.NaN,
      true,
    );
    put('wild.tflite', file(wild));
    put('garbage.h5', Buffer.concat([Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), Buffer.alloc(200, 7)]));
    put('list.json', '[1, 2]');
    put('wrong.json', '{"hidden": [1, 0], "input": [0, 26]}');
    const before = readdirSync(world.root, { recursive: true }).sort();
    const { code, out, err } = await run('quantize', ...argv());
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).toMatch(/\n {2}next: /);
    expect(readdirSync(world.root, { recursive: true }).sort()).toEqual(before);
  });

  test('some unreadable files: listed, counted, the others used', async () => {
    put('r/notes.txt', 'hello');
    for (let i = 0; i < 3; i++) put(`r/${i}.wav`, voiceFile(i));
    const { code, out, err } = await run('quantize', 'hey.tflite', ...MICRO, '--calibrate', 'r');
    expect(code).toBe(0);
    expect(out).toMatch(/^Not used: 1\n {2}r.notes\.txt: is neither a recording/m);
    expect(err).toMatch(/warning calibration: 3 clips are few to calibrate with\n/);
  });
});

describeWithSharedData('a real TF.js model', () => {
  test('TensorFlow.js computes the same with the float model', async () => {
    const draw = normal(6);
    const rows = Array.from({ length: 20 }, () =>
      Array.from({ length: 150 }, (_, i) => Math.sin(i / 9) + draw()),
    );
    put('rows.json', JSON.stringify(rows));
    const model = sharedPath('models', 'tfjs', 'gestures.tfjsmodel.json');
    const { code, out } = await run(
      'quantize',
      model,
      '--calibrate',
      'rows.json',
      '-o',
      'g.tflite',
      '--json',
    );
    expect(code).toBe(0);
    const { conversion } = jsonLines(out).at(-1)! as unknown as {
      readonly conversion: { readonly inferences: number; readonly largestDifference: number };
    };
    expect(conversion.inferences).toBe(8);
    expect(conversion.largestDifference).toBeLessThan(1e-5);
  });
});
