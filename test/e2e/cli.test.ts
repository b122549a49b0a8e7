/**
 * What a user does with the tool, in a folder with a space in its path: flash, play, watch, interrupt. The
 * built program, the real PlatformIO, compiler, QEMU and ports.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { createHostRun, runClip } from '../../src/evaluate/host-run.js';
import { loadProject } from '../../src/project/load.js';
import { unhurried } from './host-lines.js';
import { describeWithToolchain } from './platform-support.js';
import { afterEstimates, type Line, type ToolEnd, type ToolRun, Workshop } from './tool.js';

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
  const run = createHostRun(await loadProject(project));
  const events = runClip(run, await loadClip(join(project, file), 16_000));
  return events.map((event) => ({ ...event, clip }));
}

const pcm = async (file: string): Promise<Buffer> =>
  Buffer.from((await loadClip(join(project, file), 16_000)).buffer);

const types = (lines: readonly Line[]) => lines.map(({ t }) => t);
const played = (lines: readonly Line[]) =>
  lines.filter(({ t }) => ['score', 'detect', 'end', 'fault', 'warning'].includes(t)).map(unhurried);

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
    expect(types(afterEstimates(end.lines)).slice(0, 2)).toEqual(['build', 'hello']);
    expect(afterEstimates(end.lines)[1]).toMatchObject({
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

  test('starts a program that was built elsewhere, where there is no compiler', async () => {
    const build = await shop.run(['build', ...BOARD, '--json'], { cwd: project });
    const artifact = build.lines.find(({ t }) => t === 'build')!.artifact as string;
    const tools = join(shop.folder, 'only an emulator');
    mkdirSync(tools);
    symlinkSync(
      execFileSync('which', ['qemu-system-arm'], { encoding: 'utf8' }).trim(),
      join(tools, 'qemu-system-arm'),
    );
    const flash = (board: string) =>
      shop.run(
        [
          'flash',
          '--board',
          board,
          '--artifact',
          artifact,
          '--output',
          'elsewhere',
          '--play',
          'chirp.wav',
          '--json',
        ],
        { cwd: project, env: { ...shop.env, PATH: tools } },
      );
    const end = await flash('virtual-cortex-m4');
    success(end);
    expect(played(end.lines)).toEqual(await hostLines('chirp.wav', 'chirp.wav'));
    expect(await flash('virtual-cortex-m3')).toMatchObject({ code: 2 });
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
    expect(types(afterEstimates(flash.lines))).toEqual(['build', 'hello']);
    expect(shop.processes()).toHaveLength(1);

    // As the host is asked below: without silence around the clip.
    const alone = ['--lead', '0', '--tail', '0'];
    const monitor = await shop.run(
      ['monitor', '--play', 'other.wav', ...alone, '--until-detect', 'chirp', '--json'],
      { cwd: project },
    );
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
    // One more in a folder whose board is in use: it is told, and the board is left alone.
    const late = await shop.run(['flash', ...BOARD, '--play', 'chirp.wav', '--json'], { cwd: project });
    expect([late.code, late.lines.at(-1)]).toMatchObject([
      3,
      {
        what: 'the virtual board of this folder is in use',
        why: expect.stringContaining(`process ${runs[0]!.pid} `),
        next: expect.stringContaining('--output FOLDER'),
      },
    ]);
    const heard = runs[0]!.lines.length;
    while (runs[0]!.lines.length === heard) await sleep(20);
    runs[0]!.kill('SIGINT');
    success(await runs[0]!.end);
    // The other one goes on.
    const seen = runs[1]!.lines.length;
    while (runs[1]!.lines.length === seen) await sleep(20);
    runs[1]!.kill('SIGTERM');
    success(await runs[1]!.end);
    expect(await shop.leftOver()).toEqual([]);
  });

  test('runs twice in one folder: one build waits for the other', async () => {
    const lock = join(project, 'firmware-out', '.pio', 'kws-gen.lock');
    const build = () => shop.start(['build', ...BOARD, '--json'], { cwd: project });
    const first = build();
    while (!existsSync(lock)) await sleep(5);
    // Held up in the middle, so that the other one comes into its way.
    first.kill('SIGSTOP');
    const other = build();
    await other.told(`waiting for ${join(project, 'firmware-out')}: process ${first.pid} (kws-gen build`);
    first.kill('SIGCONT');
    const ends = await Promise.all([first.end, other.end]);
    for (const end of ends) success(end);
    const [one, two] = ends.map(({ lines }) => afterEstimates(lines)[0]!);
    expect(one).toMatchObject({ t: 'build', flash: two!.flash, ram: two!.ram });
    const files = readdirSync(join(project, 'firmware-out'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /\.partial|\.dead|\.orig|kws-gen\.lock/.test(file))).toEqual([]);

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

  test('kills the tool while it builds in a folder with a $: doctor ends what it left, and it builds', async () => {
    const folder = shop.example('co$t of');
    const run = shop.start(['build', ...BOARD], { cwd: folder });
    const records = join(shop.cache, 'running');
    const recorded = () => existsSync(records) && readdirSync(records).some((name) => name.endsWith('.json'));
    while (!recorded()) await sleep(5);
    // It is recorded as soon as it has an id, which is before it is itself.
    while (shop.pio().length === 0) await sleep(5);
    // As one that hangs: what nobody reads any more would end it.
    for (const pid of shop.pio()) process.kill(pid, 'SIGSTOP');
    run.kill('SIGKILL');
    await run.end;
    const { lines } = await shop.run(['doctor', '--json'], { cwd: folder });
    const left = lines.filter(({ t }) => t === 'left-over');
    expect(left).toMatchObject([{ what: expect.stringContaining('pio run in '), ended: false }]);
    const built = await shop.run(['build', ...BOARD, '--json'], { cwd: folder });
    success(built);
    expect(afterEstimates(built.lines)).toMatchObject([{ t: 'build' }]);
    expect(await shop.leftOver()).toEqual([]);
  });

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
      const { code, lines, stderr } = await shop.run(['build', ...BOARD, '--trust', '--json'], {
        cwd: folder,
      });
      expect(code, stderr).toBe(3);
      const log = join(folder, 'firmware-out', '.pio', 'building-virtual-cortex-m4.log');
      expect(afterEstimates(lines)).toMatchObject([
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
        options: { 'board_upload.maximum_ram_size': '8000', 'board_build.stack_size': '4096' },
      });
      const { code, lines, stderr } = await shop.run(['build', ...BOARD, '--json'], { cwd: folder });
      expect(code, stderr).toBe(2);
      expect(afterEstimates(lines)).toMatchObject([
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
      expect(afterEstimates(lines)).toMatchObject([
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
