/** Consent is asked once for each content, kept away from the project, and nothing is written without it. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BOARDS_FOLDER } from '../../src/boards/index.js';
import { requireTrust } from '../../src/trust/consent.js';
import type { TrustField } from '../../src/trust/fields.js';
import { adoptFolder, foreignFiles } from '../../src/trust/foreign.js';
import { chirpProject } from '../commands/chirps.js';
import { kwsGen } from '../support/command-line.js';

let cache: string;
let folder: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'kws-trust-cache-'));
  folder = mkdtempSync(join(tmpdir(), 'kws-trust-'));
  vi.stubEnv('KWS_CACHE_DIR', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const one of [cache, folder]) rmSync(one, { recursive: true, force: true });
});

const field = (value: string): TrustField => ({ where: 'kws.json, x', key: 'extra_scripts', value });

describe('consent', () => {
  test('is asked once, and again when a setting changes', async () => {
    const asked: string[] = [];
    const ask = async (fields: readonly TrustField[]) => asked.push(fields[0]!.value) > 0;
    for (const value of ['a', 'a', 'b', 'a', 'b']) await requireTrust([field(value)], folder, { ask });
    expect(asked).toEqual(['a', 'b']);
  });

  test('is asked again when the script that is named changes', async () => {
    let asked = 0;
    const ask = async () => ++asked > 0;
    for (const text of ['1', '1', '2', '2', '1']) {
      writeFileSync(join(folder, 'evil.py'), text);
      await requireTrust([field('pre:evil.py')], folder, { ask });
    }
    expect(asked).toBe(2);
  });

  test('no is an error, and is not remembered', async () => {
    for (const _ of [1, 2])
      await expect(requireTrust([field('a')], folder, { ask: async () => false })).rejects.toMatchObject({
        exitCode: 2,
        problems: [{ where: 'kws.json, x', what: expect.stringContaining('"a" can run code') }],
      });
    expect(readdirSync(cache)).toEqual([]);
  });
});

describe('render of a stranger’s project', () => {
  const with_ = (platformio: object): string => {
    const project = chirpProject();
    const path = join(project, 'kws.json');
    const kws = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...kws, boards: { native: { platformio } } }));
    return project;
  };
  const render = (directory: string, ...more: string[]) =>
    kwsGen(['render', '--board', 'native', ...more], { directory });

  test.each([
    [{ buildFlags: ['!touch pwned'] }, 'buildFlags[0]'],
    [{ options: { extra_scripts: 'pre:../evil.py' } }, 'options.extra_scripts'],
    [{ libDeps: ['https://example.org/evil.git'] }, 'libDeps[0]'],
    [{ buildUnflags: ['$(id)'] }, 'buildUnflags[0]'],
  ])('%j is refused by name; --trust agrees once', async (platformio, name) => {
    const directory = with_(platformio);
    const refused = await render(directory);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(`kws.json, boards.native.platformio.${name}: `);
    expect(refused.err).toContain('--trust');
    expect(existsSync(join(directory, 'firmware-out'))).toBe(false);
    expect((await render(directory, '--trust')).code).toBe(0);
    expect((await render(directory)).code).toBe(0);
    expect(JSON.stringify(readdirSync(directory))).not.toContain('trust');
  });

  test('a board file beside kws.json', async () => {
    const directory = chirpProject();
    const nano = JSON.parse(
      readFileSync(join(BOARDS_FOLDER, 'arduino-nano-33-ble.board.json'), 'utf8'),
    ) as Record<string, object>;
    const platformio = { ...nano.platformio, platform: 'https://example.org/evil.git#v1.0.0' };
    const mine = { ...nano, aliases: [], usb: [{ vid: '1209', pid: '0001' }], platformio };
    mkdirSync(join(directory, 'boards'));
    writeFileSync(join(directory, 'boards/mine.board.json'), JSON.stringify(mine));
    const board = (...more: string[]) => kwsGen(['render', '--board', 'mine', ...more], { directory });
    const { code, err } = await board();
    expect([code, err]).toEqual([
      2,
      expect.stringContaining(
        'boards/mine.board.json, platformio.platform: "https://example.org/evil.git#v1.0.0" can run',
      ),
    ]);
    expect([(await board('--trust')).code, (await board()).code]).toEqual([0, 0]);
  });

  test('interpolation is refused even where it is trusted', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: PlatformIO's
    const { code, err } = await render(with_({ buildFlags: ['-DX=${sysenv.HOME}'] }), '--trust');
    expect([code, err]).toEqual([2, expect.stringContaining('starts an interpolation')]);
  });

  test('a port that a shell would read', async () => {
    const directory = chirpProject();
    const path = join(directory, 'kws.json');
    const kws = JSON.parse(readFileSync(path, 'utf8')) as object;
    for (const port of ['/dev/x;id', '$(id)', '`id`', '$X', 'a b']) {
      writeFileSync(path, JSON.stringify({ ...kws, boards: { native: { port } } }));
      const { code, err } = await render(directory);
      expect([code, err]).toEqual([2, expect.stringContaining('boards.native.port')]);
    }
  });
});

describe('a firmware folder that came with the project', () => {
  const put = (path: string, text = '') => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };

  test.each(['lib/kws_model/library.json', 'src/evil.cpp', 'boards/native.json', 'include/stdio.h'])(
    'with %s, which PlatformIO reads',
    (path) => {
      put(path);
      put('src/main.cpp');
      put('src/main.cpp.orig');
      put('notes/readme.txt');
      const files = { 'src/gone.cpp': '' };
      put('src/gone.cpp');
      writeFileSync(
        join(folder, '.kws-gen.json'),
        JSON.stringify({ generatedBy: 'kws-gen', buildId: '', files }),
      );
      expect(foreignFiles(folder, ['src/main.cpp']).map(({ value }) => value)).toEqual([path]);
      adoptFolder(folder);
      expect(foreignFiles(folder, ['src/main.cpp'])).toEqual([]);
    },
  );

  test('what was built elsewhere goes, once', () => {
    put('.pio/build/native/src/main.o');
    put('.pio/libdeps/native/evil/library.json');
    put('.pio/kws-gen.lock');
    adoptFolder(folder);
    expect(readdirSync(join(folder, '.pio'))).toEqual(['kws-gen.lock']);
    put('.pio/build/native/src/main.o');
    adoptFolder(folder);
    expect(readdirSync(join(folder, '.pio'))).toEqual(['build', 'kws-gen.lock']);
  });

  test('another folder under the same path is another one', () => {
    adoptFolder(folder);
    const aside = `${folder}-aside`;
    renameSync(folder, aside);
    put('src/evil.cpp');
    put('.kws-gen.json', '{"generatedBy":"kws-gen","buildId":"","files":{}}');
    expect(foreignFiles(folder, [])).toHaveLength(1);
    rmSync(aside, { recursive: true });
  });

  test('render names the files', async () => {
    const directory = chirpProject();
    mkdirSync(join(directory, 'firmware-out/lib/evil'), { recursive: true });
    writeFileSync(
      join(directory, 'firmware-out/.kws-gen.json'),
      '{"generatedBy":"kws-gen","buildId":"","files":{}}',
    );
    writeFileSync(join(directory, 'firmware-out/lib/evil/library.json'), '{}');
    const first = await kwsGen(['render', '--board', 'native'], { directory });
    expect([first.code, first.err]).toEqual([
      2,
      expect.stringContaining('firmware-out/lib/evil/library.json'),
    ]);
    expect((await kwsGen(['render', '--board', 'native', '--trust'], { directory })).code).toBe(0);
    expect((await kwsGen(['render', '--board', 'native'], { directory })).code).toBe(0);
  });
});

describe('a firmware folder of a stranger that is no folder of files', () => {
  const marked = (make: (marker: string) => void) => {
    const directory = chirpProject();
    mkdirSync(join(directory, 'firmware-out'));
    make(join(directory, 'firmware-out', '.kws-gen.json'));
    return kwsGen(['render', '--board', 'native'], { directory });
  };

  test.each<[string, (marker: string) => void]>([
    ['a pipe', (marker) => execFileSync('mkfifo', [marker])],
    ['a link', (marker) => symlinkSync('/dev/zero', marker)],
    ['a folder', (marker) => mkdirSync(marker)],
    ['too large', (marker) => writeFileSync(marker, ' '.repeat(5e6))],
  ])('its list of files is %s: exit code 2, and it is not waited for', async (_, make) => {
    const { code, err } = await marked(make);
    expect([code, err]).toEqual([2, expect.stringContaining('the list of generated files cannot be read')]);
  });

  test('an output folder below a file is exit code 3, and no defect', async () => {
    const directory = chirpProject();
    const { code, err } = await kwsGen(['render', '--board', 'native', '--output', 'kws.json/x'], {
      directory,
    });
    expect([code, err]).toEqual([3, expect.stringContaining('this folder cannot be read')]);
  });
});
