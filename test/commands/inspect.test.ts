/** inspect: what is in a model, which boards run it, and why the others do not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadBoards } from '../../src/boards/index.js';
import { boardsFor } from '../../src/commands/support/inspect-boards.js';
import { sketchInt8 } from '../../src/commands/support/inspect-float.js';
import { describedModel, ModelBuilder } from '../../src/model/builder.js';
import type { Operator } from '../../src/model/types.js';
import { openModel } from '../../src/readers/read-model.js';
import { writeModel } from '../../src/tflite/build.js';
import { dense, streaming } from '../model/sample-models.js';
import { kwsGen } from '../support/command-line.js';
import { wakeModel } from '../support/wake-model.js';

/** Weights of `outputs` x 40 bytes, with a scale each if `perChannel`. */
function large(outputs: number, perChannel = false): Uint8Array {
  const b = new ModelBuilder('large');
  const x = b.input('features', [1, 40], { scale: 26 / 255, zeroPoint: -128 });
  const weights = new Int8Array(40 * outputs);
  const scales = Array.from({ length: outputs }, (_, i) => 0.01 + i / 1e6);
  const w = b.constant(
    'w',
    'int8',
    [outputs, 40],
    [...weights],
    perChannel ? { scales, axis: 0 } : { scale: 0.01 },
  );
  const shape = [1, outputs];
  const y = b.add(
    'FULLY_CONNECTED',
    [x, w],
    { shape, scale: 0.1, zeroPoint: 0 },
    { activation: 'NONE', keepNumDims: false },
  );
  return writeModel(b.build([y]));
}

const runtimesOf = (file: Uint8Array) =>
  Object.fromEntries(
    boardsFor(openModel(file, 'm.tflite'), known).boards.map((one) => [one.board, one.runtimes]),
  );

const known = loadBoards();

describe('boardsFor', () => {
  test('a small model: every board, both runtimes', () => {
    for (const [id, runtimes] of Object.entries(runtimesOf(wakeModel())))
      expect(runtimes, id).toEqual(known.get(id)!.tflm === null ? ['aot'] : ['aot', 'tflm']);
  });

  test('weights over the flash of a board: how much over, and where it fits', () => {
    const { boards } = boardsFor(openModel(large(26_000), 'm.tflite'), known);
    const by = new Map(boards.map((one) => [one.board, one]));
    expect(by.get('virtual-cortex-m4')!.runtimes).toEqual(['aot', 'tflm']);
    const nano = by.get('arduino-nano-33-ble')!;
    expect(nano.runtimes).toEqual([]);
    expect(nano.refused.map(({ runtime }) => runtime)).toEqual(['aot', 'tflm']);
    expect(nano.refused[0]).toMatchObject({
      where: 'arduino-nano-33-ble, flash',
      what: expect.stringMatching(
        /^the firmware needs at least [\d.]+ KB more flash than Arduino Nano 33 BLE/,
      ),
    });
  });

  test('a board whose constants fit alone but not beside the application', () => {
    // 796 KB of flash: 795 KB of weights leave nothing for code.
    const { boards } = boardsFor(openModel(large(20_352), 'm.tflite'), known);
    expect(boards.find(({ board }) => board.startsWith('adafruit'))!.runtimes).toEqual([]);
  });

  test('a library that would compute it wrongly is left out', () => {
    const { boards } = boardsFor(openModel(large(4, true), 'm.tflite'), known);
    expect(boards.every(({ runtimes }) => runtimes.includes('aot'))).toBe(true);
    const refused = boards.flatMap((one) => one.refused);
    expect(refused.length).toBeGreaterThan(0);
    for (const { runtime, what } of refused) {
      expect(runtime).toBe('tflm');
      expect(what).toMatch(/would compute this operator wrongly$/);
    }
  });

  test('a float model: none, and the way to int8', () => {
    const { needs, boards } = boardsFor(describedModelFile(), known);
    expect(needs).toBeUndefined();
    for (const { runtimes, refused } of boards) {
      expect(runtimes).toEqual([]);
      expect(refused).toMatchObject([
        { runtime: 'aot', what: 'is a float model', next: expect.stringContaining('kws-gen quantize') },
        { runtime: 'tflm', what: 'is a float model' },
      ]);
    }
  });
});

