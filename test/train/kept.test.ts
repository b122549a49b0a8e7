/** What of the cache is believed: files that are what they were when they were kept. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { wavFile } from '../../src/audio/wav-file.js';
import { frontendSpec } from '../../src/train/frontends.js';
import { isWhole, keep, seal } from '../../src/train/kept.js';
import { makeParts } from '../../src/train/parts.js';
import type { PassagePlan } from '../../src/train/passages.js';

const folder = mkdtempSync(join(tmpdir(), 'kws kept '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each<[string, boolean, (path: string) => void]>([
  ['as it was', true, () => {}],
  ['cut', false, (path) => truncateSync(path, 4)],
  ['changed', false, (path) => writeFileSync(path, 'contend')],
  ['gone', false, (path) => rmSync(path)],
  ['without its sum', false, (path) => rmSync(`${path}.sha256`)],
  ['with an empty sum', false, (path) => truncateSync(`${path}.sha256`)],
])('%s: %s', async (name, whole, harm) => {
  const path = join(folder, name);
  await keep(path, 'content');
  harm(path);
  expect(await isWhole(path)).toBe(whole);
});

test('a file that another program wrote is sealed', async () => {
  const path = join(folder, 'sealed');
  writeFileSync(path, 'weights');
  expect(await isWhole(path)).toBe(false);
  await seal(path);
  expect(await isWhole(path)).toBe(true);
});

test('features that were harmed are made again, and come out the same', async () => {
  const plans = [{ make: 'noise', kind: 'noise', sources: [], seed: 'kept 7' }] satisfies PassagePlan[];
  const talk = [{ path: join(folder, 'talk.wav'), key: 'talk', kind: 'synthetic', hasWord: false }] as const;
  await keep(
    talk[0].path,
    wavFile(
      Int16Array.from({ length: 16_000 }, (_, i) => 8000 * Math.sin(i / 9)),
      16_000,
    ),
  );
  const options = {
    folder: join(folder, 'features'),
    frontend: frontendSpec('micro-wake-word'),
    talk,
    noises: [],
  };
  const [part] = await makeParts(plans, options);
  const before = readFileSync(part!.frames);
  expect(before.length).toBeGreaterThan(1000);
  truncateSync(part!.frames, before.length / 2);
  await makeParts(plans, options);
  expect(readFileSync(part!.frames).equals(before)).toBe(true);
  expect(readdirSync(options.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});
