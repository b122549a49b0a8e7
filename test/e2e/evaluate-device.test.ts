/**
 * evaluate on virtual boards: the built program, the real PlatformIO, compiler and QEMU. What the boards say is
 * what the host says, in every inference and every decision.
 */
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chirp, mixed, noise, toPcm, wavFile } from '../../examples/chirp/sound.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { describeWithToolchain } from './platform-support.js';
import { type Line, type ToolEnd, Workshop } from './tool.js';

const ON_M4 = ['--board', 'virtual-cortex-m4', '--on-device'];
const CLIPS = ['--positives', 'chirps', '--negatives', 'others'];

let shop: Workshop;
let project: string;
beforeAll(async () => {
  shop = await Workshop.open();
  project = shop.example();
  recordings(project);
});
afterAll(() => shop?.close());

/** Rising chirps, one of them hardly there; falling ones, noise and a hidden rising one. */
function recordings(folder: string): void {
  const save = (name: string, sound: Float64Array) =>
    writeFileSync(join(folder, name), wavFile(toPcm(sound)));
  const room = (seed: number, seconds = 0.8) => noise(seconds, 0.003, seed);
  for (const name of ['chirps', 'others']) mkdirSync(join(folder, name));
  for (const [i, loudness] of [0.3, 0.1, 0.0005].entries())
    save(`chirps/${i}.wav`, mixed(room(i + 1), chirp('up', loudness), 0.2));
  save('others/falling.wav', mixed(room(9), chirp('down'), 0.2));
  save('others/rising.wav', mixed(room(10, 2), chirp('up'), 1));
  save('hiss.wav', noise(1, 0.2, 4));
}

interface Verdict {
  readonly equal: boolean;
  readonly clips: number;
  readonly boards: number;
  readonly inferences: { readonly compared: number; readonly equal: number };
  readonly detections: { readonly compared: number; readonly equal: number };
  readonly differences: readonly { readonly what: string; readonly clip: string }[];
}

const verdictOf = ({ lines }: ToolEnd) => lines.at(-1)!.device as Verdict;
const withoutDevice = ({ device: _, ...line }: Line) => line;

function success({ code, stderr, stdout }: ToolEnd): void {
  expect({ code, said: code === 0 ? '' : `${stderr}${stdout.slice(-2000)}` }).toEqual({ code: 0, said: '' });
}

