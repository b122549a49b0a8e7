/** Which settings can run code of their own: rows of both kinds, and the files of a stranger. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadBoards, parseBoard } from '../../src/boards/index.js';
import type { Board } from '../../src/boards/types.js';
import { parseKwsFile } from '../../src/project/parse.js';
import { type PlatformioEntry, trustFields } from '../../src/trust/fields.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';

const boards = loadBoards();
const ofProject = (platformio: PlatformioEntry, id = 'native') =>
  trustFields({ shipped: boards.values(), board: boards.get(id)!, file: 'kws.json', entry: id, platformio });
const wheres = (fields: ReturnType<typeof trustFields>) => fields.map(({ where }) => where);

describe('settings of kws.json', () => {
  test.each([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: SCons's
    ...['!touch pwned', '$(touch pwned)', '`touch pwned`', '-DX=${__import__("os").system("id")}'],
    ...[
      '-DX=$PWD',
      '-fplugin=./evil.so',
      '-B.',
      '-specs=evil.specs',
      '-wrapper sh',
      '@flags',
      '-Wl,-plugin=x',
    ],
    ...[
      '-Dputs=system',
      '-DX=system("id")',
      '-include ../evil.h',
      '-I..',
      '-Wp,-MD,/tmp/x',
      '-fdump-tree-all=x',
    ],
    ...['-O2 !touch pwned', '-fsanitize=address,undefined', 'evil.o', '-xc'],
  ])('the flag %s needs consent', (flag) => {
    expect(wheres(ofProject({ buildFlags: ['-O3', flag] }))).toEqual([
      'kws.json, boards.native.platformio.buildFlags[1]',
    ]);
    expect(ofProject({ options: { build_src_flags: flag } })).toHaveLength(1);
  });

  test.each([
    ...[
      '-O3',
      '-Os',
      '-g',
      '-Wall',
      '-Wno-error=unused',
      '-std=gnu++17',
      '-mcpu=cortex-m4',
      '-mfpu=fpv4-sp-d16',
    ],
    ...[
      '-DKWS_X',
      '-DKWS_X=3',
      '-D KWS_X'.replace(' ', ''),
      '-DMODE=FAST',
      '-UKWS_X',
      '-fno-exceptions',
      '-O2 -g3',
    ],
  ])('the flag %s is harmless', (flag) => {
    expect(ofProject({ buildFlags: [flag] })).toEqual([]);
    expect(ofProject({ options: { build_src_flags: flag } })).toEqual([]);
  });

  test('flags that are taken away are read by the same program', () => {
    expect(ofProject({ buildUnflags: ['-Os', '-Wl,--gc-sections', '-fno-rtti'] })).toEqual([]);
    expect(wheres(ofProject({ buildUnflags: ['-Os', '!id', '-O$(id)'] }))).toEqual([
      'kws.json, boards.native.platformio.buildUnflags[1]',
      'kws.json, boards.native.platformio.buildUnflags[2]',
    ]);
  });

  test.each([
    ...[
      ['extra_scripts', 'pre:evil.py'],
      ['platform', 'https://example.org/p.zip'],
      ['lib_extra_dirs', '..'],
    ],
    ...[
      ['upload_command', 'sh evil.sh'],
      ['custom_kws_qemu', './evil'],
      ['custom_kws_toolchain', '.'],
    ],
    ...[
      ['upload_speed', '$(id)'],
      ['board_build.partitions', '../x.csv'],
      ['monitor_filters', 'evil'],
    ],
    ...[
      ['extends', 'other'],
      ['test_framework', 'custom'],
      ['upload_flags', '-x'],
    ],
  ] as [string, string][])('the option %s = %s needs consent', (key, value) => {
    expect(wheres(ofProject({ options: { [key]: value } }))).toEqual([
      `kws.json, boards.native.platformio.options${key.includes('.') ? `["${key}"]` : `.${key}`}`,
    ]);
  });

  test.each([
    ['upload_speed', '921600'],
    ['board_build.f_cpu', '240000000L'],
    ['board_build.arduino.memory_type', 'qio_opi'],
    ['board_upload.maximum_ram_size', '8000'],
  ])('the option %s = %s is harmless', (key, value) => {
    expect(ofProject({ options: { [key]: value } })).toEqual([]);
  });

  test('libraries bring build scripts: those of our own boards are known', () => {
    const [own] = boards.get('esp32-s3-devkitc-1')!.platformio.libDeps;
    const some = ['a/b@1.0.0', 'https://example.org/x.git', 'symlink://../x'];
    expect(ofProject({ libDeps: [...some, ...(own === undefined ? [] : [own])] })).toHaveLength(3);
  });
});

describeWithSharedData('cases', () => {
  test.each(['flag', 'script'])('the project of a stranger that runs a %s', (name) => {
    const text = readFileSync(sharedPath('cases/kws-json', `${name}.json`), 'utf8');
    const kws = parseKwsFile(text);
    const entry = 'virtual-cortex-m4';
    expect(ofProject(kws.boards![entry]!.platformio!, entry)).toHaveLength(1);
  });
});

describe('board files', () => {
  const own = (change: (board: Record<string, never>) => void): readonly string[] => {
    const file = JSON.parse(
      readFileSync(new URL('../../boards/arduino-nano-33-ble.board.json', import.meta.url), 'utf8'),
    ) as Record<string, never>;
    change(file);
    const board = parseBoard('mine', JSON.stringify(file), 'mine.board.json') as Board;
    return wheres(
      trustFields({
        shipped: boards.values(),
        board,
        file: 'kws.json',
        entry: 'mine',
        platformio: undefined,
      }),
    );
  };

  test('those that come with the tool need none, nor does a copy with other numbers', () => {
    for (const board of boards.values())
      expect(
        trustFields({ shipped: boards.values(), board, file: 'k', entry: board.id, platformio: undefined }),
      ).toEqual([]);
    expect(
      own((board) => {
        Object.assign(board, {
          flashBytes: 1000,
          platformio: { platform: 'nordicnrf52@10.12.0', board: 'other' },
        });
      }),
    ).toEqual([]);
  });

  test.each([
    ['platformio.platform', { platformio: { platform: 'https://example.org/p.git#v1.0.0', board: 'x' } }],
    ['platformio.platform', { platformio: { platform: 'someone/nordicnrf52@1.0.0', board: 'x' } }],
    [
      'platformio.framework',
      { platformio: { platform: 'nordicnrf52@10.11.0', board: 'x', framework: 'evil' } },
    ],
    ['platformio.board', { platformio: { platform: 'nordicnrf52@10.11.0', board: '../evil' } }],
    [
      'platformio.buildFlags[0]',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
      { platformio: { platform: 'nordicnrf52@10.11.0', board: 'x', buildFlags: ['!touch${IFS}x'] } },
    ],
    [
      'twin.floatFlags[0]',
      { twin: { board: 'virtual-cortex-m4', cpu: 'cortex-m4', note: 'n', floatFlags: ['-B.'] } },
    ],
    ['twin.cpu', { twin: { board: 'virtual-cortex-m4', cpu: 'm4 -B.', note: 'n' } }],
  ])('%s of a user’s own', (where, change) => {
    expect(own((board) => Object.assign(board, change))).toEqual([`mine.board.json, ${where}`]);
  });
});
