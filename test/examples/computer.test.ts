/** The example's files fit each other; what it hears is tested with the built program (`e2e/example-computer`). */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { frameChannels, stepMs } from '../../src/frontend/spec.js';
import { loadFrontend, readKwsFile } from '../../src/project/load.js';
import { readModel } from '../../src/readers/read-model.js';
import { root } from '../support/native.js';

const folder = join(root, 'examples', 'computer');
const kws = await readKwsFile(folder);
const entry = kws.models[0]!;
const model = await readModel(readFileSync(join(folder, entry.file)), entry.file, async (name) =>
  readFileSync(join(folder, 'model', name)),
);

test('the weights are under 300 KB', () => {
  const bytes = readdirSync(join(folder, 'model')).map((name) => statSync(join(folder, 'model', name)).size);
  expect(bytes.length).toBeGreaterThan(1);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(300 * 1024);
});

test('the model takes one second of what the front end gives, and says as many labels as are named', async () => {
  const frontend = await loadFrontend(folder);
  if (frontend.kind === 'none') throw new Error('it has a front end');
  const [input] = model.inputs.map((index) => model.tensors[index]!);
  const [output] = model.outputs.map((index) => model.tensors[index]!);
  const [batch, frames, channels, depth] = input!.shape;
  expect([input!.type, batch, channels, depth]).toEqual(['float32', 1, frameChannels(frontend), 1]);
  expect(frames! * stepMs(frontend)).toBeGreaterThan(950);
  expect(frames! * stepMs(frontend)).toBeLessThanOrEqual(1000);
  expect(entry.labels).toEqual(['other', 'computer']);
  expect(output!.shape).toEqual([1, 2]);
});

test('what it is calibrated with is there: clips longer than the window, with the word and without', async () => {
  const { calibrate } = entry.quantize!;
  expect(existsSync(join(folder, calibrate as string))).toBe(true);
  const clips = ['computer', 'other'].map((name) => readdirSync(join(folder, 'clips', name)));
  expect(clips[0]).toHaveLength(10);
  expect(clips[1]).toEqual(clips[0]);
  for (const kind of ['computer', 'other'])
    for (const name of clips[0]!)
      expect((await loadClip(join(folder, 'clips', kind, name), 16_000)).length, name).toBeGreaterThan(
        20_000,
      );
});

test('the clips of the demonstration are there, some with the word and some without', () => {
  const script = readFileSync(join(root, 'scripts', 'demo.mjs'), 'utf8');
  const clips = [...script.matchAll(/^ {2}'((?:computer|other)\/[\w-]+)',$/gm)].map(([, name]) => name!);
  expect(new Set(clips.map((name) => name.split('/')[0]))).toEqual(new Set(['computer', 'other']));
  expect(clips.filter((name) => !existsSync(join(folder, 'clips', `${name}.flac`)))).toEqual([]);
});
