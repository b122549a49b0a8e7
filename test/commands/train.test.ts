/** train: what is wrong with the request is said before anything is looked for or made. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { kwsGen } from '../support/command-line.js';
import { trainRequest } from '../support/train-request.js';

const directory = mkdtempSync(join(tmpdir(), 'kws-gen train '));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const request = trainRequest({ positives: ['../people/device'], negatives: ['../people/talk'] });
mkdirSync(join(directory, 'hey_device'));
mkdirSync(join(directory, 'mine', 'device'), { recursive: true });
writeFileSync(join(directory, 'hey_device', 'train.json'), JSON.stringify({ version: 1, request }));
const run = (...argv: string[]) => kwsGen(['train', ...argv], { directory });

test('a project that came without its recordings says which they are', async () => {
  const { code, err } = await run('--resume', '-o', 'hey_device');
  expect(code).toBe(2);
  for (const text of [
    '--positives people/device',
    '--negatives people/talk',
    '--data FOLDER names the folder in which "device" lies',
    'kws-gen train --word "hey device" -o another-folder',
  ])
    expect(err).toContain(text);
});

test('and which of them are not in the folder that is given', async () => {
  const { code, err } = await run('--resume', '-o', 'hey_device', '--data', 'mine');
  expect(code).toBe(2);
  expect(err).not.toContain('--positives');
  expect(err).toContain('put "talk" into mine');
});

test.each([
  [['--folds', '1'], '"1" is not a whole number from 2 to 10'],
  [['--folds', 'many'], '"many" is not a whole number from 2 to 10'],
  [['--window', '5s'], '"5s" is not a time from 0.4 to 3 s'],
  [['--window', '100ms'], '"100ms" is not a time from 0.4 to 3 s'],
])('%s', async (options, what) => {
  const { code, err } = await run('--word', 'hey device', ...options);
  expect(code).toBe(2);
  expect(err).toContain(what);
});
