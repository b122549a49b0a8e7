/** features: what a front end makes of a clip, saved, shown, compared. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readNpy, writeNpy } from '../../src/files/npy.js';
import { clipFeatures } from '../../src/frontend/clip.js';
import { streamFeatures } from '../../src/frontend/compare/compare.js';
import { pictureOf } from '../../src/frontend/picture.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { wav16 } from '../audio/files.js';
import { syllables } from '../frontend/signals.js';
import { jsonLines, kwsGen } from '../support/command-line.js';
import { wakeModel } from '../support/wake-model.js';

const PCM = syllables(4800);
const logMel = FRONTEND_PRESETS['log-mel'];
let directory: string;

const run = (...argv: string[]) => kwsGen(['features', ...argv], { directory });
const saved = (name: string) => readFileSync(join(directory, name));
function save(name: string, rows: readonly Float64Array[]): void {
  const values = Float32Array.from(rows.flatMap((row) => [...row]));
  writeFileSync(join(directory, name), writeNpy(values, [rows.length, rows[0]!.length]));
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kws-features-'));
  writeFileSync(join(directory, 'clip.wav'), wav16(PCM, 16_000));
  writeFileSync(join(directory, 'short.wav'), wav16(PCM.subarray(0, 479), 16_000));
  writeFileSync(join(directory, 'model.tflite'), wakeModel());
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('saved and shown', () => {
  test('.npy: real numbers of a spectral front end, as a device and as a library computes them', async () => {
    const spec = FRONTEND_PRESETS['torchaudio-mfcc'];
    const { code, out } = await run('clip.wav', '--frontend', 'torchaudio-mfcc', '-o', 'a.npy', '--json');
    expect(code).toBe(0);
    const stream = streamFeatures(spec, PCM);
    expect(jsonLines(out)[0]).toMatchObject({
      t: 'features',
      form: 'stream',
      shape: [stream.length, 40],
      stepMs: 12.5,
      written: 'a.npy',
    });
    expect(readNpy(saved('a.npy'), 'a.npy')).toEqual({
      shape: [stream.length, 40],
      values: Float32Array.from(stream.flatMap((row) => [...row])),
    });
    await run('clip.wav', '--frontend', 'torchaudio-mfcc', '--whole-clip', '-o', 'b.npy');
    expect(readNpy(saved('b.npy'), 'b.npy').shape).toEqual([clipFeatures(spec, PCM).length, 40]);
  });

  test('.json and .npy of the micro-frontend: its own integers', async () => {
    const spec = FRONTEND_PRESETS['micro-wake-word'];
    await run('clip.wav', '--frontend', 'micro-wake-word', '-o', 'm.json');
    const rows = clipFeatures(spec, PCM).map((row) => [...row]);
    expect(JSON.parse(saved('m.json').toString())).toEqual({
      frontend: spec,
      form: 'stream',
      type: 'uint16',
      stepMs: 10,
      shape: [rows.length, 40],
      features: rows,
    });
    await run('clip.wav', '--frontend', 'micro-wake-word', '-o', 'm.npy');
    expect(readNpy(saved('m.npy'), 'm.npy').values).toEqual(Uint16Array.from(rows.flat()));
  });

  test('.png: time from left to right, low channels at the bottom', async () => {
    await run('clip.wav', '--frontend', 'log-mel', '-o', 'p.png');
    const { width, height, channels } = decode(saved('p.png'));
    expect([width % 14, height % 40, channels]).toEqual([0, 0, 3]);
    const picture = pictureOf([Float64Array.of(9, 0), Float64Array.of(0, 0), Float64Array.of(0, 5)], false);
    const cell = picture.width / 3;
    const light = (column: number, row: number) => {
      const at = 3 * (row * cell * picture.width + column * cell);
      return picture.data[at]! + picture.data[at + 1]! + picture.data[at + 2]!;
    };
    expect(picture.height).toBe(2 * cell);
    // The first frame's low channel is the lightest: left, below.
    const lights = [0, 1].flatMap((row) => [0, 1, 2].map((column) => light(column, row)));
    expect(lights[3]).toBe(Math.max(...lights));
    expect(lights[2]).toBeGreaterThan(lights[0]!);
  });

  test('a table without -o', async () => {
    const { out, code } = await run('clip.wav', '--frontend', 'log-mel');
    expect(code).toBe(0);
    expect(out).toContain(
      'clip.wav: 14 frames x 40 coefficients, one frame every 20 ms, as a device computes them',
    );
    expect(out.split('\n').filter((line) => /^\d+ /.test(line)).length).toBe(40);
  });

  test('--quantized: what the model sees', async () => {
    const { code } = await run(
      'clip.wav',
      '--model',
      'model.tflite',
      '--labels',
      'wake',
      '--frontend',
      'micro-wake-word',
      '--quantized',
      '-o',
      'q.npy',
    );
    expect(code).toBe(0);
    const { values } = readNpy(saved('q.npy'), 'q.npy');
    expect(values).toBeInstanceOf(Int8Array);
    const features = clipFeatures(FRONTEND_PRESETS['micro-wake-word'], PCM).flatMap((row) => [...row]);
    expect([...values]).toEqual(features.map((v) => Math.min(127, Math.floor((v * 256 + 333) / 666) - 128)));
    expect(
      (
        await run(
          'clip.wav',
          '--model',
          'model.tflite',
          '--labels',
          'wake',
          '--frontend',
          'micro-wake-word',
          '--quantized',
          '--compare',
          'q.npy',
        )
      ).code,
    ).toBe(0);
  });
});

describe('compared', () => {
  const compare = (file: string, preset: string, ...more: string[]) =>
    run('clip.wav', '--frontend', preset, '--compare', file, ...more);

  test('the same: exit code 0', async () => {
    save('same.npy', clipFeatures(logMel, PCM));
    const { code, out } = await compare('same.npy', 'log-mel');
    expect(out).toContain('They are the same.');
    expect(code).toBe(0);
  });

  test('another window: where, why, and the setting that mends it; exit code 1', async () => {
    save('other.npy', clipFeatures({ ...logMel, window: { shape: 'hann', form: 'symmetric' } }, PCM));
    const { code, out } = await compare('other.npy', 'log-mel');
    expect(code).toBe(1);
    expect(out).toMatch(/largest difference [\d.e-]+ in frame \d+ \(\d+ ms\), coefficient \d+/);
    expect(out).toContain('They are not the same.');
    expect(out).toContain('Cause: its window is symmetric');
    expect(out).toContain('in kws.json: "frontend": {"preset":"log-mel","window":{"form":"symmetric"}}');
    const json = jsonLines((await compare('other.npy', 'log-mel', '--json')).out)[0];
    expect(json).toMatchObject({
      t: 'compare',
      matches: false,
      complete: true,
      fix: { window: { form: 'symmetric' } },
    });
  });

  test('a tolerance of one’s own', async () => {
    save(
      'near.npy',
      clipFeatures(logMel, PCM).map((row) => row.map((v) => v + 0.1)),
    );
    expect((await compare('near.npy', 'log-mel', '--tolerance', '0.2')).code).toBe(0);
    expect((await compare('near.npy', 'log-mel', '--tolerance', '0.05')).code).toBe(1);
  });

  test('a clip that was resampled says so', async () => {
    writeFileSync(join(directory, 'fast.wav'), wav16(PCM.subarray(0, 1800), 22_050));
    save('noise.npy', clipFeatures(logMel, PCM).slice(5, 7));
    const { out, err } = await run('fast.wav', '--frontend', 'log-mel', '--compare', 'noise.npy');
    expect(err).toContain('resampled from 22050 to 16000 Hz');
    expect(out).toContain('compare with a clip that has 16000 Hz');
  });
});

describe('of a project', () => {
  test('the front end alone counts, also where the model does not fit it', async () => {
    const project = join(directory, 'project');
    mkdirSync(project);
    const kws = {
      version: 1,
      name: 'p',
      frontend: { preset: 'log-mel', filterbank: { channels: 20 } },
      models: [{ name: 'm', file: 'gone.h5', detector: 'general', quantize: { calibrate: 'none/' } }],
    };
    writeFileSync(join(project, 'kws.json'), JSON.stringify(kws));
    const { code, out } = await run('clip.wav', '--project', 'project', '--json');
    expect(code).toBe(0);
    expect(jsonLines(out)[0]).toMatchObject({ t: 'features', shape: [14, 20] });
    const quantized = await run('clip.wav', '--project', 'project', '--quantized');
    expect(quantized.err).toContain('gone.h5: there is no such file');
    kws.frontend.filterbank.channels = 0;
    writeFileSync(join(project, 'kws.json'), JSON.stringify(kws));
    const { err } = await run('clip.wav', '--project', 'project');
    expect(err).toContain('kws.json, frontend.filterbank.channels');
  });
});

describe('mistakes', () => {
  test.each([
    [
      ['clip.wav', '--frontend', 'log-mell'],
      '--frontend: there is no front end "log-mell"\n  next: did you mean log-mel?',
    ],
    [['clip.wav', '--frontend', 'none'], 'there is no front end, and so there are no features'],
    [['none.wav', '--frontend', 'log-mel'], 'there is no such file'],
    [['short.wav', '--frontend', 'log-mel'], 'short.wav: it is shorter than one frame'],
    [['clip.wav', '--frontend', 'log-mel', '-o', 'x.csv'], '-o x.csv: ".csv" is no kind of file'],
    [
      ['clip.wav', '--frontend', 'log-mel', '--tolerance', '1'],
      '--tolerance: means nothing without --compare',
    ],
    [['clip.wav', '--frontend', 'log-mel', '--tolerance', 'x', '--compare', 'y'], '"x" is not a number'],
    [
      ['clip.wav', '--frontend', 'log-mel', '--quantized'],
      '--frontend: the project has a front end of its own',
    ],
    [['clip.wav', '--quantized', '--whole-clip'], '--quantized: a model on a device never sees a whole clip'],
    [['clip.wav', '--frontend', 'log-mel', '--compare', 'none.npy'], 'none.npy'],
    [['clip.wav', '--frontend', 'log-mel', '--compare', 'clip.wav'], 'clip.wav: is no NumPy array'],
  ])('%j', async (argv, message) => {
    const { code, err } = await run(...argv);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  test('what is there stays, without --force', async () => {
    writeFileSync(join(directory, 'kept.npy'), 'mine');
    const { code, err } = await run('clip.wav', '--frontend', 'log-mel', '-o', 'kept.npy');
    expect([code, saved('kept.npy').toString()]).toEqual([2, 'mine']);
    expect(err).toContain('--force replaces it');
    expect((await run('clip.wav', '--frontend', 'log-mel', '-o', 'kept.npy', '--force')).code).toBe(0);
    expect(existsSync(join(directory, 'kept.npy'))).toBe(true);
    expect(readNpy(saved('kept.npy'), 'kept.npy').shape).toEqual([14, 40]);
  });
});
