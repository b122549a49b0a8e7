/** What pip installs is pinned as a whole: every package that is wanted, and a hash for every one that comes. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LOCK_FILE, ownVenv } from '../../src/platformio/find-platformio.js';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
/** Names as PyPI compares them. */
const pins = (text: string) =>
  (text.match(/^[a-z0-9][\w.-]*==\S+/gim) ?? []).map((pin) => pin.toLowerCase().replaceAll('_', '-'));

test.each([
  'templates/toolchain/requirements',
  'templates/train/requirements',
  'templates/train/kokoro-requirements',
  'scripts/requirements-dev',
  'scripts/requirements-oracles',
])('%s', (path) => {
  const wanted = pins(read(`${path}.txt`));
  const lock = read(`${path}.lock`).replaceAll('\\\n', '');
  const entries = lock.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(wanted.length).toBeGreaterThan(1);
  expect(pins(lock)).toEqual(expect.arrayContaining(wanted));
  for (const entry of entries) expect(entry).toMatch(/^\S+==\S+ .*--hash=sha256:[0-9a-f]{64}/);
  expect(lock).not.toMatch(/https?:/);
});

test.each([
  ['src/platformio/python-venv.ts', /\[\.\.\.pip, '--require-hashes', '-r', request\.lock\]/],
  ['src/platformio/install-platformio.ts', /lock: LOCK_FILE/],
  ['src/train/engine.ts', /lock: TRAINING_LOCK/],
  ['src/train/voices/kokoro/install.ts', /lock: LOCK/],
  ['scripts/setup.mjs', /--require-hashes/],
])('%s installs from the lock', (path, how) => {
  expect(read(path)).toMatch(how);
});

test('another lock is another venv: what is installed is what the lock says', () => {
  const env = { KWS_CACHE_DIR: '/cache' };
  const other = join(mkdtempSync(join(tmpdir(), 'kws-lock-')), 'requirements.lock');
  const text = readFileSync(LOCK_FILE, 'utf8');
  writeFileSync(other, text);
  expect(ownVenv(env, other)).toBe(ownVenv(env));
  // One hash of one file of what is pulled in.
  writeFileSync(
    other,
    text.replace(/sha256:(.)/, (_, first: string) => `sha256:${first === '0' ? '1' : '0'}`),
  );
  expect(ownVenv(env, other)).not.toBe(ownVenv(env));
});
