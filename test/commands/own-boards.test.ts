/** A board beside kws.json is a board like any other, in every command that takes or lists boards. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { BOARDS_FOLDER } from '../../src/boards/index.js';
import { build } from '../../src/commands/build.js';
import { COMMANDS } from '../../src/commands/commands.js';
import { evaluateProject } from '../../src/commands/evaluate.js';
import { flash } from '../../src/commands/flash.js';
import { monitor } from '../../src/commands/monitor.js';
import type { OptionValues } from '../../src/commands/support/options.js';
import { loadProject } from '../../src/project/load.js';
import { aimAt } from '../../src/targets/aim.js';
import type { Stages } from '../../src/targets/stages.js';
import { fakeContext, jsonLines, kwsGen } from '../support/command-line.js';
import { hostSession } from '../support/host-session.js';
import { chirpProject } from './chirps.js';

const ID = 'my-nano';
const USB = { vid: 'F055', pid: '9801' };
let directory: string;
let file: string;
let board: Record<string, unknown>;
let kws: string;
beforeAll(() => {
  directory = chirpProject();
  kws = readFileSync(join(directory, 'kws.json'), 'utf8');
  mkdirSync(join(directory, 'boards'));
  file = join(directory, 'boards', `${ID}.board.json`);
  const nano = readFileSync(join(BOARDS_FOLDER, 'arduino-nano-33-ble.board.json'), 'utf8');
  board = { ...JSON.parse(nano), name: 'My Nano', aliases: ['mynano'], usb: [USB], flashBytes: 900_000 };
});
beforeEach(() => {
  writeFileSync(file, JSON.stringify(board));
  writeFileSync(join(directory, 'kws.json'), kws);
  vi.stubEnv('KWS_PORTS_JSON', '[]');
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (...argv: string[]) => kwsGen(argv, { directory });
const json = async (...argv: string[]) => jsonLines((await run(...argv, '--json')).out);

const aNano = (path: string) => ({ path, vendorId: USB.vid, productId: USB.pid });
const ports = (...list: object[]) => vi.stubEnv('KWS_PORTS_JSON', JSON.stringify(list));

/** Commands that never come to a board, or make a project that has none of its own yet. */
const WITHOUT_BOARDS = ['train', 'features', 'quantize', 'help'];

/** By command: what shows that it knows the board. */
const KNOWN: Readonly<Record<string, () => Promise<void>>> = {
  async boards() {
    const { out } = await run('boards');
    expect(out.split('\n')[0]).toMatch(/VERIFIED +LOAD +ALSO CALLED .*FILE$/);
    expect(out).toMatch(/^my-nano .* compiled +\d+ % +mynano/m);
    expect(out).toMatch(/^my-nano .* mynano +boards\/my-nano\.board\.json$/m);
    expect(out).toMatch(/^native .* -$/m);
    const lines = await json('boards');
    expect(lines.find((line) => line.board === ID)).toMatchObject({
      file: 'boards/my-nano.board.json',
      load: expect.closeTo(0.1, 0),
    });
    expect(lines.find((line) => line.board === 'native')).toMatchObject({ file: null, load: null });
  },
  async ports() {
    ports(aNano('/dev/ttyACM0'));
    expect(await json('ports')).toMatchObject([{ path: '/dev/ttyACM0', boards: [ID] }]);
  },
  async doctor() {
    expect((await run('doctor')).out).toContain('ok       your board my-nano  (boards/my-nano.board.json)\n');
  },
  async inspect() {
    const [line] = await json('inspect', 'chirp.tflite');
    expect(line!.boards).toContainEqual(expect.objectContaining({ board: ID, runtimes: ['aot', 'tflm'] }));
  },
  async init() {
    const [line] = await json('init', 'chirp.tflite', '--labels', 'a,b', '--board', 'mynano', '--force');
    expect(line).toMatchObject({ project: { board: ID }, runs: { [ID]: ['aot', 'tflm'] } });
    expect(JSON.parse(readFileSync(join(directory, 'kws.json'), 'utf8')).board).toBe(ID);
  },
  async export() {
    const line = (await json('export', '--cmake', '--board', 'mynano', '--output', 'library')).at(-1);
    expect(line).toMatchObject({ board: ID });
  },
  async render() {
    const line = (await json('render', '--board', 'mynano', '--output', 'out')).at(-1);
    expect(line).toMatchObject({ board: ID });
    expect(readFileSync(join(directory, 'out/platformio.ini'), 'utf8')).toContain('[env:my-nano]\n');
    const twin = (await json('render', '--board', ID, '--emulate', '--output', 'out')).at(-1);
    expect(twin).toMatchObject({ board: 'my-nano-twin' });
    const ini = readFileSync(join(directory, 'out/platformio.ini'), 'utf8');
    expect(ini).toContain('board_upload.maximum_size = 900000\n');
  },
  async build() {
    expect(await aimed((options, context, stages) => build(options, context, stages))).toBe(ID);
  },
  async flash() {
    expect(await aimed((options, context, stages) => flash(options, context, stages))).toBe(ID);
    const { code, err } = await run('flash', '--board', ID);
    expect([code, err]).toEqual([3, expect.stringContaining('My Nano: no port of this board was found')]);
  },
  async monitor() {
    expect(await aimed((options, context, stages) => monitor(options, context, stages))).toBe(ID);
    // Without a name it is found by its USB ids.
    ports(aNano('/dev/nonexistent-nano'));
    writeFileSync(join(directory, 'kws.json'), JSON.stringify({ ...JSON.parse(kws), board: undefined }));
    const { code, err } = await kwsGen(['monitor', '--output', 'nowhere'], {
      directory: join(directory, '..'),
      terminal: false,
    });
    expect([code, err]).toEqual([2, expect.stringContaining('none was found')]);
    const mine = await run('monitor', '--project', '.', '--output', 'nowhere');
    expect(mine.err).toContain('/dev/nonexistent-nano');
  },
  async evaluate() {
    const positives = ['chirps/0.wav'];
    const host = await run('evaluate', '--board', 'mynano', '--positives', ...positives);
    expect([host.code, host.err]).toEqual([0, '']);
    const device = await run('evaluate', '--board', ID, '--on-device', '--positives', ...positives);
    expect(device.err).toContain('My Nano: no port of this board was found');
    // The board that already runs says which it is.
    const project = await loadProject(directory);
    const { context, err } = fakeContext({ directory });
    const session = hostSession(project, { hello: { board: ID } });
    const stages = { find: async () => ({ port: 'x' }), open: async () => session };
    const verdict = await evaluateProject({ positives, port: 'x' }, context, async () => ({
      ...(stages as unknown as Stages),
      render: async () => ({ files: new Map(), buildId: `0123456789ab${'0'.repeat(52)}` }),
    }));
    expect([verdict, err()]).toEqual([0, expect.not.stringContaining('warning')]);
  },
  async test() {
    mkdirSync(join(directory, 'suite', 'chirp'), { recursive: true });
    cpSync(join(directory, 'chirps', '0.wav'), join(directory, 'suite', 'chirp', '0.wav'));
    const { code, err } = await run('test', 'suite', '--board', 'mynano');
    expect([code, err]).toEqual([3, expect.stringContaining('My Nano: no port of this board was found')]);
  },
  async verify() {
    const { code, err } = await run('verify', 'chirps/0.wav', '--board', 'mynano');
    expect([code, err]).toEqual([3, expect.stringContaining('My Nano: no port of this board was found')]);
  },
  async profile() {
    const { code, err } = await run('profile', 'chirps/0.wav', '--board', 'mynano');
    expect([code, err]).toEqual([3, expect.stringContaining('My Nano: no port of this board was found')]);
  },
  async mic() {
    const { code, err } = await run('mic', '--board', 'mynano');
    expect([code, err]).toEqual([3, expect.stringContaining('My Nano: no port of this board was found')]);
  },
  async record() {
    const { code, err } = await run('record', 'recorded', '--board', 'mynano');
    expect([code, err]).toEqual([3, expect.stringContaining('My Nano: no port of this board was found')]);
  },
  async tune() {
    const recordings = ['--positives', 'chirps', '--negatives', 'others', '--max-fa', '9999/h', '--dry-run'];
    expect(await run('tune', '--board', 'mynano', ...recordings)).toMatchObject({ code: 0 });
  },
};

