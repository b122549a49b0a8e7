/** Calibration sources: recordings through the front end, arrays, lists; what is passed over and what is refused. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import { writeNpy } from '../../src/files/npy.js';
import { createFrontend } from '../../src/frontend/frontend.js';
import { inputValues } from '../../src/frontend/input.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { affordableInferences, ClipCollector } from '../../src/quantize/sources/collect.js';
import { loadCalibration, type SourceOptions } from '../../src/quantize/sources/load.js';
import { RecordingReader } from '../../src/quantize/sources/recordings.js';
import { jsonRows, npyRows, npzRows, type RowShape } from '../../src/quantize/sources/rows.js';
import { type CalibrationClip, calibrationInputs } from '../../src/quantize/sources/types.js';
import { MOST_WINDOWS, windowStarts } from '../../src/quantize/sources/windows.js';
import { wav16 } from '../audio/files.js';
import { inputErrorOf } from '../support/errors.js';
import { voice, voiceFile } from './report-models.js';

const frontend = FRONTEND_PRESETS['micro-speech'];
const fit: RowShape = { shape: [1, 2, 3], elements: 6, streaming: false };
const stream: RowShape = { ...fit, streaming: true };
const ramp = (count: number) => Float32Array.from({ length: count }, (_, i) => i);
const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kws sources '));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const load = (paths: readonly string[], more: Partial<SourceOptions> = {}) =>
  loadCalibration(paths, {
    directory: root,
    option: '--calibrate',
    fit: { shape: [1, 49, 40], elements: 1960, streaming: false },
    listening: { frontend, frames: 49, streaming: false },
    most: 1000,
    ...more,
  });

async function failure(paths: readonly string[], more: Partial<SourceOptions> = {}): Promise<string> {
  const error = await load(paths, more).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KwsError)) throw error ?? new Error('nothing was thrown');
  expect(error.exitCode).toBe(2);
  return error.message;
}

describe('windows of a clip', () => {
  test.each<[number, number, boolean, number[]]>([
    [48, 49, false, []],
    [49, 49, false, [0]],
    [60, 49, false, [0, 11]],
    [98, 49, false, [0, 16, 33, 49]],
    [10, 3, true, [0, 3, 6]],
    [2, 3, true, []],
    [3, 1, false, [0, 1, 2]],
  ])('%i frames, %i at once, streaming %s', (total, frames, streaming, starts) => {
    expect(windowStarts(total, frames, streaming)).toEqual(starts);
  });

  test('a long clip: a bounded number, from its first frame to its last', () => {
    const starts = windowStarts(30_000, 49, false);
    expect(starts).toHaveLength(MOST_WINDOWS);
    expect([starts[0], starts.at(-1)]).toEqual([0, 30_000 - 49]);
  });
});

describe('a recording', () => {
  test('is heard as a device hears it', async () => {
    put('a.wav', voiceFile(1, 32_000));
    const reader = new RecordingReader({ frontend, frames: 49, streaming: false });
    const { inputs } = await reader.read(join(root, 'a.wav'), 'a.wav');
    const frames = createFrontend(frontend).push(voice(1, 32_000));
    const starts = windowStarts(frames.length, 49, false);
    expect(inputs).toEqual(starts.map((at) => inputValues(frontend, frames.slice(at, at + 49))));
    // From reset every time.
    expect((await reader.read(join(root, 'a.wav'), 'a.wav')).inputs).toEqual(inputs);
  });

  test('shorter than a window: followed by silence', async () => {
    put('a.wav', voiceFile(1, 1000));
    const reader = new RecordingReader({ frontend, frames: 49, streaming: false });
    const { inputs, sound } = await reader.read(join(root, 'a.wav'), 'a.wav');
    expect(inputs.map(({ length }) => length)).toEqual([1960]);
    expect(sound?.missing).toBeCloseTo(1 - 1000 / (480 + 48 * 320), 10);
  });

  test('of a streaming model: all of it, frame after frame', async () => {
    put('a.wav', voiceFile(1));
    const reader = new RecordingReader({ frontend, frames: 2, streaming: true });
    const clip = await reader.read(join(root, 'a.wav'), 'a.wav');
    expect(clip.inputs).toHaveLength(24);
    const [{ name, values }] = [...calibrationInputs({ clips: [clip] })] as [
      { name: string; values: Float32Array },
    ];
    expect([name, values.length]).toEqual(['a.wav', 24 * 80]);
    expect(values.slice(80, 160)).toEqual(clip.inputs[1]);
  });
});

describe('what is in a folder', () => {
  test('recordings and features, in the order of their paths; the rest is listed', async () => {
    put('r/b/2.wav', voiceFile(2));
    put('r/a.wav', voiceFile(1));
    put('r/b/10.wav', voiceFile(3));
    put('r/c.npy', writeNpy(ramp(2 * 1960), [2, 49, 40]));
    put('r/.hidden.wav', voiceFile(4));
    put('r/.git/x.wav', voiceFile(4));
    put('r/d.txt', 'about these recordings');
    put('r/e.wav', wav16([]));
    put('r/f.wav', voiceFile(5).subarray(0, 30));
    put('r/g.npy', writeNpy(ramp(3), [3]));
    symlinkSync(root, join(root, 'r', 'loop'));
    const { clips, skipped, found } = await load(['r']);
    expect(clips.map(({ name }) => name.replaceAll('\\', '/'))).toEqual([
      'r/a.wav',
      'r/b/10.wav',
      'r/b/2.wav',
      'r/c.npy[0]',
      'r/c.npy[1]',
    ]);
    expect(skipped.map(({ where }) => where)).toEqual(['r/d.txt', 'r/e.wav', 'r/f.wav', 'r/g.npy', 'r/loop']);
    expect(found).toBe(10);
  });

  test('the same clips every time', async () => {
    for (const i of [3, 1, 2]) put(`r/${i}.wav`, voiceFile(i, 20_000));
    expect(await load(['r'])).toEqual(await load(['r']));
  });

  test.each<[string, () => void, readonly string[], RegExp]>([
    [
      'nothing',
      () => mkdirSync(join(root, 'r')),
      ['r'],
      /^--calibrate r: .*\n.*no file is there\n {2}next: give a folder/,
    ],
    [
      'nothing that can be used',
      () => put('r/a.wav', 'RIFF but no sound'),
      ['r'],
      /why: of 1 files none can be used; the first: r\/a\.wav: /,
    ],
    ['a path that is none', () => {}, ['x'], /^--calibrate x: there is no such file or folder/],
    ['a file that was named', () => put('a.wav', 'RIFF but no sound'), ['a.wav'], /^a\.wav: /],
    ['text that was named', () => put('a.txt', 'hello'), ['a.txt'], /neither a recording .* nor features/],
  ])('%s: an error', async (_, prepare, paths, message) => {
    prepare();
    expect(await failure(paths)).toMatch(message);
  });

  test('recordings without a front end: told once, with what to do', async () => {
    for (const i of [1, 2, 3]) put(`r/${i}.wav`, voiceFile(i));
    const { listening: _, ...options } = {
      directory: root,
      option: '--calibrate',
      fit,
      most: 1000,
      listening: undefined,
    };
    const error = await loadCalibration(['r'], options).catch((thrown: unknown) => thrown as KwsError);
    expect((error as KwsError).problems).toHaveLength(1);
    expect((error as KwsError).message).toMatch(
      /recordings need the front end .*\n {2}next: name it \(--frontend/,
    );
  });
});

describe('arrays and lists', () => {
  const values = (clips: readonly CalibrationClip[]) =>
    clips.map(({ inputs }) => inputs.map((input) => [...input]));

  test('rows of any shape with as many values', () => {
    for (const shape of [
      [2, 6],
      [2, 2, 3],
      [2, 1, 2, 3, 1],
    ]) {
      const { clips } = npyRows(writeNpy(ramp(12), shape), 'x.npy', fit);
      expect(clips.map(({ name }) => name)).toEqual(['x.npy[0]', 'x.npy[1]']);
      expect(values(clips)).toEqual([[[0, 1, 2, 3, 4, 5]], [[6, 7, 8, 9, 10, 11]]]);
    }
    expect(values(npyRows(writeNpy(ramp(6), [2, 3]), 'x.npy', fit).clips)).toEqual([[[0, 1, 2, 3, 4, 5]]]);
    expect(npyRows(writeNpy(ramp(6), [6]), 'x.npy', fit).clips[0]!.name).toBe('x.npy');
  });

  test('of a streaming model: rows are one sequence, or long rows one each', () => {
    const rows = npyRows(writeNpy(ramp(18), [3, 6]), 'x.npy', stream).clips;
    expect(rows.map(({ inputs }) => inputs.length)).toEqual([3]);
    const sequences = npyRows(writeNpy(ramp(24), [2, 12]), 'x.npy', stream).clips;
    expect(sequences.map(({ inputs }) => inputs.length)).toEqual([2, 2]);
    expect(values(sequences)[1]![0]).toEqual([12, 13, 14, 15, 16, 17]);
  });

  test('archives: x, or the only array that fits', () => {
    const [x, other, labels] = [
      writeNpy(ramp(6), [1, 6]),
      writeNpy(ramp(12), [2, 6]),
      writeNpy(ramp(2), [2]),
    ];
    expect(npzRows(zipSync({ 'x.npy': x, 'other.npy': other }), 'f.npz', fit).clips).toHaveLength(1);
    const only = npzRows(zipSync({ 'specs.npy': other, 'labels.npy': labels }), 'f.npz', fit).clips;
    expect(only.map(({ name }) => name)).toEqual(['f.npz, specs[0]', 'f.npz, specs[1]']);
    const read = (files: Record<string, Uint8Array>) =>
      inputErrorOf(() => npzRows(zipSync(files), 'f.npz', fit));
    expect(read({ 'a.npy': other, 'b.npy': other })).toMatch(
      /several arrays .*\n.*are a, b; inputs are 1x2x3\n.*name the array x/,
    );
    expect(read({ 'labels.npy': labels })).toMatch(/has no array of inputs/);
    expect(read({ 'readme.txt': labels })).toMatch(/there is no array in it/);
    expect(read({ 'x.npy': labels })).toMatch(
      /^f\.npz, x: does not fit the model\n.*the array is 2; an input is 1x2x3, 6 values/,
    );
  });

  test('lists of vectors, nested as the input is or flat', () => {
    for (const list of [
      [[0, 1, 2, 3, 4, 5]],
      [
        [
          [0, 1, 2],
          [3, 4, 5],
        ],
      ],
      [0, 1, 2, 3, 4, 5],
      { x: [[0, 1, 2, 3, 4, 5]] },
    ])
      expect(values(jsonRows(text(list), 'v.json', fit).clips)).toEqual([[[0, 1, 2, 3, 4, 5]]]);
  });

  test('rows that cannot be used are listed, the others used', () => {
    const broken = ramp(18);
    broken[7] = Number.NaN;
    broken[12] = Number.POSITIVE_INFINITY;
    const { clips, skipped } = npyRows(writeNpy(broken, [3, 6]), 'x.npy', fit);
    expect(clips.map(({ name }) => name)).toEqual(['x.npy[0]']);
    expect(skipped.map(({ where }) => where)).toEqual(['x.npy[1]', 'x.npy[2]']);
    const list = jsonRows(text([[0, 1, 2, 3, 4, 5], [1], ['a', 'b'], null]), 'v.json', fit);
    expect([list.clips.length, list.skipped.length]).toEqual([1, 3]);
  });

  test.each<[string, string, RegExp]>([
    ['no JSON', '{', /is not JSON/],
    ['no list', '{"y": 1}', /is no list of vectors/],
    ['an empty list', '[]', /is no list of vectors/],
    ['words', '["a", "b"]', /does not fit the model\n {2}why: it has more than numbers/],
    ['lists without end', '['.repeat(5000) + ']'.repeat(5000), /does not fit the model/],
    [
      'vectors of another size',
      '[[1, 2], [3, 4]]',
      /it has 2 numbers; an input is 1x2x3, 6 values\n {2}next: compute it/,
    ],
  ])('%s: refused', (_, content, message) => {
    expect(inputErrorOf(() => jsonRows(new TextEncoder().encode(content), 'v.json', fit))).toMatch(message);
  });

  test('an archive that unpacks to more than is read: refused', () => {
    const bomb = Buffer.from(zipSync({ 'x.npy': new Uint8Array(1000) }));
    bomb.writeUInt32LE(600 * 1024 * 1024, bomb.indexOf('PK\x01\x02') + 24);
    expect(inputErrorOf(() => npzRows(bomb, 'bomb.npz', fit))).toMatch(/^bomb\.npz/);
  });
});

describe('how many count', () => {
  const clip = (name: string, count = 1): CalibrationClip => ({
    name,
    inputs: Array.from({ length: count }, () => new Float32Array(1)),
  });

  test('evenly over all, in bounded memory', () => {
    const collector = new ClipCollector(10);
    for (let i = 0; i < 100; i++) collector.add(clip(String(i)));
    expect(collector.clips.map(({ name }) => Number(name))).toEqual([0, 16, 32, 48, 64, 80, 96]);
    expect(collector.stride).toBe(16);
  });

  test('one clip is always left, and is cut; clips without a single input are no clips', () => {
    const collector = new ClipCollector(10);
    for (const made of [clip('short', 0), clip('long', 5000)]) collector.add(made);
    expect(collector.clips.map(({ name, inputs }) => [name, inputs.length])).toEqual([['long', 1000]]);
  });

  test('the dearer the model, the fewer', () => {
    expect([0, 5e4, 1e6, 1e9].map(affordableInferences)).toEqual([20_000, 20_000, 1000, 200]);
  });

  test('recordings beyond the bound are not even read', async () => {
    for (let i = 0; i < 9; i++) put(`r/${i}.wav`, voiceFile(i, 4000));
    put('r/7.wav', 'RIFF but no sound');
    const { clips, notes, skipped } = await load(['r'], { most: 3 });
    expect(clips.map(({ name }) => name)).toEqual(['r/0.wav', 'r/4.wav', 'r/8.wav']);
    expect(notes).toEqual([expect.stringMatching(/^of 9 clips every 4th is used/)]);
    expect(skipped).toEqual([]);
  });
});
