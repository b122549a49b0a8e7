/** Long recordings in parts: the same whichever way they are read, and whole or not at all. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chirp, mixed, noise, toPcm } from '../../examples/chirp/sound.js';
import { resample } from '../../src/audio/resample.js';
import { findPositives, type PositiveFile } from '../../src/evaluate/clips.js';
import { evaluate } from '../../src/evaluate/evaluate.js';
import { loadProject } from '../../src/project/load.js';
import type { ResolvedProject } from '../../src/project/types.js';
import { flac, wav, wav16 } from '../audio/files.js';
import { tone } from '../audio/flac-rows.js';
import { writeFlac } from '../audio/flac-writer.js';
import { chirpProject } from '../commands/chirps.js';

let folder: string;
let project: ResolvedProject;
let positives: readonly PositiveFile[];
beforeAll(async () => {
  folder = chirpProject();
  project = await loadProject(folder);
  positives = await findPositives(['chirps'], folder, ['chirp']);
  for (const name of ['wav', 'flac']) mkdirSync(join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** So many bytes make three parts. */
const THREE_PARTS = 50 * 2 ** 20;
const longFile = (path: string) => ({ path: join(folder, path), name: 'long', bytes: THREE_PARTS });
const heardIn = async (path: string) =>
  (await evaluate(project, { positives, negatives: [longFile(path)], threads: 0 })).report;

/** Chirps in the first and in the last part. */
const evening = () => mixed(mixed(noise(3.6, 0.003, 8), chirp('up'), 0.6), chirp('up'), 2.6);

test.each([
  { rate: 16_000, channels: 1 },
  { rate: 44_100, channels: 2 },
])('$rate Hz, $channels channels: part by part as from a file that is decoded whole', async (kind) => {
  const { rate, channels } = kind;
  const mono = [...toPcm(resample(evening(), 16_000, rate))];
  const all = Array.from({ length: channels }, (_, channel) => mono.map((value) => value >> channel));
  const interleaved = mono.flatMap((_, i) => all.map((samples) => samples[i]!));
  writeFileSync(join(folder, 'wav', 'long'), wav16(interleaved, rate, channels));
  writeFileSync(join(folder, 'flac', 'long'), flac(all, { rate }));
  const report = await heardIn('wav/long');
  expect(report).toEqual(await heardIn('flac/long'));
  expect(report.notes.join()).toContain('heard in parts');
  expect(report.falseAccepts.map(({ ms }) => Math.round(ms / 1000)).sort()).toEqual([1, 3]);
  expect(report.recordings).toMatchObject([{ clip: 'long', seconds: expect.closeTo(3.6), falseAccepts: 2 }]);
});

test('a recording one part of which is damaged is left out, as a whole', async () => {
  const samples = Float32Array.from(evening());
  samples[3 * 16_000] = Number.NaN;
  writeFileSync(join(folder, 'damaged'), wav({ tag: 3, bits: 32 }, Buffer.from(samples.buffer)));
  const sound = { path: join(folder, 'sound'), name: 'sound', bytes: 1 };
  writeFileSync(sound.path, wav16(toPcm(evening())));
  const negatives = [longFile('damaged'), sound];
  const { report } = await evaluate(project, { positives, negatives, threads: 0 });
  expect(report.recordings.map(({ clip }) => clip)).toEqual(['sound']);
  expect(report.negatives.hours).toBeCloseTo(0.001, 9);
  expect(report.skipped).toMatchObject([{ where: 'long', why: 'sample 48000 of channel 1' }]);
});

test('FLAC files that are damaged in any way are left out, each with its reason', async () => {
  const samples = [tone(5000, 16)];
  const plan = { bits: 16, blocks: [1000] };
  const good = writeFlac(samples, plan);
  const broken: Record<string, readonly [Buffer, RegExp]> = {
    cut: [good.subarray(0, -3), /4000 of 5000 samples are there/],
    md5: [writeFlac(samples, { ...plan, md5: '1'.repeat(32) }), /their MD5 differs/],
    frame: [Buffer.from(good).fill(0xff, 3000, 3010), /the frame at sample 1000/],
    empty: [writeFlac(samples, plan).subarray(0, 42), /0 of 5000/],
    longer: [writeFlac(samples, { ...plan, length: 4500 }), /the stream at 4500/],
  };
  const files = Object.entries({ ...broken, good: [good] as const }).map(([name, [bytes]]) => {
    const path = join(folder, `${name}.flac`);
    writeFileSync(path, bytes);
    return { path, name, bytes: bytes.length };
  });
  const { report } = await evaluate(project, { positives, negatives: files, threads: 0 });
  expect(report.recordings.map(({ clip }) => clip)).toEqual(['good']);
  expect(report.skipped.map(({ where }) => where)).toEqual(Object.keys(broken));
  for (const { where, why } of report.skipped) expect(why, where).toMatch(broken[where!]![1]);
});

test('what is larger than a recording can be has one error', async () => {
  const negatives = [{ ...longFile('none'), bytes: 2 ** 60 }];
  await expect(evaluate(project, { positives, negatives, threads: 0 })).rejects.toThrow(
    /1 cannot be used; the first: long: there is no such file/,
  );
});
