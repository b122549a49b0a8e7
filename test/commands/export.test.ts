import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jsonLines, kwsGen } from '../support/command-line.js';
import { chirpProject } from './chirps.js';

let directory: string;
beforeEach(() => {
  directory = chirpProject();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const run = (...argv: string[]) => kwsGen(['export', ...argv], { directory });

describe('export', () => {
  test('a folder for CMake; another export takes its place', async () => {
    const { code, out } = await run('--cmake', '--board', 'native', '--json');
    expect(code).toBe(0);
    const [line] = jsonLines(out).filter(({ t }) => t === 'export');
    expect(line).toMatchObject({
      kind: 'cmake',
      board: 'native',
      written: join(directory, 'export', 'kws_chirp'),
    });
    const file = (path: string) => join(directory, 'export', 'kws_chirp', path);
    expect(existsSync(file('lib/kws_kernels/src/portable/kws_conv_2d_s8.cpp'))).toBe(true);
    expect((await run('--cmake', '--board', 'virtual-cortex-m4')).code).toBe(0);
    expect(existsSync(file('lib/kws_kernels/src/dsp'))).toBe(true);
    expect((await run('--cmake', '--board', 'native')).code).toBe(0);
    expect(existsSync(file('lib/kws_kernels/src/dsp'))).toBe(false);
    // Neither application nor serial line, and no memory for them.
    expect(existsSync(file('lib/kws_app/src/app.cpp'))).toBe(false);
    expect(readFileSync(file('src/kws_config.cpp'), 'utf8')).toMatch(/\/\*audio\*\/ nullptr/);
  });

  test('a zip for the Arduino IDE', async () => {
    expect(
      (await run('--arduino-library', '--board', 'arduino-nano-33-ble', '--output', 'x/a.zip')).code,
    ).toBe(0);
    const files = Object.keys(unzipSync(readFileSync(join(directory, 'x', 'a.zip'))));
    expect(files).toContain('kws_chirp/library.properties');
    expect(files).toContain('kws_chirp/src/kws_listener.h');
    expect(files).toContain('kws_chirp/examples/listen/listen.ino');
  });

  test.each<[string, readonly string[], RegExp]>([
    ['nothing said', [], /give --cmake or --arduino-library/],
    ['both', ['--cmake', '--arduino-library'], /one kind at a time/],
    [
      'no sketch',
      ['--arduino-library', '--board', 'esp32-s3-devkitc-1'],
      /no sketch for the microphone of esp32-s3/,
    ],
    ['no board known', ['--cmake', '--board', 'nativ'], /native/],
  ])('%s is told', async (_, argv, message) => {
    const { code, err } = await run(...argv);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(existsSync(join(directory, 'export'))).toBe(false);
  });

  test('a folder with something else in it stays as it is', async () => {
    mkdirSync(join(directory, 'mine'));
    writeFileSync(join(directory, 'mine', 'CMakeLists.txt'), 'project(mine)\n');
    const { code, err } = await run('--cmake', '--board', 'native', '--output', 'mine');
    expect(code).toBe(2);
    expect(err).toContain('was not written by kws-gen');
    expect(readFileSync(join(directory, 'mine', 'CMakeLists.txt'), 'utf8')).toBe('project(mine)\n');
  });
});
