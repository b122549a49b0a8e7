/** A bench of boards: what its file may say, its programs before and after, its locks and time limits. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runHook } from '../../src/bench/hooks.js';
import { type Bench, benchTrust, chooseBoards, loadBench } from '../../src/bench/load.js';
import { lockBoard } from '../../src/bench/lock.js';
import { openBenchBoard } from '../../src/bench/open.js';
import { benchJsonSchema } from '../../src/bench/schema.js';
import { loadBoards } from '../../src/boards/index.js';
import { type KwsError, toolError } from '../../src/diagnostics/errors.js';
import { loadProject } from '../../src/project/load.js';
import { aimAt } from '../../src/targets/aim.js';
import type { Stages } from '../../src/targets/stages.js';
import { hostSession } from '../support/host-session.js';
import { root } from '../support/native.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kws-bench-'));
  vi.stubEnv('KWS_CACHE_DIR', join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const BOARDS = loadBoards();
async function bench(...boards: object[]): Promise<Bench> {
  const file = join(folder, 'hil.json');
  writeFileSync(file, JSON.stringify({ version: 1, boards }));
  return loadBench(file, 'hil.json', BOARDS);
}
const m4 = { name: 'm4', board: 'virtual-cortex-m4' };
const node = (code: string) => [process.execPath, '-e', code];

test('schemas/hil.schema.json is fresh (KWS_UPDATE_SCHEMAS=1 writes it)', () => {
  const path = join(root, 'schemas', 'hil.schema.json');
  if (process.env.KWS_UPDATE_SCHEMAS === '1') writeFileSync(path, benchJsonSchema());
  expect(readFileSync(path, 'utf8')).toBe(benchJsonSchema());
});

describe('the file', () => {
  test('virtual boards of one kind are told apart, real ones by their serial numbers', async () => {
    const nano = { board: 'arduino-nano-33-ble' };
    const { boards } = await bench(
      m4,
      { ...m4, name: 'again' },
      { ...nano, name: 'a', serial: '1' },
      { ...nano, name: 'b', serial: '2' },
      { ...nano, name: 'twin', emulate: true },
      ...['d', 'e'].map((name) => ({ name, board: 'rpipico', emulate: 'firmware' })),
      { name: 'chip', board: 'rpipico', emulate: 'chip' },
    );
    expect(boards.map(({ name, virtual, another }) => [name, virtual, another])).toEqual([
      ['m4', true, 0],
      ['again', true, 1],
      ['a', false, 0],
      ['b', false, 0],
      ['twin', true, 0],
      ['d', true, 0],
      ['e', true, 1],
      ['chip', true, 0],
    ]);
  });

  test.each<[string, object[], string]>([
    ['a name twice', [m4, m4], 'hil.json, boards[1].name: "m4" stands there twice'],
    ['a board that nobody knows', [{ ...m4, board: 'nano9' }], 'hil.json, boards[0].board: '],
    ['a port of a virtual board', [{ ...m4, port: '/dev/x' }], 'hil.json, boards[0].port: means nothing'],
    ['a field that is not there', [{ ...m4, retry: 1 }], 'hil.json, boards[0].retry: there is no such field'],
    ['the word for all', [{ ...m4, name: 'all' }], 'hil.json, boards[0].name: "all" is the word'],
    ['many tries', [{ ...m4, retries: 11 }], 'hil.json, boards[0].retries: 11 is above 10'],
    [
      'two of a kind, and not which',
      ['a', 'b'].map((name) => ({ name, board: 'arduino-nano-33-ble' })),
      'hil.json, boards[1].serial: several boards of one kind',
    ],
  ])('%s', async (_, boards, message) => {
    const error = await bench(...boards).catch((thrown: unknown) => thrown);
    expect([(error as KwsError).exitCode, (error as KwsError).message]).toEqual([
      2,
      expect.stringContaining(message),
    ]);
  });

  test('boards are chosen by name, or all of them', async () => {
    const three = await bench(m4, { ...m4, name: 'b' }, { ...m4, name: 'c' });
    const names = (...wanted: string[]) => chooseBoards(three, wanted).map(({ name }) => name);
    expect([names('all'), names('c', 'm4')]).toEqual([
      ['m4', 'b', 'c'],
      ['c', 'm4'],
    ]);
    expect(() => names('m5')).toThrow('there is no board "m5"');
  });

  test('its programs need consent, each by its place', async () => {
    const one = await bench(m4, { ...m4, name: 'b', before: ['sh', '-c', 'x'], after: ['y'] });
    expect(benchTrust(one, one.boards).map(({ where, value }) => [where, value])).toEqual([
      ['hil.json, boards[1].before', 'sh -c x'],
      ['hil.json, boards[1].after', 'y'],
    ]);
  });
});

describe('programs before and after', () => {
  const hook = async (before: readonly string[], more = {}) => {
    const one = await bench({ ...m4, before, ...more });
    return runHook(one, one.boards[0]!, 'before', undefined);
  };

  test('run in the folder of the bench, without a shell, and know their board', async () => {
    await hook(
      node("require('fs').writeFileSync('said', process.env.KWS_BENCH_NAME + process.argv[1])").concat(
        '$HOME',
      ),
    );
    expect(readFileSync(join(folder, 'said'), 'utf8')).toBe('m4$HOME');
  });

  test.each<[string, string[], object, string]>([
    ['an exit code', node("console.log('no hub'); process.exit(4)"), {}, 'ended with exit code 4'],
    ['nothing of that name', ['no-such-program-of-mine'], {}, 'could not be started'],
    ['no end', node('setInterval(() => {}, 1000)'), { hookTimeout: 1 }, 'did not end within 1 s'],
  ])('%s is an error of the tool, with what it said', async (_, words, more, message) => {
    const error = await hook(words, more).catch((thrown: unknown) => thrown);
    expect((error as KwsError).exitCode).toBe(3);
    expect((error as KwsError).message).toContain(message);
  });
});

describe('locks', () => {
  test('a board that another process has is waited for, and who it is is told', async () => {
    const one = await bench(m4);
    const [board] = one.boards;
    const release = await lockBoard(one, board!);
    const lock = readLock();
    release();
    expect(existsSync(lock)).toBe(false);
    // Another process, which has it: as it would have written the lock itself.
    const other = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log("up")'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await once(other.stdout, 'data');
    const { processStart } = await import('../../src/platformio/processes.js');
    const start = processStart(other.pid!);
    writeFileSync(lock, JSON.stringify({ pid: other.pid, start, command: 'kws-gen test' }));
    const told: string[] = [];
    const late = lockBoard(one, board!, { patience: 0, waiting: (text) => told.push(text) });
    await expect(late).rejects.toThrow('another run has this board');
    expect(told).toEqual([`m4: waiting for process ${other.pid} (kws-gen test), which has this board`]);
    // Its end gives the board to whoever waits.
    const waiting = lockBoard(one, board!);
    other.stdin.end();
    await once(other, 'exit');
    (await waiting)();
  });

  /** The one lock file there is. */
  function readLock(): string {
    const inside = join(folder, 'cache', 'bench');
    const [only] = readdirSync(inside);
    return join(inside, only!);
  }

  test('a real board is the same in every bench', async () => {
    const nano = { name: 'a', board: 'arduino-nano-33-ble', serial: '1A2B' };
    const one = await bench(nano);
    const release = await lockBoard(one, one.boards[0]!);
    const elsewhere = { ...one, file: '/elsewhere/hil.json' };
    const lock = readLock();
    const again = await lockBoard(elsewhere, { ...one.boards[0]!, name: 'b', serial: '1a2b' });
    expect(readLock()).toBe(lock);
    again();
    release();
  });
});

