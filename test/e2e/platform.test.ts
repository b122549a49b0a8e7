/**
 * The virtual boards through the real PlatformIO, cross compiler, QEMU and serialport, with a test firmware of
 * one file over kws_hal.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import type { KwsError } from '../../src/diagnostics/errors.js';
import { DoesNotFitError } from '../../src/platformio/build-errors.js';
import { buildFirmware, startVirtual } from '../../src/platformio/platformio.js';
import { commandLine, processStart } from '../../src/platformio/processes.js';
import { findPlatformio } from '../../src/platformio/toolchain.js';
import type { BuildProgress } from '../../src/platformio/types.js';
import {
  cleanUpVirtual,
  releaseVirtual,
  stopVirtual,
  virtualState,
  virtualStateFolder,
} from '../../src/platformio/virtual.js';
import {
  describeWithToolchain,
  Line,
  processorSeconds,
  temporaryFolder,
  withOwnCache,
  writeFixture,
} from './platform-support.js';

const BOARDS = [
  'virtual_cortex_m3',
  'virtual_cortex_m4',
  'virtual_cortex_m7',
  'virtual_cortex_m33',
  'virtual_cortex_m55',
  'native',
] as const;
/** Ticks per second of their counters, where it is not 25 MHz. */
const TPS: Readonly<Record<string, number>> = {
  virtual_cortex_m33: 20_000_000,
  virtual_cortex_m55: 32_000_000,
};

