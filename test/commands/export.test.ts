import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadBoards } from '../../src/boards/index.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { describedModel } from '../../src/model/builder.js';
import { runQuantizer } from '../../src/quantize/run.js';
import { readManifest } from '../../src/readers/microwakeword.js';
import { streamModel } from '../quantize/report-models.js';
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

  test('a PlatformIO project of the sketch, without what our firmware needs', async () => {
    expect((await run('--platformio', '--board', 'arduino-nano-33-ble', '--output', 'p')).code).toBe(0);
    const text = (path: string) => readFileSync(join(directory, 'p', path), 'utf8');
    expect(text('platformio.ini')).toContain('board = nano33ble\nframework = arduino\n');
    expect(text('platformio.ini')).not.toContain('KWS_');
    expect(text('src/main.cpp')).toMatch(/^#include <Arduino.h>[\s\S]*PDM\.begin/);
    expect(existsSync(join(directory, 'p', 'lib/kws_listener/library.json'))).toBe(true);
  });

  test.each([...loadBoards().values()].filter(({ kind }) => kind === 'real').map(({ id }) => id))(
    'a PlatformIO project for %s, with its microphone',
    async (board) => {
      expect((await run('--platformio', '--board', board, '--output', 'p')).code).toBe(0);
      const main = readFileSync(join(directory, 'p', 'src/main.cpp'), 'utf8');
      expect(main).toMatch(/PDM\.begin|i2s_driver_install|microphone_begin/);
      const captured = main.includes('microphone_begin');
      expect(existsSync(join(directory, 'p', 'lib/kws_hal/src/audio_ring.cpp'))).toBe(captured);
      expect(readFileSync(join(directory, 'p', 'platformio.ini'), 'utf8').includes('-DKWS_HAL_')).toBe(
        captured,
      );
    },
  );

  test('a module of Zephyr: its files say the same name, and every source is there', async () => {
    expect((await run('--zephyr-module', '--board', 'arduino-nano-33-ble')).code).toBe(0);
    const place = join(directory, 'export', 'kws_chirp-zephyr');
    const text = (path: string) => readFileSync(join(place, path), 'utf8');
    // Lines of Zephyr's schema of module files.
    expect(text('zephyr/module.yml').split('\n').slice(1)).toEqual([
      'name: kws_chirp',
      'build:',
      '  cmake: zephyr',
      '  kconfig: zephyr/Kconfig',
      '',
    ]);
    expect(text('zephyr/Kconfig')).toMatch(/\nconfig KWS_CHIRP\n\tbool "[^"\n]*"\n\tdepends on CPP\n/);
    expect(text('zephyr/CMakeLists.txt')).toContain('if(CONFIG_KWS_CHIRP)\n');
    expect(text('samples/listen/prj.conf')).toContain('\nCONFIG_KWS_CHIRP=y\n');
    const sources = text('zephyr/CMakeLists.txt').match(/(?<=KWS_ROOT\}\/)\S+\.cpp/g)!;
    for (const source of sources) expect(existsSync(join(place, source)), source).toBe(true);
    expect(sources).toContain('src/model_chirp.cpp');
  });

  test('a manifest and a model for ESPHome', async () => {
    const set = {
      clips: [{ name: 'a', inputs: [Float32Array.from({ length: 80 }, (_, i) => i % 20)] }],
      skipped: [],
      found: 1,
      notes: [],
    };
    const frontend = FRONTEND_PRESETS['micro-wake-word'];
    const int8 = { frontend, outputType: 'uint8' } as const;
    const bytes = Buffer.from(runQuantizer(describedModel(streamModel()), { paths: [], set }, int8).bytes);
    writeFileSync(join(directory, 'stream.tflite'), bytes);
    const detector = { preset: 'micro-wake-word', cutoff: 0.9, window: 4 };
    const kept = { author: 'A', license: 'MIT', micro: { tensor_arena_size: 99, later: true } };
    const model = { name: 'hey', file: 'stream.tflite', labels: ['hey you'], detector, manifest: kept };
    const kws = (more: object) => ({
      version: 1,
      name: 'p',
      frontend: 'micro-wake-word',
      models: [{ ...model, ...more }],
    });
    writeFileSync(join(directory, 'kws.json'), JSON.stringify(kws({})));
    expect((await run('--esphome', '--board', 'native', '--output', 'e')).err).toBe('');
    const place = join(directory, 'e');
    const [, hash] = /\| `([0-9a-f]{64})` \|/.exec(readFileSync(join(place, 'README.md'), 'utf8'))!;
    expect(
      createHash('sha256')
        .update(readFileSync(join(place, 'hey.tflite')))
        .digest('hex'),
    ).toBe(hash);
    const manifest = readManifest(readFileSync(join(place, 'hey.json'), 'utf8'), 'hey.json');
    expect(manifest).toMatchObject({
      wakeWord: 'hey you',
      model: 'hey.tflite',
      version: 2,
      cutoff: 0.9,
      window: 4,
    });
    expect(manifest.kept).toMatchObject(kept);
    expect(readFileSync(join(place, 'README.md'), 'utf8')).not.toContain('another rule');
    writeFileSync(join(directory, 'kws.json'), JSON.stringify(kws({ detector: { preset: 'general' } })));
    expect((await run('--esphome', '--board', 'native', '--output', 'e')).code).toBe(0);
    expect(readFileSync(join(place, 'README.md'), 'utf8')).toContain('decides about `hey` by another rule');
  });

  test.each<[string, readonly string[], RegExp]>([
    [
      'a window model for ESPHome',
      ['--esphome', '--board', 'native'],
      /chirp: the model keeps no state[\s\S]*train a streaming model/,
    ],
    [
      'an old compiler',
      ['--arduino-library', '--board', 'esp32-s3-devkitc-1'],
      /compiles as C\+\+11[\s\S]*--platformio --board esp32-s3-devkitc-1/,
    ],
    ['a virtual board', ['--platformio', '--board', 'virtual-cortex-m4'], /no platform outside of kws-gen/],
    ['nothing said', [], /give --cmake, --arduino-library, --platformio/],
    ['both', ['--cmake', '--arduino-library'], /more than one kind/],
    ['no sketch', ['--arduino-library', '--board', 'native'], /no sketch for the microphone of native/],
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
