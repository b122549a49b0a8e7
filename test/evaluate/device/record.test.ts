/** Recording on boards: what comes of a take is the host's recording, made of what the board says. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KwsError, toolError } from '../../../src/diagnostics/errors.js';
import { createDeviceRecorder } from '../../../src/evaluate/device/record.js';
import type { Outcome } from '../../../src/evaluate/record/pool.js';
import { recordAll } from '../../../src/evaluate/record/pool.js';
import type { Listening, Take } from '../../../src/evaluate/record/types.js';
import { loadProject } from '../../../src/project/load.js';
import type { DeviceEvent } from '../../../src/protocol/events.js';
import { chirpProject } from '../../commands/chirps.js';
import { type HostSessionOptions, helloOf, hostSession } from '../../support/host-session.js';

let folder: string;
let listening: Listening;
let takes: readonly Take[];
let expected: readonly Outcome[];
beforeAll(async () => {
  folder = chirpProject();
  const project = await loadProject(folder);
  listening = {
    project,
    numbers: { arithmetic: 'float32', captureRate: 16_000 },
    leadMs: 1000,
    tailMs: 500,
  };
  const take = (name: string): Take => ({ path: join(folder, name), name });
  takes = [
    take('chirps/0.wav'),
    take('others/notes.txt'),
    { ...take('others/rising.wav'), part: { index: 1, of: 2 } },
    { ...take('chirps/1.wav'), noise: { path: join(folder, 'noise.wav'), snr: 10, seed: 3 } },
    take('others/hiss.wav'),
  ];
  expected = await recordAll(listening, takes, { threads: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function boards(count: number, options: HostSessionOptions = {}) {
  const { project } = listening;
  return Array.from({ length: count }, () => ({
    session: hostSession(project, options),
    hello: helloOf(project),
  }));
}

/** Of the first model, which has two outputs. */
const inferencesOf = (outcomes: readonly Outcome[]) =>
  outcomes.reduce(
    (sum, one) => sum + ('recording' in one ? one.recording.probabilities[0]!.length / 2 : 0),
    0,
  );

/** The first inference of the first wake-word clip, said otherwise. */
const lie = (event: DeviceEvent, play: number) =>
  event.t === 'score' && play === 0 && event.n === 1 ? { ...event, q: [7, 9] } : event;

describe.each([1, 2, 9])('%i boards', (count) => {
  test('as on the host, to the last byte, in the order of the takes', async () => {
    const devices = boards(count);
    const recorder = createDeviceRecorder(devices);
    const done: number[] = [];
    const shares: number[] = [];
    const outcomes = await recorder.record(listening, takes, {
      done: (take) => done.push(take),
      part: (_, share) => shares.push(share),
    });
    expect(outcomes).toEqual(expected);
    expect(done.sort()).toEqual([0, 1, 2, 3, 4]);
    expect(shares.length).toBeGreaterThan(4);
    expect(shares.every((share) => share > 0 && share < 1)).toBe(true);
    const report = recorder.report();
    const inferences = inferencesOf(expected);
    expect(report).toMatchObject({
      board: 'virtual-cortex-m4',
      boards: count,
      equal: true,
      clips: 4,
      inferences: { compared: inferences, equal: inferences },
      differences: [],
      playedAgain: 0,
      late: null,
    });
    expect(report.detections.compared).toBeGreaterThan(1);
    const samples = devices.flatMap(({ session }) => session.played).reduce((a, b) => a + b, 0);
    expect(report.audioSeconds).toBeCloseTo(samples / 16_000, 6);
  });
});

test('of a gate, whose scores boards do not send, there are the host’s', async () => {
  const [model] = listening.project.models;
  const project = { ...listening.project, models: [model!, { ...model!, name: 'vad' }], gate: 'vad' };
  const gated = { ...listening, project };
  const recorder = createDeviceRecorder([{ session: hostSession(project), hello: helloOf(project) }]);
  expect(await recorder.record(gated, takes)).toEqual(await recordAll(gated, takes, { threads: 0 }));
  expect(recorder.report()).toMatchObject({
    equal: true,
    inferences: { compared: inferencesOf(expected) },
  });
});