describe('a board that is opened', () => {
  async function open(more: object, stages: Partial<Stages> = {}) {
    const project = await loadProject(join(root, 'examples/chirp'));
    const steps: string[] = [];
    const log = (what: string) =>
      node(`require('fs').appendFileSync('steps', ${JSON.stringify(`${what}\n`)})`);
    const one = await bench({ ...m4, before: log('before'), after: log('after'), ...more });
    const usage = { used: 1, total: 2 };
    const all: Stages = {
      render: async () => ({ files: new Map(), buildId: `0123456789ab${'0'.repeat(52)}` }),
      count: () => expect.unreachable(),
      locate: async (aim) => aim,
      write: async () => {},
      build: async () => ({ flash: usage, ram: usage, artifact: 'f', seconds: 1 }),
      upload: async () => ({ port: 'x', stop: async () => void steps.push('stop') }),
      find: () => expect.unreachable(),
      open: async (_, signal) => hostSession(project, { signal }),
      clip: () => expect.unreachable(),
      ...stages,
    };
    const aim = aimAt(project, { board: 'virtual-cortex-m4' });
    const opening = openBenchBoard({ bench: one, board: one.boards[0]!, aim }, { folder }, all);
    const said = () => readFileSync(join(folder, 'steps'), 'utf8').trim().split('\n');
    return { opening, steps, said };
  }

  test('its programs run around it, once, and its lock is given back', async () => {
    const { opening, steps, said } = await open({});
    const boards = await opening;
    expect(said()).toEqual(['before']);
    await boards.stop();
    await boards.stop();
    expect([said(), steps]).toEqual([['before', 'after'], ['stop']]);
    await (await open({})).opening.then(({ stop }) => stop());
  });

  test('where the upload fails, the program after it runs all the same, and the failure is told', async () => {
    const failing = { upload: () => Promise.reject(toolError({ what: 'no probe' })) };
    const { opening, said } = await open({}, failing);
    await expect(opening).rejects.toThrow('no probe');
    expect(said()).toEqual(['before', 'after']);
  });

  test('an upload that does not end is ended', async () => {
    const hanging: Partial<Stages> = {
      upload: (_aim, _folder, { signal }) =>
        new Promise((_, reject) => signal!.addEventListener('abort', () => reject(new Error('ended')))),
    };
    const { opening } = await open({ flashTimeout: 1 }, hanging);
    await expect(opening).rejects.toThrow('the upload does not end within 1 s');
  });
});
