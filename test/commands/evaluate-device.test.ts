/** evaluate on boards, with boards in memory in place of PlatformIO and ports. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateProject } from '../../src/commands/evaluate.js';
import type { OptionValues } from '../../src/commands/support/options.js';
import { KwsError, toolError } from '../../src/diagnostics/errors.js';
import type { DeviceReport } from '../../src/evaluate/device/types.js';
import type { EvaluationReport } from '../../src/evaluate/types.js';
import { loadProject } from '../../src/project/load.js';
import type { LoadedProject } from '../../src/project/resolve.js';
import type { DeviceEvent, HelloEvent } from '../../src/protocol/events.js';
import type { Aim } from '../../src/targets/aim.js';
import type { Stages } from '../../src/targets/stages.js';
import { fakeContext, kwsGen } from '../support/command-line.js';
import { type HostSession, type HostSessionOptions, helloOf, hostSession } from '../support/host-session.js';
import { chirpProject } from './chirps.js';

let directory: string;
let project: LoadedProject;
beforeAll(async () => {
  directory = chirpProject();
  project = await loadProject(directory);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const CLIPS = { positives: ['chirps'], negatives: ['others/rising.wav'] };

interface Try extends HostSessionOptions {
  readonly json?: boolean;
  readonly abort?: AbortController;
}

async function tryEvaluate(options: OptionValues, { json = true, abort, ...board }: Try = {}) {
  const steps: string[] = [];
  const targets: Aim[] = [];
  const sessions: HostSession[] = [];
  const signal = abort?.signal ?? new AbortController().signal;
  const running = (name: string) => ({
    port: name,
    stop: async () => {
      steps.push(`stop ${name}`);
    },
  });
  const stages: Stages = {
    render: async () => ({ files: new Map(), buildId: `0123456789ab${'0'.repeat(52)}` }),
    count: () => expect.unreachable('nothing is counted'),
    locate: async (target) => target,
    write: async (_, folder) => void steps.push(`write ${folder.slice(directory.length + 1)}`),
    build: async () => {
      steps.push('build');
      return { flash: { used: 1, total: 2 }, ram: { used: 1, total: 2 }, artifact: 'f.elf', seconds: 1 };
    },
    upload: async (target, _folder, _progress, another = 0) => {
      targets.push(target);
      steps.push(`upload ${another}`);
      return running(`board ${another}`);
    },
    find: async (_, port) => {
      steps.push(`find ${port}`);
      return { port: port! };
    },
    open: async ({ port }, signalOfSession) => {
      steps.push(`open ${port}`);
      const session = hostSession(project, { ...board, signal: signalOfSession });
      sessions.push(session);
      return session;
    },
    clip: () => Promise.reject(new Error('nobody asks for this')),
  };
  const fake = fakeContext({ directory, json, signal });
  const { verdict, error } = await evaluateProject(options, fake.context, async () => stages).then(
    (result) => ({ verdict: result, error: undefined }),
    (thrown: unknown) => ({ verdict: undefined, error: thrown }),
  );
  return { verdict, error, steps, targets, sessions, ...fake };
}

type Json = EvaluationReport & { readonly device?: DeviceReport };
const reportOf = (lines: readonly unknown[]) => lines.at(-1) as Json;

describe('--on-device', () => {
  test('makes the firmware, uploads it, evaluates, ends the board: the report is the host’s', async () => {
    const { verdict, error, steps, sessions, lines, err } = await tryEvaluate({ ...CLIPS, onDevice: true });
    expect([verdict, error]).toEqual([0, undefined]);
    expect(steps).toEqual(['write firmware-out', 'build', 'upload 0', 'open board 0', 'stop board 0']);
    expect(sessions.map(({ closed }) => closed)).toEqual([true]);
    expect(lines().map(({ t }) => t)).toEqual(['evaluate']);
    const { device, ...report } = reportOf(lines());
    const host = await kwsGen(
      ['evaluate', '--positives', 'chirps', '--negatives', 'others/rising.wav', '--json'],
      { directory },
    );
    expect(report).toEqual(JSON.parse(host.out));
    expect(device).toMatchObject({ board: 'virtual-cortex-m4', equal: true, clips: 5, differences: [] });
    expect(device!.inferences.compared).toBeGreaterThan(100);
    expect(err()).toMatch(/of audio played in .* times as fast as it was spoken/);
  });

  test('noise is heard there, too', async () => {
    const { lines } = await tryEvaluate({ ...CLIPS, onDevice: true, noise: ['noise.wav'], snr: [10] });
    const { device, models } = reportOf(lines());
    expect([device!.clips, device!.equal]).toEqual([9, true]);
    expect(models[0]!.noise[0]!.misses.clips).toBe(4);
  });

  test('--emulate takes the twin of the board, without --on-device', async () => {
    const board = 'arduino-nano-33-ble';
    const { verdict, steps, targets } = await tryEvaluate(
      { ...CLIPS, emulate: true, board },
      { hello: { board: `${board}-twin` } },
    );
    expect([verdict, targets.map((target) => target.board.id)]).toEqual([0, [`${board}-twin`]]);
    expect(steps.at(-1)).toBe('stop board 0');
  });

  test('many hours are heard by two virtual boards', async () => {
    // As large as minutes of audio, for what matters is the size of files.
    writeFileSync(
      join(directory, 'large.wav'),
      Buffer.concat([readFileSync(join(directory, 'noise.wav')), Buffer.alloc(11_000_000)]),
    );
    const options = { positives: ['chirps'], negatives: ['large.wav'], onDevice: true };
    const { verdict, error, steps, lines, sessions } = await tryEvaluate(options);
    expect([verdict, error]).toEqual([0, undefined]);
    expect(steps.filter((step) => step.startsWith('upload'))).toEqual(['upload 0', 'upload 1']);
    expect(steps.slice(-2).sort()).toEqual(['stop board 0', 'stop board 1']);
    expect(sessions.every(({ closed, played }) => closed && played.length > 0)).toBe(true);
    expect(reportOf(lines()).device).toMatchObject({ boards: 2, clips: 5, equal: true });
  });
});

describe('--port', () => {
  test('takes the board that already runs, and leaves it', async () => {
    const { verdict, steps, lines, sessions, out } = await tryEvaluate({ ...CLIPS, port: '/dev/ttyX' });
    expect([verdict, steps]).toEqual([0, ['find /dev/ttyX', 'open /dev/ttyX']]);
    expect(sessions[0]!.closed).toBe(true);
    expect(reportOf(lines()).device).toMatchObject({ equal: true, clips: 5 });
    expect(out()).not.toContain('warning');
  });

  test('in text: the verdict below the table', async () => {
    const { out } = await tryEvaluate({ ...CLIPS, port: '/dev/ttyX' }, { json: false });
    expect(out()).toMatch(
      /misses {9}1 of 4.*\n\nThe board’s scores equal the host’s: (\d+) of \1 inferences, (\d+) of \2 detections in 5 clips\n/s,
    );
  });

  test('a build that is not this one is a warning: its detectors may be set otherwise', async () => {
    const { verdict, lines } = await tryEvaluate(
      { ...CLIPS, port: '/dev/ttyX' },
      { hello: { build: 'ffffffffffff' } },
    );
    expect(verdict).toBe(0);
    expect(lines()[0]).toMatchObject({
      t: 'warning',
      what: 'the board’s firmware is not the one this project makes now',
    });
  });

  const model = (over: Partial<HelloEvent['models'][number]>) => () => ({
    models: [{ ...helloOf(project).models[0]!, ...over }],
  });
  test.each<[string, () => Partial<HelloEvent>, string]>([
    ['another model', model({ model: 'ab'.repeat(32) }), 'the board’s model chirp is not the project’s'],
    ['no such model', model({ m: 'other' }), 'the board does not have the model chirp'],
    [
      'one model more',
      () => ({ models: [...helloOf(project).models, { ...helloOf(project).models[0]!, m: 'vad' }] }),
      'the board has a model vad that the project has not',
    ],
    ['another hop', model({ hop: 3 }), 'the board runs chirp every 3 steps, the project every 2'],
    ['a gate', model({ gate: true }), 'chirp is a gate on the board, and none in the project'],
    ['other labels', model({ labels: ['chirp', 'other'] }), 'labels of chirp are chirp, other on the board'],
    [
      'another front end',
      () => ({ frontend: 'cd'.repeat(32) }),
      'the board’s front end is not the project’s',
    ],
    ['another rate', () => ({ rate: 8000 }), 'the board hears at 8000 Hz'],
    ['an unknown board', () => ({ board: 'fake' }), 'this kws-gen does not know the board'],
  ])('%s: exit code 3, what to do, and nothing is played', async (_, hello, message) => {
    const { error, out, sessions } = await tryEvaluate({ ...CLIPS, port: '/dev/ttyX' }, { hello: hello() });
    expect(error).toBeInstanceOf(KwsError);
    expect((error as KwsError).exitCode).toBe(3);
    expect((error as KwsError).message).toContain(message);
    expect((error as KwsError).message).toMatch(/kws-gen flash uploads.*--on-device/);
    expect([out(), sessions[0]!.closed, sessions[0]!.played]).toEqual(['', true, []]);
  });

  test('another board than the one that is named', async () => {
    const { error } = await tryEvaluate({ ...CLIPS, port: '/dev/ttyX', board: 'arduino-nano-33-ble' });
    expect((error as KwsError).message).toContain('the board is no arduino-nano-33-ble');
  });
});

describe('a board that does not say what the host says', () => {
  const lie = (event: DeviceEvent, play: number): DeviceEvent =>
    event.t === 'score' && play === 1 && event.n === 100 ? { ...event, q: [0, 0] } : event;

  test('exit code 1, the clip, the time and both values; on the page, too', async () => {
    const options = { ...CLIPS, onDevice: true, report: 'lie.html' };
    const { verdict, lines } = await tryEvaluate(options, { mishap: lie });
    expect(verdict).toBe(1);
    const { device } = reportOf(lines());
    expect(device).toMatchObject({ equal: false, outputsEqual: false });
    expect(device!.inferences.compared - device!.inferences.equal).toBe(1);
    expect(device!.differences).toEqual([
      expect.objectContaining({
        clip: join('chirps', '1.wav'),
        what: 'score',
        board: expect.objectContaining({ n: 100, q: [0, 0] }),
      }),
    ]);
    const page = readFileSync(join(directory, 'lie.html'), 'utf8');
    expect(page).toContain('The board’s scores differ from the host’s');
    expect(page).toMatch(/1\.wav at [\d.]+ s, score of chirp: host .*, board 0 0 /);
  });

  test('other settings of its detector: it says so', async () => {
    const mishap = (event: DeviceEvent): DeviceEvent =>
      event.t === 'score' ? { ...event, p: event.p.map((p) => p / 2) } : event;
    const { verdict, out } = await tryEvaluate({ ...CLIPS, port: '/dev/ttyX' }, { mishap, json: false });
    expect(verdict).toBe(1);
    expect(out()).toMatch(/equal are: 0 of \d+ inferences.*All raw outputs are equal/s);
  });
});

describe('what ends it', () => {
  test.each([
    ['a board that vanishes', { fails: () => toolError({ what: 'the device went away' }) }, 'went away'],
    [
      'an upload that did not take',
      { hello: { build: 'ffffffffffff' } },
      'the board does not run the firmware that was uploaded',
    ],
  ])('%s: exit code 3, no numbers, no board is left', async (_, board, message) => {
    const { error, steps, out } = await tryEvaluate({ ...CLIPS, onDevice: true }, board);
    expect((error as KwsError).exitCode).toBe(3);
    expect((error as KwsError).message).toContain(message);
    expect([steps.at(-1), out()]).toEqual(['stop board 0', '']);
  });

  test('Ctrl-C', async () => {
    const abort = new AbortController();
    const mishap = (event: DeviceEvent) => {
      if (event.t === 'score' && event.n === 9) abort.abort(new Error('interrupted'));
      return event;
    };
    const { error, steps, out } = await tryEvaluate({ ...CLIPS, onDevice: true }, { abort, mishap });
    expect([(error as Error).message, steps.at(-1), out()]).toEqual(['interrupted', 'stop board 0', '']);
  });
});

describe('mistakes', () => {
  test.each([
    ['--port with --emulate', ['--port', 'x', '--emulate'], 'a twin runs on this machine'],
    ['--runtime on the host', ['--runtime', 'aot'], '--runtime: means nothing where no firmware is made'],
    ['--output with a port', ['--port', 'x', '--output', 'y'], '--output: means nothing where no firmware'],
    ['--tflm-path on the host', ['--tflm-path', 'y'], '--tflm-path: means nothing where no firmware'],
    ['a board that is not known', ['--board', 'virtual-cortex-m44', '--on-device'], 'virtual-cortex-m4'],
  ])('%s', async (_, argv, message) => {
    const { code, err, out } = await kwsGen(['evaluate', '--positives', 'chirps', ...argv], { directory });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(existsSync(join(directory, 'firmware-out'))).toBe(false);
  });
});
