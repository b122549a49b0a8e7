/** Programs of runs that were killed are found by records with start times, and ended with what they started. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { leftOver, recordProgram } from '../../src/platformio/left-over.js';
import { commandLine, processStart } from '../../src/platformio/processes.js';
import { runTool } from '../../src/platformio/run-tool.js';
import { orphanedVirtual } from '../../src/platformio/virtual.js';

let env: { KWS_CACHE_DIR: string };
const pids: number[] = [];
beforeEach(() => {
  env = { KWS_CACHE_DIR: mkdtempSync(join(tmpdir(), 'kws-left-')) };
});
afterEach(() => {
  for (const pid of pids.splice(0))
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  rmSync(env.KWS_CACHE_DIR, { recursive: true, force: true });
});

/** A leader of a group with a child, both of which do not care for SIGTERM where told so. */
async function group(stubborn = false) {
  const ignore = stubborn ? "process.on('SIGTERM', () => {});" : '';
  const program = `${ignore} const c = require('node:child_process').spawn('sleep', ['1000']);
    console.log(c.pid); setInterval(() => {}, 1000);`;
  const leader = spawn(process.execPath, ['-e', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  pids.push(leader.pid!);
  const [line] = (await once(leader.stdout, 'data')) as [Buffer];
  return { pid: leader.pid!, child: Number(line.toString()), gone: once(leader, 'exit') };
}

const record = (pid: number) => join(env.KWS_CACHE_DIR, 'running', `${pid}.json`);
const change = (pid: number, edit: (value: { program: object; owner: { start: string } }) => void) => {
  const value = JSON.parse(readFileSync(record(pid), 'utf8')) as {
    program: object;
    owner: { start: string };
  };
  edit(value);
  writeFileSync(record(pid), JSON.stringify(value));
};
/** As if the process that waited had been killed, and its id were another's. */
const ownerGone = (pid: number) =>
  change(pid, ({ owner }) => {
    owner.start = '1';
  });

describe('a program', () => {
  test.each([false, true])(
    'whose owner is gone is ended with its children; stubborn: %s',
    async (stubborn) => {
      const { pid, child, gone } = await group(stubborn);
      recordProgram(pid, 'pio run in /p\u001b[2J', env);
      ownerGone(pid);
      const [found, ...more] = leftOver(env);
      expect([found?.pid, found?.what, more]).toEqual([pid, 'pio run in /p', []]);
      await found!.end();
      await gone;
      await vi.waitFor(() => expect([commandLine(pid), commandLine(child)]).toEqual(['', '']), 5000);
      expect(leftOver(env)).toEqual([]);
    },
  );

  test('whose owner runs is left alone', async () => {
    const { pid } = await group();
    const remove = recordProgram(pid, 'x', env);
    expect(leftOver(env)).toEqual([]);
    remove();
    expect(readdirSync(join(env.KWS_CACHE_DIR, 'running'))).toEqual([]);
  });

  test('whose id another program has by now is not touched', async () => {
    const { pid } = await group();
    recordProgram(pid, 'x', env);
    ownerGone(pid);
    change(pid, (value) => Object.assign(value.program, { start: '2' }));
    expect(leftOver(env)).toEqual([]);
    expect(processStart(pid)).toBeDefined();
    expect(readdirSync(join(env.KWS_CACHE_DIR, 'running'))).toEqual([]);
  });

  test('records that make no sense are removed', () => {
    mkdirSync(join(env.KWS_CACHE_DIR, 'running'));
    for (const [name, text] of [
      ['12.json', '{'],
      ['13.json', '{"program":{"pid":1,"start":"1"}}'],
    ])
      writeFileSync(join(env.KWS_CACHE_DIR, 'running', name!), text!);
    expect(leftOver(env)).toEqual([]);
    expect(readdirSync(join(env.KWS_CACHE_DIR, 'running'))).toEqual([]);
  });
});

test('runTool tells the process id while it runs, and that it is over', async () => {
  const told: string[] = [];
  await runTool(process.execPath, ['-e', ''], {
    started: (pid) => {
      told.push(typeof processStart(pid));
      return () => told.push('over');
    },
  });
  expect(told).toEqual(['string', 'over']);
});

test('a virtual board whose owner is gone', async () => {
  const folder = join(env.KWS_CACHE_DIR, 'virtual', 'p-native-0');
  mkdirSync(folder, { recursive: true });
  const memory = join(folder, 'memory.bin');
  const board = spawn('sleep', ['1000'], { argv0: `board ${memory}`, detached: true, stdio: 'ignore' });
  pids.push(board.pid!);
  const state = { pid: board.pid, pty: '/dev/pts/x', memory, board: 'native', startTime: 0 };
  writeFileSync(join(folder, 'state.json'), JSON.stringify(state));
  expect(orphanedVirtual(env)).toEqual([]);
  writeFileSync(join(folder, 'owner.json'), JSON.stringify({ pid: 999_999, start: '1' }));
  expect(leftOver(env)).toMatchObject([{ pid: board.pid, what: 'the virtual board native' }]);
  const gone = once(board, 'exit');
  await leftOver(env)[0]!.end();
  await gone;
  expect(leftOver(env)).toEqual([]);
});
