import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findClips, findPositives } from '../../src/evaluate/clips.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kws clips '));
  const files = [
    ...['a.wav', 'yes/1.wav', 'yes/2.wav', 'maybe/1.wav', 'maybe/2.wav', 'maybe/3.wav', 'other/1.wav'],
    ...['firmware-out/.kws-gen.json', 'firmware-out/src/x.wav', 'sub/fw/.kws-gen.json', 'sub/fw/y.wav'],
    'firmware/z.wav',
  ];
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('firmware projects are passed over, folders that are only called so are not', async () => {
  const names = (await findClips(['.'], folder, '--negatives')).map(({ name }) => name);
  expect(names).toEqual([
    'a.wav',
    'firmware/z.wav',
    ...['maybe/1.wav', 'maybe/2.wav', 'maybe/3.wav', 'other/1.wav', 'yes/1.wav', 'yes/2.wav'],
  ]);
});

test('positives without a label: one line per folder', async () => {
  const error = await findPositives(['.'], folder, ['yes', 'no']).catch((caught: Error) => caught);
  const lines = (error as Error).message.split('\n').filter((line) => !line.startsWith('  next'));
  expect(lines).toEqual([
    'a.wav: it is not said which label this is',
    'firmware/z.wav: it is not said which label this is',
    'maybe: it is not said which label its 3 files are',
    'other/1.wav: it is not said which label this is',
  ]);
  const found = await findPositives(['yes=yes', 'maybe=no'], folder, ['yes', 'no']);
  expect(found.map(({ label }) => label).sort()).toEqual(['no', 'no', 'no', 'yes', 'yes']);
});
