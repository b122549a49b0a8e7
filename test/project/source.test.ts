import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSource } from '../../src/project/source.js';
import { readModel } from '../../src/readers/read-model.js';
import { graphFixture } from '../readers/graph-fixtures.js';

const root = mkdtempSync(join(tmpdir(), 'kws-source-'));
const folder = join(root, 'hey_device');

beforeAll(() => {
  mkdirSync(join(folder, 'variables'), { recursive: true });
  for (const [path, bytes] of Object.entries(graphFixture('module-saved')))
    writeFileSync(join(folder, path), bytes);
});
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ['the folder of a SavedModel', folder],
  ['its file', join(folder, 'saved_model.pb')],
])('%s', async (_, path) => {
  const source = await readSource(path, readModel);
  expect(source).toMatchObject({ name: 'hey_device', model: { name: 'hey_device' } });
  expect(basename(source.file)).toBe('saved_model.pb');
});

test('a folder of something else is no model', async () => {
  await expect(readSource(root, readModel, 'models')).rejects.toThrow(/models: this is a folder, not a file/);
});
