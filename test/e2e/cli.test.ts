/**
 * What a user does with the tool, in a folder with a space in its path: flash, play, watch, interrupt. The
 * built program, the real PlatformIO, compiler, QEMU and ports.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { createHostRun, runClip } from '../../src/evaluate/host-run.js';
import { loadProject } from '../../src/project/load.js';
import { openModel } from '../../src/readers/index.js';
import { describeWithToolchain } from './platform-support.js';
import { type Line, type ToolEnd, type ToolRun, Workshop } from './tool.js';

const BOARD = ['--board', 'virtual-cortex-m4'];

let shop: Workshop;
let project: string;
let second: string;
beforeAll(async () => {
  shop = await Workshop.open();
  project = shop.example();
  second = shop.example('second project');
});
afterAll(() => shop?.close());

/** What the host says of a clip, as the lines of a board that plays it. */
async function hostLines(file: string, clip: string): Promise<unknown[]> {
  const run = createHostRun(await loadProject(project, { openModel }));
  const events = runClip(run, await loadClip(join(project, file), 16_000));
  return events.map((event) => ({ ...event, clip }));
}

const pcm = async (file: string): Promise<Buffer> =>
  Buffer.from((await loadClip(join(project, file), 16_000)).buffer);

const types = (lines: readonly Line[]) => lines.map(({ t }) => t);
const played = (lines: readonly Line[]) =>
  lines.filter(({ t }) => ['score', 'detect', 'end', 'fault', 'warning'].includes(t));

/** Sends the clip again and again until the program ends, as a microphone would. */
async function feed({ stdin, end }: ToolRun, sound: Uint8Array): Promise<void> {
  let over = false;
  void end.then(() => {
    over = true;
  });
  while (!over) {
    if (stdin.writable) stdin.write(sound);
    await sleep(100);
  }
}

/** Starts `flash --play -` and returns once scores come. */
async function streaming(folder: string, sound: Uint8Array): Promise<ToolRun> {
  const run = shop.start(['flash', ...BOARD, '--play', '-', '--json'], { cwd: folder, openInput: true });
  void feed(run, sound);
  await run.line(({ t }) => t === 'score');
  return run;
}

function success({ code, stderr, stdout }: ToolEnd): void {
  expect({ code, stderr: code === 0 ? '' : `${stderr}${stdout.slice(-2000)}` }).toEqual({
    code: 0,
    stderr: '',
  });
}