describeWithToolchain('virtual boards', () => {
  const folder = temporaryFolder();
  /** A cache of its own: the first build is a cold one, and boards of other runs are left alone. */
  const env = withOwnCache(join(folder, 'the cache'));
  const started = new Set<string>();
  const project = (name: string, options: Parameters<typeof writeFixture>[1]) =>
    writeFixture(join(folder, name), options);
  const start = async (path: string, icount?: number) => {
    started.add(virtualStateFolder(path, 'board', env));
    return startVirtual(path, 'board', { env, ...(icount === undefined ? {} : { icount }) });
  };

  afterAll(async () => {
    for (const state of started) await stopVirtual(state);
    rmSync(folder, { recursive: true, force: true });
  });

  for (const board of BOARDS) {
    describe(board, () => {
      const path = project(board, { board });

      test('is built, with sizes and progress', async () => {
        const seen: BuildProgress[] = [];
        const report = await buildFirmware(path, 'board', {
          virtual: true,
          env,
          onProgress: (progress) => seen.push(progress),
        });
        expect(report.flash.used).toBeGreaterThan(1000);
        expect(report.flash.left).toBe(report.flash.total - report.flash.used);
        expect(report.ram.used).toBeGreaterThan(0);
        expect(existsSync(report.program)).toBe(true);
        expect(readFileSync(report.log, 'utf8')).toContain('SUCCESS');
        expect(report.warnings).toEqual([]);
        expect(seen.at(-1)?.compiled).toBeGreaterThan(3);
        expect(seen.map(({ text }) => text)).toContain('compiling main');
      });

      test('is started, says hello, answers, hears audio through shared memory', async () => {
        const state = await start(path);
        expect(state.board).toBe(board);
        const line = await Line.open(state);
        try {
          const hello = JSON.parse(await line.next('"hello"')) as object;
          expect(hello).toEqual({
            kws: 1,
            t: 'hello',
            static: 42,
            data: 7,
            float: 300,
            tps: TPS[board] ?? 25_000_000,
          });
          line.send('h');
          expect(JSON.parse(await line.next('"hello"'))).toEqual(hello);
          const samples = Int16Array.from({ length: 200_000 }, (_, i) => ((i * 7919) % 65536) - 32768);
          shareSamples(state.memory, samples);
          line.send('s');
          expect(JSON.parse(await line.next('"hash"'))).toEqual({
            samples: samples.length,
            hash: hashOf(samples),
          });
          line.send('w'.repeat(2));
          await line.next('done');
          await line.next('done');
        } finally {
          await line.close();
        }
      });

      test('sleeps when idle', async () => {
        const state = virtualState(virtualStateFolder(path, 'board', env))!;
        await sleep(500);
        const before = processorSeconds(state.pid);
        await sleep(2_000);
        expect((processorSeconds(state.pid) - before) / 2).toBeLessThan(0.05);
      });

      test('is stopped by the next upload and by stopVirtual', async () => {
        const before = virtualState(virtualStateFolder(path, 'board', env))!;
        const after = await start(path);
        expect(after.pid).not.toBe(before.pid);
        expect(commandLine(before.pid)).toBe('');
        expect(await stopVirtual(virtualStateFolder(path, 'board', env))).toBe(true);
        expect(commandLine(after.pid)).toBe('');
        expect(virtualState(virtualStateFolder(path, 'board', env))).toBeUndefined();
        expect(await stopVirtual(virtualStateFolder(path, 'board', env))).toBe(false);
      });
    });
  }

  test('two boards run side by side', async () => {
    const states = [];
    for (const board of ['virtual_cortex_m4', 'native'] as const)
      states.push(await start(join(folder, board)));
    expect(states[0]!.pty).not.toBe(states[1]!.pty);
    const lines = await Promise.all(states.map((state) => Line.open(state)));
    for (const line of lines) await line.next('"hello"');
    for (const line of lines) await line.close();
  });

  test('instructions are counted exactly, and a counting board sleeps, too', async () => {
    const state = await start(join(folder, 'virtual_cortex_m4'), 6);
    const line = await Line.open(state);
    await line.next('"hello"');
    for (let i = 0; i < 3; ++i) {
      line.send('t');
      const { ticks } = JSON.parse(await line.next('"ticks"')) as { ticks: number };
      // 100 calls of a loop of 1000 turns with 4 instructions, 2 around it, some for the call.
      expect((ticks * 40) / 64 / 100).toBeGreaterThan(4004);
      expect((ticks * 40) / 64 / 100).toBeLessThan(4007);
    }
    const before = processorSeconds(state.pid);
    await sleep(1_000);
    expect(processorSeconds(state.pid) - before).toBeLessThan(0.1);
    await line.close();
  });

  const CRASHES = [
    ['c', /"code":"crash","message":"The program crashed \(pc 0x[0-9a-f]{8}, /],
    ['n', /The program crashed \(pc 0x/],
    ['o', /The program's stack overflowed/],
    ['a', /The program called exit\(\) or abort\(\)/],
  ] as const;
  for (const board of [
    'virtual_cortex_m4',
    'virtual_cortex_m3',
    'virtual_cortex_m33',
    'virtual_cortex_m55',
  ] as const) {
    test.each(CRASHES)(`a crash on ${board} is reported, again and again: %s`, async (command, message) => {
      const line = await Line.open(await start(join(folder, board)));
      await line.next('"hello"');
      line.send(command);
      const fault = await line.next('"fault"');
      expect(fault).toMatch(message);
      expect(JSON.parse(fault)).toMatchObject({ kws: 1, t: 'fault', code: 'crash' });
      expect(await line.next('"fault"')).toBe(fault);
      await line.close();
    });
  }

  test('a twin with the code of a Cortex-M0+ runs on the Cortex-M3', async () => {
    const path = project('m0plus', {
      board: 'virtual_cortex_m3',
      lines: ['board_build.cpu = cortex-m0plus', 'board_build.float_flags = -mfloat-abi=soft'],
    });
    const line = await Line.open(await start(path));
    expect(await line.next('"hello"')).toContain('"float":300');
    await line.close();
  });

  test('the limits of the board that a twin stands for are enforced', async () => {
    const limits = ['board_upload.maximum_size = 65536', 'board_upload.maximum_ram_size = 32768'];
    const fits = project('fits', {
      board: 'virtual_cortex_m4',
      lines: limits,
      flags: '-DKWS_TEST_RAM=20000',
    });
    const report = await buildFirmware(fits, 'board', { virtual: true, env });
    expect([report.flash.total, report.ram.total]).toEqual([65536, 32768]);

    // 32,768 bytes of RAM hold 8,192 bytes of stack besides.
    const ram = project('ram', { board: 'virtual_cortex_m4', lines: limits, flags: '-DKWS_TEST_RAM=30000' });
    const noRam = await errorOf(buildFirmware(ram, 'board', { virtual: true, env }));
    expect(noRam).toBeInstanceOf(DoesNotFitError);
    expect((noRam as DoesNotFitError).exitCode).toBe(2);
    expect((noRam as DoesNotFitError).overflows).toEqual([{ memory: 'ram', bytes: expect.any(Number) }]);
    expect(noRam.message).toMatch(/^the firmware does not fit into the RAM of board: \d+ bytes too many\n/);

    const flash = project('flash', {
      board: 'virtual_cortex_m4',
      lines: limits,
      flags: '-DKWS_TEST_FLASH=70000',
    });
    const noFlash = await errorOf(buildFirmware(flash, 'board', { virtual: true, env }));
    expect((noFlash as DoesNotFitError).overflows[0]?.memory).toBe('flash');
  });

  test("a compiler error is the first one, with its place and the log's", async () => {
    const path = project('broken', {
      board: 'virtual_cortex_m4',
      code: 'int broken() { return undeclared_thing; }',
    });
    const error = await errorOf(buildFirmware(path, 'board', { virtual: true, env }));
    expect((error as KwsError).exitCode).toBe(3);
    expect(error.message).toMatch(
      /^src\/main\.cpp:\d+:\d+: the firmware for board does not compile: .undeclared_thing. was not declared/,
    );
    expect(error.message).toContain(join(path, '.pio', 'building-board.log'));
  });

  test('an undefined function is named', async () => {
    const path = project('unlinked', {
      board: 'native',
      code: 'void absent();\nstruct Caller { Caller() { absent(); } } caller;',
    });
    const error = await errorOf(buildFirmware(path, 'board', { virtual: true, env }));
    expect(error.message).toContain('undefined reference to `absent()');
  });

  test('a missing compiler is named with its package', async () => {
    const path = project('uncompiled', {
      board: 'virtual_cortex_m4',
      lines: ['custom_kws_toolchain = /nowhere'],
    });
    const error = await errorOf(buildFirmware(path, 'board', { virtual: true, env }));
    expect(error.message).toMatch(/^\/nowhere\/arm-none-eabi-g(cc|\+\+) is not installed/);
    expect(error.message).toContain('arm-none-eabi');
  });

  test('a platform that would have to be downloaded fails without a network, and is not waited for', async () => {
    const path = project('offline', { board: 'none', platform: 'kws-no-such-platform@1.0.0' });
    // A proxy that refuses connections stands for a network that is not there.
    const proxy = 'http://127.0.0.1:9';
    const offline = { ...env, HTTPS_PROXY: proxy, HTTP_PROXY: proxy, https_proxy: proxy, http_proxy: proxy };
    const error = await errorOf(buildFirmware(path, 'board', { virtual: true, env: offline }));
    expect(error.message).toContain(
      'kws-no-such-platform @ 1.0.0 is not installed, and PlatformIO cannot download it',
    );
  });

  test('an abort ends the compilers and leaves no board', async () => {
    const path = project('aborted', { board: 'virtual_cortex_m4', code: slowCode() });
    const controller = new AbortController();
    let atWork: string[] = [];
    const built = buildFirmware(path, 'board', {
      virtual: true,
      env,
      signal: controller.signal,
      onProgress: ({ text }) => {
        if (text !== 'compiling main') return;
        setTimeout(() => {
          atWork = processesIn(path);
          controller.abort(new Error('enough'));
        }, 300);
      },
    });
    const error = await errorOf(built);
    expect(error.message).toBe('enough');
    expect(atWork.join('\n')).toContain('cc1plus');
    expect(processesIn(path)).toEqual([]);
  });

  test('a board whose owner was killed is stopped by the next run, a released one is not', async () => {
    const path = join(folder, 'native');
    const state = virtualStateFolder(path, 'board', env);
    started.add(state);
    const orphan = await start(path);
    // Another process owns it, as if it had started it.
    const owner = execa('sleep', ['1000'], { reject: false });
    const identity = { pid: owner.pid, start: processStart(owner.pid!) };
    writeFileSync(join(state, 'owner.json'), JSON.stringify(identity));
    expect(await cleanUpVirtual(env)).not.toContain(state);
    expect(virtualState(state)).toEqual(orphan);
    owner.kill('SIGKILL');
    await owner;
    expect(await cleanUpVirtual(env)).toContain(state);
    expect(commandLine(orphan.pid)).toBe('');

    const kept = await start(path);
    releaseVirtual(state);
    expect(await cleanUpVirtual(env)).not.toContain(state);
    expect(virtualState(state)).toEqual(kept);
    await stopVirtual(state);
  });

  test('the PlatformIO that was found is asked once', async () => {
    const found = await findPlatformio(env);
    const known = join(folder, 'the cache', 'platformio-known');
    const file = join(known, readdirSync(known)[0]!);
    const remembered = readFileSync(file, 'utf8');
    writeFileSync(file, remembered.replace(found!.version, '0.0.1'));
    expect((await findPlatformio(env))?.version).toBe('0.0.1');
    writeFileSync(file, remembered);
  });
});

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it succeeded');
}

/** What the host's side does: samples behind the header, then the count. */
function shareSamples(file: string, samples: Int16Array): void {
  const memory = openSync(file, 'r+');
  try {
    const header = Buffer.alloc(12);
    readSync(memory, header, 0, 12, 0);
    expect(header.toString('latin1', 0, 4)).toBe('KWSA');
    expect(header.readUInt32LE(8)).toBeGreaterThanOrEqual(samples.length);
    writeSync(memory, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength), 0, undefined, 64);
    const written = Buffer.alloc(4);
    written.writeUInt32LE(samples.length);
    writeSync(memory, written, 0, 4, 12);
  } finally {
    closeSync(memory);
  }
}

function hashOf(samples: Int16Array): number {
  return samples.reduce((hash, sample) => (Math.imul(hash, 31) + (sample & 0xffff)) >>> 0, 0);
}

/** Command lines of the processes that work in a folder. */
function processesIn(folder: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const inside = pids.filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false;
    }
  });
  return inside.map((pid) => commandLine(Number(pid))).filter((line) => line !== '');
}

/** Keeps the compiler busy for seconds. */
function slowCode(): string {
  return `template <int N> struct Slow { static int f(int x) { return Slow<N - 1>::f(x) * N + Slow<N - 1>::f(x + 1); } };
template <> struct Slow<0> { static int f(int x) { return x; } };
int slow(int x) { return Slow<800>::f(x); }`;
}
