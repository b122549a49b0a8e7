/** Whatever a disk refuses is trouble with a folder that is named, never a defect. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/commands/main.js';
import { diskError } from '../../src/diagnostics/disk-errors.js';
import { writeTogether } from '../../src/files/write-together.js';

const failure = (code: string, syscall: string, path?: string) =>
  Object.assign(new Error(`${code}: ${syscall}`), { code, syscall, ...(path === undefined ? {} : { path }) });

test.each([
  ['EACCES', 'mkdir', '/cache/kws-gen', '/cache/kws-gen: this folder cannot be written'],
  ['EROFS', 'open', '/project/kws.json', '/project: this folder cannot be written'],
  ['ENOSPC', 'write', undefined, 'this folder cannot be written\n  why: the disk is full'],
  ['EDQUOT', 'rename', '/out/a', '/out: this folder cannot be written'],
  ['EPERM', 'scandir', '/out/a', '/out: this folder cannot be used'],
])('%s of %s', (code, syscall, path, text) => {
  const error = diskError(failure(code, syscall, path));
  expect(error?.message).toContain(text);
  expect(error?.message).toContain('KWS_CACHE_DIR');
  expect(error?.exitCode).toBe(3);
});

test.each([
  ['EISDIR', 'open', /^\/a\/b: this name cannot be used\n {2}why: it is a folder, and a file is meant/],
  ['ENOTDIR', 'mkdir', /a part of it is a file/],
  ['EEXIST', 'open', /already there/],
  ['ENAMETOOLONG', 'open', /too long/],
  ['ELOOP', 'open', /in a circle/],
])('%s of %s is a wrong name', (code, syscall, text) => {
  const error = diskError(failure(code, syscall, '/a/b'));
  expect(error?.message).toMatch(text);
  expect(error?.exitCode).toBe(2);
});

test('the name of a folder, or one below a file, is written to by nobody', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kws name '));
  writeFileSync(join(folder, 'file'), 'x');
  for (const path of [folder, join(folder, 'file', 'a')])
    await expect(writeTogether(new Map([[path, 'text']]))).rejects.toMatchObject({ exitCode: 2 });
  expect(readdirSync(folder)).toEqual(['file']);
  rmSync(folder, { recursive: true });
});

test.each([new Error('x'), new TypeError('y'), failure('ENOENT', 'open', '/x'), 'text', 7])(
  '%s is none',
  (error) => {
    expect(diskError(error)).toBeUndefined();
  },
);

test('a command that meets one ends with 3, without the word defect', async () => {
  let said = '';
  const stream = { write: (text: string) => (said += text) };
  const command = {
    name: 'boards',
    summary: 's',
    description: 'd',
    examples: [],
    options: [],
    run: () => Promise.reject(failure('ENOSPC', 'open', '/full/file')),
  };
  const world = {
    stdout: stream,
    stderr: stream,
    stdin: process.stdin,
    directory: '/',
    environment: {},
    signal: new AbortController().signal,
  };
  expect(await main(['boards'], world, [command])).toBe(3);
  expect(said).toContain('/full: this folder cannot be written');
  expect(said).not.toContain('defect');
});
