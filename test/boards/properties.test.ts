/**
 * Adding a board is adding a file: the properties hold for the boards there are, and for a folder that has more of
 * them, a platform from a git repository among them.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BOARDS_FOLDER, type Boards, loadBoards } from '../../src/boards/load.js';
import { BOARD_PROPERTIES } from './properties.js';

const PROPERTIES = Object.entries(BOARD_PROPERTIES);

describe.each([...loadBoards().keys()])('%s', (id) => {
  const boards = loadBoards();
  test.each(PROPERTIES)('%s', (_, holds) => holds(boards.get(id)!, boards));
});

const ADDED = {
  'aaa-nano': [
    'arduino-nano-33-ble',
    {
      name: 'A nano',
      aliases: ['a_nano', 'aNano'],
      platform: 'https://github.com/example/platform-nano.git#v1.2.3',
      tflm: null,
      defaultRuntime: 'aot',
    },
  ],
  'ncommit-pico': [
    'arduino-nano-rp2040-connect',
    { name: 'A pico', platform: 'git+https://example.org/platform-pico#0a1b2c3d4e5f' },
  ],
  'lonely-esp': [
    'esp32-s3-devkitc-1',
    { name: 'Without', twin: { board: null, note: 'nothing is like it' } },
  ],
  'zzz-virtual': ['virtual-cortex-m4', { name: 'Another M4' }],
} as const;

describe('a folder with more boards', () => {
  let folder: string;
  let boards: Boards;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kws more boards '));
    cpSync(BOARDS_FOLDER, folder, { recursive: true });
    for (const [id, [like, { platform, ...changes }]] of Object.entries(ADDED) as [
      string,
      readonly [string, Record<string, unknown>],
    ][]) {
      const board = JSON.parse(readFileSync(join(BOARDS_FOLDER, `${like}.board.json`), 'utf8'));
      const platformio = { ...board.platformio, platform: platform ?? board.platformio.platform };
      const added = { ...board, platformio, aliases: [], ...changes };
      writeFileSync(join(folder, `${id}.board.json`), JSON.stringify(added));
    }
    boards = loadBoards(undefined, folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('has a board for every file', () => {
    const files = readdirSync(folder).map((name) => name.replace('.board.json', ''));
    expect([...boards.keys()]).toEqual(files.sort());
    expect(boards.size).toBe(loadBoards().size + Object.keys(ADDED).length);
  });

  describe.each(Object.keys(ADDED))('%s', (id) => {
    test.each(PROPERTIES)('%s', (_, holds) => holds(boards.get(id)!, boards));
  });

  test('and what is not true of a board is found', () => {
    const nano = boards.get('arduino-nano-33-ble')!;
    const soft = { ...nano, platformio: { ...nano.platformio, buildUnflags: [] } };
    const broken = PROPERTIES.filter(([, holds]) => {
      try {
        holds(soft, boards);
        return false;
      } catch {
        return true;
      }
    });
    expect(broken.map(([name]) => name)).toEqual([
      'takes back the soft-float ABI that mbed’s platform appends, where it has an FPU',
    ]);
  });
});
