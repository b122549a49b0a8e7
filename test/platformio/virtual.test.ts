import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { commandLine } from '../../src/platformio/processes.js';
import {
  claimVirtual,
  cleanUpVirtual,
  stopVirtual,
  virtualState,
  virtualStateFolder,
} from '../../src/platformio/virtual.js';

const env = { KWS_CACHE_DIR: mkdtempSync(join(tmpdir(), 'kws, state ')) };

/** A process that looks like the board of a state folder: its command line has the memory file. */
function board(folder: string, { ours = true, pidFileOnly = false } = {}) {
  mkdirSync(folder, { recursive: true });
  const memory = join(folder, 'memory.bin');
  const argument = ours ? `mem-path=${memory.replaceAll(',', ',,')}` : 'something else';
  const child = execa(process.execPath, ['-e', 'setInterval(() => {}, 1000)', argument], { reject: false });
  const state = {
    pid: child.pid,
    pty: '/dev/pts/0',
    memory,
    board: 'b',
    startTime: 1,
    link: true,
    sound: null,
  };
  if (!pidFileOnly) writeFileSync(join(folder, 'state.json'), JSON.stringify(state));
  writeFileSync(join(folder, 'pid'), `${child.pid}\n`);
  return { child, state };
}

test('state folders lie in the cache and differ by project and environment', () => {
  const folders = [
    virtualStateFolder('/a/firmware-out', 'x', env),
    virtualStateFolder('/b/firmware-out', 'x', env),
    virtualStateFolder('/a/firmware-out', '../x', env),
  ];
  expect(new Set(folders).size).toBe(3);
  for (const folder of folders) expect(join(folder, '..')).toBe(join(env.KWS_CACHE_DIR, 'virtual'));
});

describe('stopVirtual', () => {
  test('ends the board and forgets it', async () => {
    const folder = virtualStateFolder('/p', 'one', env);
    const { child, state } = board(folder);
    expect(virtualState(folder)).toEqual(state);
    expect(await stopVirtual(folder)).toBe(true);
    expect((await child).signal).toBe('SIGTERM');
    expect(virtualState(folder)).toBeUndefined();
  });

  test('ends a board that was started but not yet recorded', async () => {
    const folder = virtualStateFolder('/p', 'two', env);
    const { child } = board(folder, { pidFileOnly: true });
    expect(await stopVirtual(folder)).toBe(true);
    expect((await child).signal).toBe('SIGTERM');
  });

  test('leaves a process alone that only has the same id', async () => {
    const folder = virtualStateFolder('/p', 'three', env);
    const { child } = board(folder, { ours: false });
    expect(virtualState(folder)).toBeUndefined();
    expect(await stopVirtual(folder)).toBe(false);
    expect(commandLine(child.pid!)).not.toBe('');
    child.kill();
    await child;
  });

  test.each([
    '',
    '{',
    '[]',
    '{"pid":"1"}',
    '{"pid":-1,"pty":"x","memory":"x","board":"x","startTime":0}',
    'null',
  ])('a broken state file is no board: %s', async (text) => {
    const folder = virtualStateFolder('/p', 'broken', env);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'state.json'), text);
    writeFileSync(join(folder, 'pid'), text);
    expect(virtualState(folder)).toBeUndefined();
    expect(await stopVirtual(folder)).toBe(false);
  });
});

describe('cleanUpVirtual', () => {
  test('stops what nobody owns any more, and nothing else', async () => {
    const [mine, orphaned, released] = ['mine', 'orphaned', 'released'].map((name) =>
      virtualStateFolder('/q', name, env),
    ) as [string, string, string];
    const boards = { mine: board(mine), orphaned: board(orphaned), released: board(released) };
    await claimVirtual(mine);
    writeFileSync(join(orphaned, 'owner.json'), JSON.stringify({ pid: process.pid, start: 'another time' }));
    expect(await cleanUpVirtual(env)).toEqual([orphaned]);
    expect((await boards.orphaned.child).signal).toBe('SIGTERM');
    expect(existsSync(orphaned)).toBe(false);
    expect(virtualState(mine)).toEqual(boards.mine.state);
    expect(virtualState(released)).toEqual(boards.released.state);
    await stopVirtual(mine);
    await stopVirtual(released);
    expect(await cleanUpVirtual(env)).toEqual([]);
    expect(existsSync(released)).toBe(false);
  });

  test('an empty cache is clean', async () => {
    expect(await cleanUpVirtual({ KWS_CACHE_DIR: join(env.KWS_CACHE_DIR, 'none') })).toEqual([]);
  });
});