describeWithToolchain('a user', () => {
  test('flashes and plays clips: what the board says is what the host computes', async () => {
    const end = await shop.run(
      ['flash', ...BOARD, '--play', 'chirp.wav', '--play', './other.wav', '--json'],
      { cwd: project },
    );
    success(end);
    expect(types(end.lines).slice(0, 2)).toEqual(['build', 'hello']);
    expect(end.lines[1]).toMatchObject({
      board: 'virtual-cortex-m4',
      runtime: 'aot',
      labels: ['other', 'chirp'],
    });
    const expected = [
      ...(await hostLines('chirp.wav', 'chirp.wav')),
      ...(await hostLines('other.wav', './other.wav')),
    ];
    expect(played(end.lines)).toEqual(expected);
    expect(end.lines.filter(({ t }) => t === 'detect').map(({ label, clip }) => [label, clip])).toEqual([
      ['chirp', 'chirp.wav'],
      ['chirp', 'chirp.wav'],
    ]);
    // Every line of stdout is one of these objects.
    expect(end.stdout.trimEnd().split('\n')).toHaveLength(end.lines.length);
    expect(await shop.leftOver()).toEqual([]);
  });

  test('pipes raw PCM into it and waits for the word: 0', async () => {
    const end = await shop.run(['flash', ...BOARD, '--play', '-', '--until-detect', 'chirp'], {
      cwd: project,
      input: await pcm('chirp.wav'),
    });
    success(end);
    expect(end.lines.at(-1)).toMatchObject({ t: 'detect', label: 'chirp', clip: '-' });
    expect(await shop.leftOver()).toEqual([]);
  });

  test('leaves it running, and monitor waits for a word that does not come: 1', async () => {
    const flash = await shop.run(['flash', ...BOARD, '--no-monitor', '--json'], { cwd: project });
    success(flash);
    expect(types(flash.lines)).toEqual(['build', 'hello']);
    expect(shop.processes()).toHaveLength(1);

    const monitor = await shop.run(['monitor', '--play', 'other.wav', '--until-detect', 'chirp', '--json'], {
      cwd: project,
    });
    expect(monitor.code, monitor.stderr).toBe(1);
    expect(played(monitor.lines)).toEqual(await hostLines('other.wav', 'other.wav'));
    expect(await shop.leftOver()).toEqual([]);

    const nothing = await shop.run(['monitor', '--json'], { cwd: project });
    expect(nothing.code).toBe(3);
    expect(nothing.lines).toMatchObject([{ t: 'error', next: expect.stringContaining('--no-monitor') }]);
  });

  test('runs two projects side by side and interrupts them in mid-stream', async () => {
    const sound = await pcm('other.wav');
    const two = [project, second];
    const runs = await Promise.all(two.map((folder) => streaming(folder, sound)));
    expect(shop.processes().filter((line) => line.startsWith('qemu'))).toHaveLength(2);
    runs[0]!.kill('SIGINT');
    success(await runs[0]!.end);
    // The other one goes on.
    const seen = runs[1]!.lines.length;
    while (runs[1]!.lines.length === seen) await sleep(20);
    runs[1]!.kill('SIGTERM');
    success(await runs[1]!.end);
    expect(await shop.leftOver()).toEqual([]);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'interrupts a build with %s: 130, and nothing works on',
    async (signal) => {
      const folder = shop.example(`built ${signal}`);
      const run = shop.start(['flash', ...BOARD, '--play', 'chirp.wav', '--json'], { cwd: folder });
      const log = join(folder, 'firmware-out', '.pio', 'building-virtual-cortex-m4.log');
      while (!existsSync(log)) await sleep(20);
      run.kill(signal);
      expect(await run.end).toMatchObject({ code: 130, lines: [] });
      expect(await shop.leftOver()).toEqual([]);
    },
  );

  test('kills the tool while it plays: the next run ends what it left', async () => {
    const run = await streaming(project, await pcm('other.wav'));
    run.kill('SIGKILL');
    expect((await run.end).code).toBe('SIGKILL');
    const orphans = shop.processes().filter((line) => line.startsWith('qemu'));
    expect(orphans).toHaveLength(1);

    // Another project's run: it need not be the same board that is started next.
    const next = await shop.run(['flash', ...BOARD, '--play', 'chirp.wav', '--json'], {
      cwd: second,
    });
    success(next);
    expect(played(next.lines)).toEqual(await hostLines('chirp.wav', 'chirp.wav'));
    expect(await shop.leftOver()).toEqual([]);
  });

  test('closes the pipe it writes to (kws-gen flash | head): it ends', async () => {
    const run = await streaming(project, await pcm('other.wav'));
    run.stdout.destroy();
    const { code, stderr } = await run.end;
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|error|unexpected/i);
    expect(await shop.leftOver()).toEqual([]);
  });

  describe('meets trouble', () => {
    /** The second project with settings for the board. */
    const withPlatformio = (platformio: object): string => {
      const folder = second;
      const kws = JSON.parse(readFileSync(join(folder, 'kws.json'), 'utf8')) as object;
      const boards = { 'virtual-cortex-m4': { platformio } };
      writeFileSync(join(folder, 'kws.json'), JSON.stringify({ ...kws, boards }));
      return folder;
    };

    test('code that does not compile: the first error, and where the log is', async () => {
      const folder = withPlatformio({ buildFlags: ['-include no_such_header.h'] });
      const { code, lines, stderr } = await shop.run(['build', ...BOARD, '--json'], { cwd: folder });
      expect(code, stderr).toBe(3);
      const log = join(folder, 'firmware-out', '.pio', 'building-virtual-cortex-m4.log');
      expect(lines).toMatchObject([
        {
          t: 'error',
          exit: 3,
          what: expect.stringContaining('no_such_header.h: No such file or directory'),
          next: expect.stringContaining(log),
        },
      ]);
      expect(readFileSync(log, 'utf8')).toContain('no_such_header.h');
    });

    test('a memory that is too small: by how much, exit code 2', async () => {
      const folder = withPlatformio({
        options: { 'board_upload.maximum_ram_size': '20000', 'board_build.stack_size': '4096' },
      });
      const { code, lines, stderr } = await shop.run(['build', ...BOARD, '--json'], { cwd: folder });
      expect(code, stderr).toBe(2);
      expect(lines).toMatchObject([
        {
          t: 'error',
          exit: 2,
          what: expect.stringMatching(/does not fit into the RAM .* \d+ bytes too many/),
        },
      ]);
    });

    test('no PlatformIO anywhere: exit code 3 with the fix', async () => {
      const home = join(shop.folder, 'empty home');
      mkdirSync(home);
      const { KWS_PIO: _, ...env } = shop.env;
      const { code, lines } = await shop.run(['flash', ...BOARD, '--json'], {
        cwd: project,
        env: { ...env, HOME: home, PATH: home, KWS_CACHE_DIR: join(home, 'cache') },
      });
      expect(code).toBe(3);
      expect(lines).toMatchObject([
        {
          t: 'error',
          exit: 3,
          what: expect.stringContaining('PlatformIO is not installed'),
          next: expect.stringContaining('kws-gen doctor --fix'),
        },
      ]);
    });
  });
});