/** The id of the board that a command's first step is given. */
async function aimed(
  command: (
    options: OptionValues,
    context: ReturnType<typeof fakeContext>['context'],
    stages: Stages,
  ) => Promise<unknown>,
): Promise<string | undefined> {
  let id: string | undefined;
  const enough = new Error('enough');
  const stages = {
    render: async (aim: { board: { id: string } }) => {
      id = aim.board.id;
      throw enough;
    },
    find: async (named: { id: string } | undefined) => {
      id = named?.id;
      throw enough;
    },
  } as unknown as Stages;
  const { context } = fakeContext({ directory });
  await expect(command({ board: 'mynano' }, context, stages)).rejects.toBe(enough);
  return id;
}

describe('a board beside kws.json', () => {
  test.each(COMMANDS.map(({ name }) => name).filter((name) => !WITHOUT_BOARDS.includes(name)))(
    'is known to %s',
    async (name) => {
      await KNOWN[name]!();
    },
  );

  test('is known to the library, for a project that was loaded', async () => {
    expect(aimAt(await loadProject(directory), { board: 'mynano' }).board.id).toBe(ID);
  });

  test('is looked for beside kws.json, wherever the command runs', async () => {
    const { out } = await kwsGen(['boards', '--project', directory, '--json'], { directory: '/' });
    expect(jsonLines(out).map((line) => line.board)).toContain(ID);
  });

  test('boards are listed beside a project that cannot be read, without its load', async () => {
    writeFileSync(join(directory, 'kws.json'), '{}');
    const { code, out, err } = await run('boards');
    expect(code).toBe(0);
    expect(out).toMatch(/VERIFIED +ALSO CALLED/);
    expect(err).toContain('kws.json');
  });

  test('with a mistake in it: every command says which, none goes on', async () => {
    writeFileSync(file, JSON.stringify({ ...board, core: 'cortex-m4d' }));
    const commands: readonly (readonly string[])[] = [
      ['boards'],
      ['ports'],
      ['inspect', 'chirp.tflite'],
      ['init', 'chirp.tflite', '--labels', 'a,b', '--force'],
      ['render', '--board', 'native'],
      ['build', '--board', 'native'],
      ['flash', '--board', 'native'],
      ['monitor', '--board', 'native'],
      ['evaluate', '--positives', 'chirps'],
      ['tune', '--positives', 'chirps', '--negatives', 'others', '--max-fa', '9/h'],
    ];
    for (const argv of commands) {
      const { code, out, err } = await run(...argv);
      expect([code, out], argv[0]).toEqual([2, '']);
      expect(err, argv[0]).toContain(
        'error boards/my-nano.board.json, core: "cortex-m4d" is not known here\n  next: did you mean "cortex-m4f"?\n',
      );
    }
    const { code, out } = await run('doctor');
    expect(code).toBe(1);
    expect(out).toContain(
      'wrong    boards/my-nano.board.json, core: "cortex-m4d" is not known here\n         next: did you mean',
    );
    expect((await json('doctor')).at(-1)).toMatchObject({
      t: 'own-board',
      problems: [{ what: expect.any(String) }],
    });
  });
});
