/** The set-up empties folders before it fills them: never one that a link leads to. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../support/files.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kws setup '));
  mkdirSync(join(folder, 'shared'));
  writeFileSync(join(folder, 'shared', 'kept'), '');
  symlinkSync(join(folder, 'shared'), join(folder, 'link'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const refuse = (path: string) => {
  const script = JSON.stringify(pathToFileURL(join(root, 'scripts', 'setup.mjs')).href);
  const code = `const { refuseLink } = await import(${script}); refuseLink(${JSON.stringify(path)});`;
  return execa(process.execPath, ['--input-type=module', '-e', code], { reject: false });
};

test('a link is refused, with what to do, and what it leads to stays', async () => {
  const { exitCode, stderr } = await refuse(join(folder, 'link'));
  expect([exitCode, stderr]).toEqual([3, expect.stringContaining('is a link, and is out of date')]);
  expect(stderr).toContain('next: remove the link');
  expect(existsSync(join(folder, 'shared', 'kept'))).toBe(true);
});

test.each(['shared', 'nowhere'])('%s is not', async (name) => {
  expect((await refuse(join(folder, name))).exitCode).toBe(0);
});