const floatFile = () => writeModel(describedModel(dense('float32', 'float32')));
const describedModelFile = () => openModel(floatFile(), 'd.tflite');

test('what has no int8 form is said operator by operator', () => {
  const model = describedModelFile();
  const options = { builtinCode: 42, name: 'DIV' };
  const foreign: Operator = { ...model.operators[0]!, kind: 'FOREIGN', options };
  const sketched = sketchInt8({ ...model, operators: [foreign] });
  expect(sketched).toMatchObject({ problems: [{ where: expect.stringContaining('operator 0 (DIV)') }] });
});

describe('kws-gen inspect', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'kws inspect '));
    writeFileSync(join(directory, 'float.tflite'), floatFile());
    writeFileSync(join(directory, 'large.tflite'), large(26_000));
    writeFileSync(join(directory, 'stream.tflite'), writeModel(describedModel(streaming())));
    writeFileSync(join(directory, 'wake.tflite'), wakeModel());
    const manifest = {
      type: 'micro',
      version: 2,
      wake_word: 'Wake',
      author: 'A',
      model: 'wake.tflite',
      micro: { probability_cutoff: 0.9, feature_step_size: 10, sliding_window_size: 5 },
    };
    writeFileSync(join(directory, 'wake.json'), JSON.stringify(manifest));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const text = async (file: string) => {
    const { code, out, err } = await kwsGen(['inspect', file], { directory });
    expect([code, err]).toEqual([0, '']);
    return out;
  };

  test('a manifest leads to its model', async () => {
    expect(await text('wake.json')).toBe(await text('wake.tflite'));
  });

  test('the front end it was probably trained with', async () => {
    expect(await text('wake.tflite')).toContain(
      'Front end: micro-speech (its input has the micro front end’s scale, and it takes 1 frame at once)\n',
    );
  });

  test('the time of an inference, and of the processor with the front end', async () => {
    expect(await text('wake.tflite')).toMatch(/^arduino-nano-33-ble +aot tflm +[\d.]+ of \d+ ms +\d+ %$/m);
  });

  test('streaming: its state', async () => {
    const out = await text('stream.tflite');
    expect(out).toMatch(/^ {2}state {2}2 variables, 12 bytes: a streaming model$/m);
  });

  test('a float model: which boards run its int8 form, what that takes, and the next step', async () => {
    const out = await text('float.tflite');
    expect(out).toContain('A float model. Quantized to int8 it is for:\nCompiled (aot): ');
    expect(out).toMatch(/^arduino-nano-33-ble +aot tflm +- +-$/m);
    expect(out).toMatch(/\nNext: kws-gen quantize float\.tflite --calibrate RECORDINGS --frontend PRESET\n$/);
    const { out: json } = await kwsGen(['inspect', 'float.tflite', '--json'], { directory });
    expect(JSON.parse(json)).toMatchObject({
      quantized: true,
      unquantizable: [],
      inputs: [{ type: 'float32' }],
    });
  });

  test('boards that have too little: by how much', async () => {
    const out = await text('large.tflite');
    expect(out).toMatch(/^virtual-cortex-m4 +aot tflm +- +-$/m);
    expect(out).not.toMatch(/^arduino-nano-33-ble +/m);
    expect(out).toMatch(/^aot: the firmware needs at least .* \(arduino-nano-33-ble\)$/m);
    const [, unable] = /^Not on (.*)\.$/m.exec(out)!;
    expect(unable!.split(', ')).toEqual(
      expect.arrayContaining(['adafruit-feather-nrf52840-sense', 'arduino-nano-33-ble']),
    );
    expect(unable).not.toContain('virtual-cortex-m4');
  });
});
