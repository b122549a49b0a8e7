/** Recordings that cannot be used, or should not be: said before the long work. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wavFile } from '../../src/audio/wav-file.js';
import { KwsError } from '../../src/diagnostics/errors.js';
import { createRandom } from '../../src/train/random.js';
import { checkRecordings, type RecordingsRequest } from '../../src/train/recordings.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kws-gen recordings '));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A second with something like a word in it. */
function word(seed: number, rate = 16_000, loud = 3000, seconds = 0.5): Int16Array {
  const random = createRandom(`word ${seed}`);
  const length = Math.round(rate * (seconds + 0.6));
  return Int16Array.from({ length }, (_, i) => {
    const at = i / rate;
    return Math.round(random.normal(0, at > 0.3 && at < 0.3 + seconds ? loud : loud / 200));
  });
}

/** Two channels of the same samples. */
function stereo(samples: Int16Array, rate: number): Uint8Array {
  const both = Int16Array.from({ length: 2 * samples.length }, (_, i) => samples[i >> 1]!);
  const bytes = wavFile(both, rate);
  const view = new DataView(bytes.buffer);
  view.setUint16(22, 2, true);
  view.setUint32(28, 4 * rate, true);
  view.setUint16(32, 4, true);
  return bytes;
}

function filesIn(name: string, files: Readonly<Record<string, Uint8Array>>): string {
  mkdirSync(join(folder, name), { recursive: true });
  for (const [file, bytes] of Object.entries(files)) {
    mkdirSync(join(folder, name, file, '..'), { recursive: true });
    writeFileSync(join(folder, name, file), bytes);
  }
  return name;
}

const words = (count: number, first = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}.wav`, wavFile(word(first + i), 16_000)]));

async function thrownBy(work: () => Promise<unknown>): Promise<KwsError> {
  const error = await work().then(
    () => expect.fail('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KwsError);
  return error as KwsError;
}

const check = (request: Partial<RecordingsRequest>) =>
  checkRecordings({
    positives: [],
    negatives: [],
    noises: [],
    judges: [],
    directory: folder,
    word: 'hey device',
    ...request,
  });

describe('recordings', () => {
  test('are parted by their sound: names and number move none', async () => {
    const all = await check({ positives: [filesIn('forty', words(40))] });
    const roles = new Map(all.positives.map(({ sha256, role }) => [sha256, role]));
    expect(new Set(roles.values())).toEqual(new Set(['train', 'tune', 'judge']));
    const some = await check({ positives: [filesIn('twelve', words(12, 20))] });
    for (const { sha256, role } of some.positives) expect(roles.get(sha256)).toBe(role);
    expect(all.skipped).toEqual([]);
  });

  test('all teach where each is judged by the model that it did not', async () => {
    const { positives, negatives } = await check({
      positives: [filesIn('folded', words(20, 900))],
      negatives: [filesIn('talk', words(3, 950))],
      folds: 4,
    });
    expect(new Set([...positives, ...negatives].map(({ role }) => role))).toEqual(new Set(['train']));
    expect(positives[0]!.speech).toBeCloseTo(0.5, 1);
  });

  test('of any rate and number of channels are used', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`${i}.wav`, stereo(word(i, 44_100), 44_100)]),
    );
    const { positives, skipped } = await check({ positives: [filesIn('stereo', files)] });
    expect(skipped).toEqual([]);
    expect(positives.map(({ seconds }) => seconds.toFixed(1))).toEqual(Array(10).fill('1.1'));
  });

  test.each([
    ['silence', { 'silent.wav': wavFile(new Int16Array(16_000), 16_000) }, 'is silent'],
    [
      'noise alone',
      { 'noise.wav': wavFile(word(1, 16_000, 60_000, 0), 16_000) },
      'nothing in it stands out as speech',
    ],
    [
      'a sentence',
      { 'long.wav': wavFile(word(1, 16_000, 3000, 4), 16_000) },
      'somebody speaks for 4.0 s in it',
    ],
    ['text', { 'notes.wav': new TextEncoder().encode('no sound') }, 'not'],
    ['the same sound twice', { 'again.wav': wavFile(word(3), 16_000) }, 'is the same sound as'],
  ])('%s is left out, with the reason', async (name, files, what) => {
    const { positives, skipped } = await check({
      positives: [filesIn(`out-${name}`, { ...words(10), ...files })],
    });
    expect(positives).toHaveLength(10);
    expect(skipped).toHaveLength(1);
    expect(skipped[0]!.what).toContain(what);
    expect(skipped[0]!.next).not.toBe('');
  });

  test('negatives that are named like the word are left out', async () => {
    const negatives = filesIn('negatives', {
      'hey_device/1.wav': wavFile(word(100), 16_000),
      'hey-device-7.wav': wavFile(word(101), 16_000),
      'they_advise.wav': wavFile(word(102), 16_000),
    });
    const checked = await check({ negatives: [negatives] });
    expect(checked.negatives.map(({ name }) => name)).toEqual([join('negatives', 'they_advise.wav')]);
    expect(checked.skipped.map(({ what }) => what)).toEqual(Array(2).fill('its name says "hey device"'));
  });
});

describe('errors', () => {
  test.each([
    [
      'a folder that is not there',
      { positives: ['nowhere'] },
      'there is no such file or folder',
      '--positives nowhere',
    ],
    ['an empty folder', { negatives: ['empty'] }, 'there is no file in this folder', '--negatives empty'],
    [
      'three recordings',
      { positives: ['three'] },
      '3 usable recordings are too few to learn from',
      '--positives three',
    ],
    [
      'folds of the word alone',
      { positives: ['three'], folds: 4 },
      'cross-validation is of recordings: of the word, and of people talking',
      '--folds',
    ],
    ['nothing but silence', { positives: ['quiet'] }, 'no recording here can be used', '--positives quiet'],
    [
      'negatives that cannot be read',
      { negatives: ['text'] },
      'no recording here can be used',
      '--negatives text',
    ],
  ])('%s', async (_, request, what, where) => {
    filesIn('empty', {});
    filesIn('three', words(3));
    filesIn('quiet', { 'a.wav': wavFile(new Int16Array(16_000), 16_000) });
    filesIn('text', { 'a.wav': new TextEncoder().encode('text') });
    const { problems, exitCode } = await thrownBy(() => check(request));
    expect(exitCode).toBe(2);
    expect(problems[0]!.what).toContain(what);
    expect(problems[0]!.where).toBe(where);
  });

  test('what judges is not what teaches', async () => {
    const positives = filesIn('teachers', words(12, 700));
    const judges = filesIn('judges', words(3, 711));
    const { problems } = await thrownBy(() => check({ positives: [positives], judges: [judges] }));
    expect(problems.map(({ what, where }) => [what, where])).toEqual([
      [
        `is the same sound as ${join('teachers', '11.wav')}, which is among the positives`,
        join('judges', '0.wav'),
      ],
    ]);
  });

  test('the same sound among positives and negatives', async () => {
    const positives = filesIn('mine', words(12));
    const negatives = filesIn('others', {
      'other.wav': wavFile(word(500), 16_000),
      'oops.wav': wavFile(word(2), 16_000),
    });
    const { problems } = await thrownBy(() => check({ positives: [positives], negatives: [negatives] }));
    expect(problems).toEqual([
      {
        what: `is the same sound as ${join('mine', '2.wav')}, which is among the positives`,
        where: join('others', 'oops.wav'),
        next: 'take it out of the negatives or of the positives',
      },
    ]);
  });
});
