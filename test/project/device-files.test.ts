import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import { findDeviceFiles } from '../../src/project/device-files.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kws device '));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function put(path: string, text = '// nothing\n'): void {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function problem(): Promise<string> {
  const error = await findDeviceFiles(directory).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KwsError)) throw error ?? new Error('no problem');
  expect(error.exitCode).toBe(2);
  return error.problems.map(({ where, what, next }) => `${where}: ${what} | ${next}`).join('\n');
}

describe('code of the project', () => {
  test('none', async () => expect(await findDeviceFiles(directory)).toEqual([]));

  test('C and C++ in folders, in order; nothing hidden, nothing else', async () => {
    for (const path of ['b.cpp', 'a.c', 'inside/c.hpp', 'notes.md', '.hidden.cpp', 'wiring.png'])
      put(join('device', path));
    const files = await findDeviceFiles(directory);
    expect(files.map(({ path }) => path)).toEqual(['a.c', 'b.cpp', 'inside/c.hpp']);
    expect(files[2]!.from).toBe(join(directory, 'device', 'inside', 'c.hpp'));
  });

  test.each<[string, () => void, RegExp]>([
    ['a sketch', () => put('device/lamp.ino'), /lamp\.ino: sketches are not compiled \| name it \.cpp/],
    [
      'a hook that would never be called',
      () => put('device/lamp.cpp', 'void kws_user_loop() {}\n'),
      /lamp\.cpp: it has kws_user_loop and does not include kws_device\.h \| begin it with/,
    ],
    [
      'a link to a file',
      () => {
        put('elsewhere.cpp');
        put('device/own.cpp');
        symlinkSync(join(directory, 'elsewhere.cpp'), join(directory, 'device', 'link.cpp'));
      },
      /link\.cpp: this is a link \| put the file itself there/,
    ],
    [
      'a link in place of the folder',
      () => {
        put('elsewhere/own.cpp');
        symlinkSync(join(directory, 'elsewhere'), join(directory, 'device'));
      },
      /device: this is a link/,
    ],
    ['a file of that name', () => put('device'), /this is no folder/],
    ['a name for shells', () => put('device/$(id).cpp'), /its name has characters/],
    ['too much', () => put('device/large.h', ' '.repeat(5 * 1024 * 1024)), /larger than 4 MiB/],
    [
      'too many',
      () => {
        for (let i = 0; i < 501; i++) put(`device/${i}.h`);
      },
      /501 files of code/,
    ],
  ])('%s is told', async (_, make, message) => {
    make();
    expect(await problem()).toMatch(message);
  });

  test('a hook in C needs no header: its name is what is linked', async () => {
    put('device/lamp.c', 'void kws_user_loop(void) {}\n');
    expect(await findDeviceFiles(directory)).toHaveLength(1);
  });
});
