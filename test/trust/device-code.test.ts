import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deviceCode } from '../../src/trust/device-code.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kws device '));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['native', 2, 1],
  ['native', 0, 0],
  ['virtual', 2, 0],
  ['real', 2, 0],
] as const)('code for a board that is %s, %i files: %i to agree to', (kind, files, expected) => {
  const fields = deviceCode({ kind }, folder, files);
  expect(fields).toHaveLength(expected);
  for (const { where, value } of fields) {
    expect(where).toBe('device/');
    expect(value).toBe(realpathSync(folder));
  }
});