test('what the board says otherwise is what is recorded, and the verdict', async () => {
  const recorder = createDeviceRecorder(boards(1, { mishap: lie }));
  const [first, ...rest] = await recorder.record(listening, takes);
  expect(rest).toEqual(expected.slice(1));
  const [host] = expected as readonly { recording: { probabilities: readonly Uint8Array[] } }[];
  const rows = (first as typeof host)!.recording.probabilities[0]!;
  expect([...rows.subarray(0, 2)]).toEqual([135, 137]);
  expect(rows.subarray(2)).toEqual(host!.recording.probabilities[0]!.subarray(2));
  const { equal, outputsEqual, differences } = recorder.report();
  expect({ equal, outputsEqual }).toEqual({ equal: false, outputsEqual: false });
  expect(differences).toHaveLength(1);
  expect(differences[0]).toMatchObject({ clip: 'chirps/0.wav', what: 'score', board: { n: 1, q: [7, 9] } });
  expect(differences[0]!.ms).toBe(differences[0]!.board!.ms - 1000);
});

const lost = (wanted: (event: DeviceEvent) => boolean, plays: number) => (event: DeviceEvent, play: number) =>
  play < plays && wanted(event) ? undefined : event;

describe('lines that are lost', () => {
  test.each([
    ['a score', lost((event) => event.t === 'score' && event.n === 5, 1)],
    ['the first score', lost((event) => event.t === 'score' && event.n === 1, 1)],
    ['the last scores', lost((event) => event.t === 'score' && event.n > 60, 1)],
    ['a detection', lost((event) => event.t === 'detect', 1)],
    [
      'a line that was too long',
      (event: DeviceEvent, play: number): DeviceEvent =>
        event.t === 'score' && event.n === 3 && play === 0
          ? { kws: 1, t: 'fault', code: 'line-too-long', message: 'score' }
          : event,
    ],
    [
      'samples',
      (event: DeviceEvent, play: number): DeviceEvent =>
        event.t === 'end' && play === 0 ? { ...event, samples: 5 } : event,
    ],
  ])('%s: the clip is played again, and nothing of the first play counts', async (_, mishap) => {
    const [device] = boards(1, { mishap });
    const recorder = createDeviceRecorder([device!]);
    expect(await recorder.record(listening, takes.slice(0, 1))).toEqual(expected.slice(0, 1));
    expect(recorder.report()).toMatchObject({ equal: true, clips: 1, playedAgain: 1 });
    expect(device!.session.played).toHaveLength(2);
  });

  test('again and again: exit code 3, and no number', async () => {
    const recorder = createDeviceRecorder(
      boards(1, { mishap: lost((event) => event.t === 'score' && event.n === 5, 99) }),
    );
    const error = (await recorder.record(listening, takes).catch((thrown: unknown) => thrown)) as KwsError;
    expect(error.exitCode).toBe(3);
    expect(error.message).toContain(
      'memory, chirps/0.wav: what the board says does not arrive whole, 3 times in a row',
    );
    expect(error.message).toMatch(/why: \d+ of \d+ scores arrived/);
  });
});

describe('what ends a recording', () => {
  test.each([1, 2])('one of %i boards that vanishes', async (count) => {
    const gone = toolError({ what: 'the device went away', where: 'memory' });
    const devices = boards(count);
    const [first, ...rest] = devices;
    const session = hostSession(listening.project, { fails: () => gone });
    const recorder = createDeviceRecorder([{ ...first!, session }, ...rest]);
    await expect(recorder.record(listening, takes)).rejects.toBe(gone);
  });

  test('a model that fails on the board', async () => {
    const mishap = (event: DeviceEvent): DeviceEvent =>
      event.t === 'end' ? { kws: 1, t: 'fault', code: 'model', message: 'no memory' } : event;
    const recorder = createDeviceRecorder(boards(1, { mishap }));
    await expect(recorder.record(listening, takes)).rejects.toThrow('the model cannot run on the board');
  });

  test('Ctrl-C, in the middle of a clip', async () => {
    const abort = new AbortController();
    const devices = boards(2, {
      signal: abort.signal,
      mishap: (event) => {
        if (event.t === 'score' && event.n === 10) abort.abort(new Error('enough'));
        return event;
      },
    });
    const recorder = createDeviceRecorder(devices);
    await expect(recorder.record(listening, takes, { signal: abort.signal })).rejects.toThrow('enough');
  });
});