describeWithToolchain('the example', () => {
  test.each(['native', 'virtual-cortex-m4'])(
    'on %s, in noise too: the report is the host’s, and so is every score',
    async (board) => {
      const args = ['evaluate', ...CLIPS, '--noise', 'hiss.wav', '--snr', '10', '--board', board, '--json'];
      const [device, host] = [
        await shop.run([...args, '--on-device'], { cwd: project }),
        await shop.run(args, { cwd: project }),
      ];
      success(device);
      success(host);
      expect(device.lines.map(({ t }) => t)).toEqual(['evaluate']);
      expect(withoutDevice(device.lines[0]!)).toEqual(host.lines[0]);
      const { equal, clips, inferences, detections, differences } = verdictOf(device);
      expect({ equal, clips, differences }).toEqual({ equal: true, clips: 8, differences: [] });
      expect(inferences.equal).toBe(inferences.compared);
      expect(inferences.compared).toBeGreaterThan(800);
      expect(detections.compared).toBeGreaterThanOrEqual(3);
      expect(await shop.leftOver()).toEqual([]);
    },
  );

  test('a board that already runs, over its serial line; after another cutoff it is flash that is needed', async () => {
    const folder = shop.example('running');
    recordings(folder);
    const board = ['--board', 'virtual-cortex-m4'];
    const flashed = await shop.run(['flash', ...board, '--no-monitor', '--json'], { cwd: folder });
    success(flashed);
    const { pty } = await running();
    // A serial line is slower than speech.
    const short = ['--positives', 'chirps/0.wav', '--lead', '300ms', '--tail', '300ms'];
    const evaluate = ['evaluate', ...short, '--json', '--port', pty];
    const same = await shop.run(evaluate, { cwd: folder });
    success(same);
    expect(verdictOf(same)).toMatchObject({ equal: true, clips: 1, boards: 1, detections: { compared: 1 } });

    const kws = readFileSync(join(folder, 'kws.json'), 'utf8');
    writeFileSync(join(folder, 'kws.json'), kws.replace('"cutoff": 0.8', '"cutoff": 0.05'));
    const other = await shop.run(evaluate, { cwd: folder });
    expect(other.code).toBe(1);
    expect(other.lines.map(({ t }) => t)).toEqual(['warning', 'evaluate']);
    const { equal, inferences, differences } = verdictOf(other);
    expect([equal, inferences.equal]).toEqual([false, inferences.compared]);
    expect(new Set(differences.map(({ what }) => what))).toEqual(new Set(['detection']));

    writeFileSync(join(folder, 'kws.json'), kws.replace('"micro-wake-word"', '"micro-wake-word-v1"'));
    const another = await shop.run(evaluate, { cwd: folder });
    expect([another.code, another.lines[0]!.what]).toEqual([3, 'the board’s front end is not the project’s']);
    success(await shop.run(['monitor', ...board, '--for', '1ms'], { cwd: folder }));
    expect(await shop.leftOver()).toEqual([]);
  });

  /** A minute of noise, so that something is under way. */
  const long = () => {
    const path = join(project, 'long.wav');
    writeFileSync(path, wavFile(toPcm(noise(60, 0.1, 5))));
    return ['evaluate', ...ON_M4, '--negatives', ...Array.from({ length: 3 }, () => 'long.wav'), '--json'];
  };

  test('Ctrl-C: no result, and no process is left', async () => {
    const run = shop.start(long(), { cwd: project });
    await hearing();
    run.kill('SIGINT');
    const end = await run.end;
    expect([end.code, end.lines]).toEqual([130, []]);
    expect(await shop.leftOver()).toEqual([]);
  });

  test('a board that vanishes: exit code 3 and why', async () => {
    const run = shop.start(long(), { cwd: project });
    const { pid } = await hearing();
    process.kill(pid, 'SIGKILL');
    const end = await run.end;
    expect([end.code, end.lines.map(({ what }) => what)]).toEqual([3, ['the device went away']]);
    expect(await shop.leftOver()).toEqual([]);
  });
});

describeWithToolchain('a published wake word', () => {
  describeWithSharedData('on virtual-cortex-m4', () => {
    test('okay_nabu v2: every decision is the host’s', async () => {
      const folder = join(shop.folder, 'nabu');
      for (const name of readdirSync(sharedPath('audio', 'wake_words')).filter((one) => one.endsWith('.wav')))
        cpSync(
          sharedPath('audio', 'wake_words', name),
          join(folder, name === 'okay_nabu.wav' ? 'own' : 'others', name),
        );
      const end = await shop.run(
        [
          'evaluate',
          ...ON_M4,
          '--model',
          sharedPath('models', 'esphome/v2/okay_nabu.json'),
          '--positives',
          'own',
          '--negatives',
          'others',
          '--json',
        ],
        { cwd: folder },
      );
      success(end);
      expect(verdictOf(end)).toMatchObject({ equal: true, detections: { compared: 1, equal: 1 } });
      expect(end.lines[0]).toMatchObject({
        models: [{ operating: { misses: { clips: 1, misses: 0 }, falseAccepts: { falseAccepts: 0 } } }],
      });
    });
  });
});

interface Running {
  readonly pid: number;
  readonly pty: string;
  readonly memory: string;
}

/** The one virtual board of the workshop, once it runs. */
async function running(): Promise<Running> {
  const folder = join(shop.cache, 'virtual');
  for (;;) {
    const states = existsSync(folder)
      ? readdirSync(folder).map((name) => join(folder, name, 'state.json'))
      : [];
    const [state] = states.filter((path) => existsSync(path));
    if (state !== undefined) return JSON.parse(readFileSync(state, 'utf8')) as Running;
    await sleep(20);
  }
}

/** The same, once audio is pushed to it. */
async function hearing(): Promise<Running> {
  const board = await running();
  const word = Buffer.alloc(4);
  const memory = openSync(board.memory, 'r');
  try {
    // Samples written by the host, as kws_hal/audio_link.h has it.
    while (word.readUInt32LE() === 0) {
      await sleep(20);
      readSync(memory, word, 0, 4, 12);
    }
  } finally {
    closeSync(memory);
  }
  return board;
}
