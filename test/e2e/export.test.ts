/**
 * Exported libraries are compiled as their users compile them, hear a clip, and decide what the host decides.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { findBoard } from '../../src/boards/index.js';
import { createHostRun, runClip } from '../../src/evaluate/host-run.js';
import { type ExportedFiles, type ExportKind, exportLibrary } from '../../src/export/export.js';
import { writeFolder, writeZip } from '../../src/export/write.js';
import { buildFirmware } from '../../src/platformio/platformio.js';
import { loadProject } from '../../src/project/load.js';
import type { ResolvedProject } from '../../src/project/types.js';
import { root } from '../support/native.js';
import { describeWithToolchain, temporaryFolder } from './platform-support.js';

const EXAMPLE = join(root, 'examples', 'chirp');
const STAND_IN = join(root, 'test', 'e2e', 'fixtures', 'arduino-sketch');
const ZEPHYR_STAND_IN = join(root, 'test', 'e2e', 'fixtures', 'zephyr');
const CAPTURED = join(root, 'test', 'e2e', 'fixtures', 'captured-sketch', 'main.cpp');
const VENDOR = join(root, 'test', 'fixtures', 'vendor-headers');
const VENDOR_ESP32 = join(root, 'test', 'fixtures', 'vendor-headers', 'arduino-esp32');
const BARE = [
  '-mcpu=cortex-m4',
  '-mthumb',
  '-mfloat-abi=hard',
  '-mfpu=fpv4-sp-d16',
  '-fno-threadsafe-statics',
];

describeWithToolchain('exported libraries', () => {
  let folder: string;
  let project: ResolvedProject;
  let samples: Int16Array;
  let heard: { label: string; p: number; ms: number }[];
  beforeAll(async () => {
    folder = temporaryFolder();
    project = await loadProject(EXAMPLE);
    samples = await loadClip(join(EXAMPLE, 'chirp.wav'), 16_000);
    heard = runClip(createHostRun(project), samples).flatMap((event) =>
      event.t === 'detect' ? [event] : [],
    );
    expect(heard.length).toBeGreaterThan(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const library = (kind: ExportKind, board: string) =>
    exportLibrary(kind, { project, board: findBoard(board), toolVersion: '0.0.0-test' });
  const listen = async (program: string): Promise<string[]> => {
    const { stdout } = await execa(program, {
      input: Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength),
    });
    return stdout.split('\n');
  };

  test('with CMake, on this computer', async () => {
    const source = join(folder, 'cmake');
    writeFolder(library('cmake', 'native'), source);
    const build = join(folder, 'built');
    const flags = '-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror';
    await execa('cmake', ['-S', source, '-B', build, '-DCMAKE_BUILD_TYPE=Release', flags]);
    await execa('cmake', ['--build', build, '--parallel', '2']);
    const lines = heard.map(({ label, p, ms }) => `${label} ${p.toFixed(4)} ${ms}`);
    expect(await listen(join(build, 'listen'))).toEqual(lines);
  });

  test('as a module of Zephyr: its sample with the library of CMake’s sources', async () => {
    const files = library('zephyr-module', 'native');
    writeFolder(files, join(folder, 'zephyr'));
    // The same sources with the same flags, whose library is built already.
    const lists = (text: string) => text.match(/(?:lib|src)\/\S+\.cpp|COMPILE_OPTIONS ".*"/g);
    const cmake = lists(textOf(library('cmake', 'native'), 'CMakeLists.txt'));
    expect(lists(textOf(files, 'zephyr/CMakeLists.txt'))).toEqual(cmake);
    const includes = [...files.keys()].flatMap((path) => /^lib\/\w+\/include(?=\/)/.exec(path)?.[0] ?? []);
    const program = join(folder, 'zephyr sample');
    await execa('g++', [
      ...[
        '-std=gnu++17',
        '-Wall',
        '-Wextra',
        '-Werror',
        '-fno-exceptions',
        '-fno-rtti',
        '-I',
        ZEPHYR_STAND_IN,
      ],
      ...[...new Set(includes)].flatMap((path) => ['-I', join(folder, 'zephyr', path)]),
      ...[join(folder, 'zephyr', 'samples', 'listen', 'src', 'main.cpp'), join(ZEPHYR_STAND_IN, 'dmic.cpp')],
      ...[join(folder, 'built', 'libkws_chirp.a'), '-o', program],
    ]);
    const lines = heard.map(({ label, p, ms }) => `${label} ${Math.round(p * 100)} ${ms}`);
    expect(await listen(program)).toEqual([...lines, 'no audio']);
  });

  test.each([
    ['I2S', 'esp32-s3-devkitc-1', '-DBITS=32'],
    ['PDM', 'seeed-xiao-esp32s3-sense', '-DBITS=16'],
  ])('as a PlatformIO project, its sketch on an ESP32 with %s', async (_, board, bits) => {
    const sketch = join(folder, `${board}.cpp`);
    writeFileSync(sketch, textOf(library('platformio', board), 'src/main.cpp'));
    const program = join(folder, `${board} sketch`);
    const { gain = 0 } = findBoard(board).microphone!;
    const includes = readdirSync(join(folder, 'cmake', 'lib')).map((name) =>
      join(folder, 'cmake', 'lib', name, 'include'),
    );
    await execa('g++', [
      ...['-std=gnu++17', '-Wall', '-Wextra', '-Werror', bits, `-DGAIN=${gain}`],
      ...[...includes, STAND_IN, VENDOR_ESP32].flatMap((path) => ['-I', path]),
      ...[sketch, join(STAND_IN, 'i2s.cpp'), join(folder, 'built', 'libkws_chirp.a'), '-o', program],
    ]);
    // Of 16 bits those that the gain shifts out are lost before.
    const given = bits === '-DBITS=16' ? samples.map((sample) => (sample >> gain) << gain) : samples;
    const detections = runClip(createHostRun(project), given).flatMap((event) =>
      event.t === 'detect' ? [`${event.label} ${event.p.toFixed(2)}`] : [],
    );
    expect(await listen(program)).toEqual(detections);
  });

  test.each([
    ['raspberry-pi-pico-inmp441', 'arduino-pico', ['ARDUINO_ARCH_RP2040'], 'src/pico/pico_i2s.cpp'],
    ['raspberry-pi-pico-2-pdm', 'arduino-pico', ['ARDUINO_ARCH_RP2040'], 'src/arduino/arduino_pdm.cpp'],
    ['teensy-4-0-inmp441', 'arduino-teensy', ['TEENSYDUINO=159'], 'src/teensy/teensy_audio.cpp'],
    [
      'st-b-l475e-iot01a',
      'arduino-stm32',
      ['ARDUINO_ARCH_STM32', 'STM32L4xx', 'SERIAL_RX_BUFFER_SIZE=2304'],
      'src/stm32/stm32_dfsdm.cpp',
    ],
  ])('as a PlatformIO project with the capture of %s', async (board, headers, defines, source) => {
    const files = library('platformio', board);
    const own = join(folder, `captured ${board}`);
    writeFolder(files, own);
    const hal = join(own, 'lib', 'kws_hal');
    // The capture as the project's flags set it, against stand-ins of the core.
    const said = [...textOf(files, 'platformio.ini').matchAll(/^ +(-DKWS_\S+)$/gm)].map(([, flag]) => flag!);
    expect(said.some((flag) => flag.startsWith('-DKWS_MIC_SETTLE_MS='))).toBe(true);
    await execa('g++', [
      ...['-std=gnu++17', '-Wall', '-Wextra', '-Werror', '-fsyntax-only', ...said],
      ...defines.map((define) => `-D${define}`),
      ...[join(VENDOR, headers), join(VENDOR, 'common'), join(hal, 'include')].flatMap((path) => [
        '-I',
        path,
      ]),
      join(hal, source),
    ]);
    if (findBoard(board).microphone!.sampleRates[0] !== 16_000) return;
    const program = join(folder, `${board} captured`);
    const includes = readdirSync(join(folder, 'cmake', 'lib')).map((name) =>
      join(folder, 'cmake', 'lib', name, 'include'),
    );
    await execa('g++', [
      ...['-std=gnu++17', '-Wall', '-Wextra', '-Werror'],
      ...[join(hal, 'include'), ...includes, STAND_IN].flatMap((path) => ['-I', path]),
      ...[join(own, 'src', 'main.cpp'), join(hal, 'src', 'audio_ring.cpp'), CAPTURED],
      ...[join(folder, 'built', 'libkws_chirp.a'), '-o', program],
    ]);
    const detections = heard.map(({ label, p }) => `${label} ${p.toFixed(2)}`);
    expect(await listen(program)).toEqual([
      ...detections,
      'samples were lost: the models take longer than the audio they are for',
    ]);
  });

  test('as a PlatformIO project, for this computer', async () => {
    const source = join(folder, 'plain project');
    const files = new Map(library('platformio', 'native'));
    // PlatformIO's platform for programs of this computer comes from its registry; ours compiles as it does.
    const platform = `symlink://${join(root, 'templates', 'platform-virtual')}\nboard = native`;
    files.set(
      'platformio.ini',
      textOf(files, 'platformio.ini').replace(/(?<=^platform = )native$/m, platform),
    );
    writeFolder(files, source);
    const { program, warnings } = await buildFirmware(source, 'native', { virtual: true });
    expect(warnings).toEqual([]);
    const lines = heard.map(({ label, p, ms }) => `${label} ${p.toFixed(4)} ${ms}`);
    expect(await listen(program)).toEqual(lines);
  });

  test('with CMake, for a Cortex-M4 without a system', async () => {
    const source = join(folder, 'cmake for a core');
    const files = library('cmake', 'virtual-cortex-m4');
    // The kernels are the core's own.
    expect([...files.keys()].filter((path) => /kws_kernels\/src\/dsp\//.test(path))).not.toEqual([]);
    writeFolder(files, source);
    const build = join(folder, 'built for a core');
    await execa('cmake', [
      ...['-S', source, '-B', build, '-DCMAKE_BUILD_TYPE=Release'],
      ...['-DCMAKE_SYSTEM_NAME=Generic', '-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY'],
      ...[
        '-DCMAKE_CXX_COMPILER=arm-none-eabi-g++',
        `-DCMAKE_CXX_FLAGS=${BARE.join(' ')} -Wall -Wextra -Werror`,
      ],
    ]);
    await execa('cmake', ['--build', build, '--parallel', '2']);
    const archive = join(build, 'libkws_chirp.a');
    // What it needs of others: the compiler's own library and memory functions.
    const { stdout } = await execa('arm-none-eabi-nm', [
      '--undefined-only',
      '--format=just-symbols',
      archive,
    ]);
    const { stdout: own } = await execa('arm-none-eabi-nm', [
      '--defined-only',
      '--format=just-symbols',
      archive,
    ]);
    const defined = new Set(own.split('\n'));
    const needed = new Set(
      stdout.split('\n').filter((name) => name !== '' && !name.endsWith(':') && !defined.has(name)),
    );
    for (const name of needed)
      expect(name).toMatch(/^(?:mem(?:cpy|set|move)|__aeabi_\w+|__cxa_pure_virtual|_ZTV\w+)$/);
  });

  test('as an Arduino library, with its sketch', async () => {
    const zip = join(folder, 'kws_chirp.zip');
    const files = library('arduino-library', 'arduino-nano-33-ble');
    await writeZip(files, zip, 'kws_chirp');
    const unpacked = join(folder, 'libraries');
    for (const [path, bytes] of Object.entries(unzipSync(readFileSync(zip)))) {
      mkdirSync(dirname(join(unpacked, path)), { recursive: true });
      writeFileSync(join(unpacked, path), bytes);
    }
    const own = join(unpacked, 'kws_chirp');
    // The specification: one folder of that name, its properties, sources below src, sketches in folders of their name.
    expect(readdirSync(unpacked)).toEqual(['kws_chirp']);
    const properties = readFileSync(join(own, 'library.properties'), 'utf8');
    for (const field of [
      'name',
      'version',
      'author',
      'maintainer',
      'sentence',
      'paragraph',
      'category',
      'url',
      'architectures',
      'includes',
    ])
      expect(properties).toMatch(new RegExp(`^${field}=\\S`, 'm'));
    const sources = filesBelow(join(own, 'src')).filter((path) => path.endsWith('.cpp'));
    const sketch = join(folder, 'listen.cpp');
    writeFileSync(
      sketch,
      `#include <Arduino.h>\n${readFileSync(join(own, 'examples', 'listen', 'listen.ino'), 'utf8')}`,
    );
    const program = join(folder, 'sketch');
    // Arduino's mbed cores compile as C++14.
    const flags = [
      '-std=gnu++14',
      '-Os',
      '-fno-exceptions',
      '-fno-rtti',
      '-I',
      join(own, 'src'),
      '-I',
      STAND_IN,
    ];
    await execa('g++', [...flags, ...sources, sketch, join(STAND_IN, 'main.cpp'), '-o', program]);
    expect(await listen(program)).toEqual(heard.map(({ label, p }) => `${label} ${p.toFixed(2)}`));
  });

  test('the same project gives the same bytes', async () => {
    const zips = ['one.zip', 'two.zip'].map((name) => join(folder, name));
    for (const zip of zips)
      await writeZip(library('arduino-library', 'arduino-nano-33-ble'), zip, 'kws_chirp');
    expect(readFileSync(zips[0]!).equals(readFileSync(zips[1]!))).toBe(true);
  });
});

const textOf = (files: ExportedFiles, path: string): string => String(files.get(path));

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
