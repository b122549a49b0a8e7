/** Boards of a project's own, beside kws.json: found with the tool's, checked, and never in their place. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { BOARDS_FOLDER, findBoard, loadBoards, projectBoards } from '../../src/boards/load.js';
import { resolveTwin } from '../../src/boards/twin.js';
import { KwsError } from '../../src/diagnostics/errors.js';

const shipped = loadBoards();
const valid = {
  ...JSON.parse(readFileSync(join(BOARDS_FOLDER, 'arduino-nano-33-ble.board.json'), 'utf8')),
  aliases: ['mynano'],
  name: 'My Nano',
};

const made: string[] = [];
let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'kws own boards '));
  made.push(project);
});
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

function put(id: string, value: unknown): string {
  mkdirSync(join(project, 'boards'), { recursive: true });
  const path = join(project, 'boards', `${id}.board.json`);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}

function refused(): string {
  try {
    projectBoards(project);
  } catch (error) {
    if (error instanceof KwsError && error.exitCode === 2) return error.message;
    throw error;
  }
  return 'nothing was thrown';
}

describe('boards beside kws.json', () => {
  test('join those of the tool, and know their file', () => {
    const path = put('my-nano', valid);
    const boards = projectBoards(project);
    expect(boards.size).toBe(shipped.size + 1);
    expect([...boards.keys()]).toEqual([...boards.keys()].sort());
    expect(findBoard('mynano', boards)).toMatchObject({ id: 'my-nano', name: 'My Nano', file: path });
    expect(findBoard('nano33ble', boards).file).toBeUndefined();
    expect(loadBoards(join(project, 'boards'))).toEqual(boards);
  });

  test('have twins on the virtual boards of the tool', () => {
    const path = put('my-nano', { ...valid, ramBytes: 65_536 });
    const boards = projectBoards(project);
    const twin = resolveTwin(findBoard('my-nano', boards), boards);
    expect(twin).toMatchObject({ id: 'my-nano-twin', ramBytes: 65_536, file: path });
  });

  test('are none where there is no folder, or it holds other things', () => {
    expect(projectBoards(project)).toEqual(shipped);
    expect(projectBoards(join(project, 'nowhere'))).toEqual(shipped);
    mkdirSync(join(project, 'boards'));
    writeFileSync(join(project, 'boards', 'esp32.json'), '{}');
    expect(projectBoards(project)).toEqual(shipped);
  });

  test('are none where the folder is the tool’s own', () => {
    symlinkSync(BOARDS_FOLDER, join(project, 'boards'));
    expect(projectBoards(project)).toEqual(shipped);
  });
});

describe('refused', () => {
  test.each([
    [
      'the id of a board of the tool',
      'native',
      valid,
      'boards/native.board.json: "native" is a board of kws-gen\n' +
        '  why: a board of your own is one more; for settings of a board there is, kws.json has "boards"\n' +
        '  next: give the file another name',
    ],
    [
      'an alias of a board of the tool as id',
      'nano33ble',
      valid,
      'boards/nano33ble.board.json: "nano33ble" already names arduino-nano-33-ble\n',
    ],
    [
      'an alias of a board of the tool as alias',
      'my-nano',
      { ...valid, aliases: ['nano33ble'] },
      'boards/my-nano.board.json, aliases: "nano33ble" already names arduino-nano-33-ble\n  next: remove it',
    ],
    [
      'the id of a board of the tool as alias',
      'my-nano',
      { ...valid, aliases: ['native'] },
      'boards/my-nano.board.json, aliases: "native" already names native\n  next: remove it',
    ],
    [
      'the id of a twin',
      'my-nano-twin',
      valid,
      'boards/my-nano-twin.board.json: "my-nano-twin" cannot be a board id\n' +
        '  why: ids that end in -twin are those of twins\n  next: rename the file',
    ],
    [
      'a twin on a board that is not there',
      'my-nano',
      { ...valid, twin: { ...valid.twin, board: 'virtual-cortex-m5' } },
      'boards/my-nano.board.json, twin.board: "virtual-cortex-m5" is no virtual board\n' +
        '  next: did you mean virtual-cortex-m3?',
    ],
    [
      'a field that is wrong',
      'my-nano',
      { ...valid, clockHz: '64 MHz' },
      'boards/my-nano.board.json, clockHz: "64 MHz"',
    ],
    ['no JSON', 'my-nano', '{', 'boards/my-nano.board.json: this is no JSON\n  why: '],
  ])('%s', (_, id, value, message) => {
    put(id, value);
    expect(refused()).toContain(message);
  });

  test('what is no file', () => {
    mkdirSync(join(project, 'boards', 'my-nano.board.json'), { recursive: true });
    expect(refused()).toBe('boards/my-nano.board.json: this is no file');
  });

  test('a link that leads nowhere', () => {
    mkdirSync(join(project, 'boards'));
    symlinkSync('/nonexistent', join(project, 'boards', 'my-nano.board.json'));
    expect(refused()).toContain('boards/my-nano.board.json: this board file cannot be read\n  why: ENOENT');
  });

  test('all at once', () => {
    put('native', valid);
    put('Other', '{');
    expect(refused()).toContain('boards/native.board.json: ');
    expect(refused()).toContain('boards/Other.board.json: "Other" cannot be a board id');
  });
});
