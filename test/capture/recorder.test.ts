/** Sound and moments become files: in order, gaps counted, each moment where it was. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import type { SoundFormat } from '../../src/audio/sound-file.js';
import { type Moment, MomentFinder } from '../../src/capture/moments.js';
import { folderName, Recorder } from '../../src/capture/recorder.js';
import { AudioTrack } from '../../src/capture/track.js';
import { type AudioEvent, type ScoreEvent, toDeviceEvent } from '../../src/protocol/events.js';

const line = (n: number, samples: readonly number[], lost = 0, clip?: string): AudioEvent => {
  const v = Buffer.from(Int16Array.from(samples).buffer).toString('base64');
  const event = toDeviceEvent({ kws: 1, t: 'audio', n, lost, v });
  return { ...(event as AudioEvent), ...(clip === undefined ? {} : { clip }) };
};
const ramp = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

describe('a track', () => {
  test('counts what is missing, on the line and on the board', () => {
    const track = new AudioTrack();
    const pieces = [
      line(100, [1, 2], 7),
      line(102, [3], 7),
      line(102, [3], 7),
      line(106, [4], 9),
      line(0, [5], 9),
    ].map((event) => track.take(event));
    expect(pieces.map((piece) => piece && [piece.at, piece.missing, piece.overrun])).toEqual([
      [100, 0, 0],
      [102, 0, 0],
      undefined,
      [106, 3, 2],
      undefined,
    ]);
    expect([track.count, track.missing, track.overrun]).toEqual([4, 3, 2]);
  });

  test('a count that jumps is an error and no memory', () => {
    const track = new AudioTrack();
    track.take(line(0, [1]));
    expect(() => track.take(line(2 ** 40, [1]))).toThrow(/jumps/);
  });
});

describe('moments', () => {
  const finder = () => new MomentFinder([{ model: 'w', label: 'beep', output: 1, nearFrom: 0.4 }]);
  const score = (ms: number, p: number, m = 'w'): ScoreEvent => ({
    ...{ kws: 1, t: 'score', m, n: 1 },
    ...{ ms, q: [], p: [1 - p, p] },
  });
  const detect = (ms: number) => ({ kws: 1, t: 'detect', m: 'w', label: 'beep', ms, p: 0.9 }) as const;

  test.each<[string, (finder: MomentFinder) => readonly Moment[], string[]]>([
    [
      'its highest point, once it is over',
      (one) =>
        [
          [10, 0.1],
          [20, 0.5],
          [30, 0.7],
          [40, 0.6],
          [50, 0.2],
        ].flatMap(([ms, p]) => one.score(score(ms!, p!))),
      ['near 30 0.7'],
    ],
    [
      'what is not over yet ends with the sound',
      (one) => [...one.score(score(10, 0.5)), ...one.end()],
      ['near 10 0.5'],
    ],
    ['another model', (one) => [...one.score(score(10, 0.5, 'x')), ...one.end()], []],
    ['what is too low', (one) => [...one.score(score(10, 0.39)), ...one.end()], []],
    [
      'a detection is no near miss, nor what sounds after it',
      (one) => [
        ...one.score(score(10, 0.7)),
        one.detection(detect(20)),
        ...one.score(score(30, 0.1)),
        ...one.score(score(1500, 0.7)),
        ...one.score(score(1510, 0.1)),
        ...one.score(score(1600, 0.5)),
        ...one.score(score(1610, 0.1)),
      ],
      ['heard 20 0.9', 'near 1600 0.5'],
    ],
  ])('%s', (_, run, expected) => {
    expect(run(finder()).map(({ kind, ms, p }) => `${kind} ${ms} ${p}`)).toEqual(expected);
  });
});

describe('files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kws record '));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const recorder = (format: SoundFormat = 'wav') =>
    new Recorder({ folder, rate: 1000, format, beforeMs: 100, afterMs: 50 });
  const heard: Moment = { kind: 'heard', model: 'w', label: 'a/b', ms: 1300, p: 0.9 };
  const samplesOf = async (file: string) => [...(await loadClip(join(folder, file), 1000))];

  test('all of it, silence where lines are missing, and clips around moments', async () => {
    const one = recorder();
    // The track begins at sample 1000 of the board.
    one.audio(line(1000, ramp(1, 250)));
    one.moment(heard);
    expect(one.clips).toEqual([]);
    one.audio(line(1260, ramp(261, 200), 3));
    expect(one.clips).toMatchObject([{ ...heard, file: 'heard/a_b/0001-1.30s-p0.90.wav', beginMs: 200 }]);
    expect(existsSync(join(folder, 'session-1.wav'))).toBe(false);
    one.end();
    expect(one.sessions).toEqual([{ file: 'session-1.wav', samples: 460, missing: 10, overrun: 3 }]);
    const all = [...ramp(1, 250), ...Array<number>(10).fill(0), ...ramp(261, 200)];
    expect(await samplesOf('session-1.wav')).toEqual(all);
    expect(await samplesOf(one.clips[0]!.file)).toEqual(all.slice(200, 350));
    expect(readdirSync(folder).sort()).toEqual(['heard', 'session-1.wav']);
  });

  test('as FLAC, whose header has what a decoder asks for', async () => {
    const one = recorder('flac');
    const sound = Array.from({ length: 5000 }, (_, i) => Math.round(9000 * Math.sin(i / 9)) | 0);
    for (let at = 0; at < sound.length; at += 700) one.audio(line(at, sound.slice(at, at + 700)));
    one.moment({ ...heard, ms: 1300 });
    one.end();
    expect(await samplesOf('session-1.flac')).toEqual(sound);
    expect(one.clips[0]!.file).toBe('heard/a_b/0001-1.30s-p0.90.flac');
    expect(await samplesOf(one.clips[0]!.file)).toEqual(sound.slice(1200, 1350));
    expect(lstatSync(join(folder, 'session-1.flac')).size).toBeLessThan(0.7 * 2 * sound.length);
    expect(readdirSync(folder).sort()).toEqual(['heard', 'session-1.flac']);
  });

  test('a moment at the end has what there is; another clip is another session', async () => {
    const one = recorder();
    one.audio(line(0, ramp(1, 40), 0, 'x'));
    one.moment({ ...heard, kind: 'near', ms: 30 });
    one.audio(line(0, ramp(500, 20), 0, 'y'));
    one.end();
    expect(one.sessions.map(({ file, clip, samples }) => [file, clip, samples])).toEqual([
      ['session-1.wav', 'x', 40],
      ['session-2.wav', 'y', 20],
    ]);
    expect(await samplesOf(one.clips[0]!.file)).toEqual(ramp(1, 40));
    expect(readFileSync(join(folder, 'session-2.wav')).length).toBe(44 + 2 * 20);
  });

  test('what is in the place of a file is replaced: a link is not followed', () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    mkdirSync(join(folder, 'heard', 'a_b'), { recursive: true });
    for (const name of ['session-1.wav.part', 'session-1.wav', 'heard/a_b/0001-1.30s-p0.90.wav'])
      symlinkSync(victim, join(folder, name));
    const one = recorder();
    one.audio(line(1000, ramp(1, 450)));
    one.moment(heard);
    one.end();
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(lstatSync(join(folder, one.clips[0]!.file)).isFile()).toBe(true);
    expect(lstatSync(join(folder, 'session-1.wav')).size).toBe(44 + 2 * 450);
  });

  test.each([
    ['漢'.repeat(100), '漢'.repeat(66)],
    ['okay nabu', 'okay nabu'],
    ['größe', 'größe'],
    ['../..', '_____'],
    ['..', '__'],
    ['', '_'],
    ['a'.repeat(300), 'a'.repeat(100)],
  ])('the folder of %j', (label, name) => expect(folderName(label)).toBe(name));
});
