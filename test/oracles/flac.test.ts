/** FLAC against libFLAC: what it wrote is read, and what is read is what it reads. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { decodeAudio } from '../../src/audio/decode.js';
import { soundFile } from '../../src/audio/sound-file.js';
import { FLAC_ROWS, SOUNDS } from '../audio/flac-rows.js';
import { writeFlac } from '../audio/flac-writer.js';
import { describeWithOracles, runOracle } from '../support/oracle.js';

interface Answer {
  readonly rate: number;
  readonly bits: number;
  /** Per channel, of its samples as 32-bit integers. */
  readonly sha256: readonly string[];
}

const digest = (samples: ArrayLike<number>): string =>
  createHash('sha256')
    .update(new Uint8Array(Int32Array.from(samples).buffer))
    .digest('hex');

/** What libsndfile has a name for. It does not read streams that do not tell their length, either. */
const DEPTHS = new Set([8, 16, 24]);

describeWithOracles(['soundfile'], 'FLAC and libFLAC', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kws-flac-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function ask(paths: readonly string[]): readonly Answer[] {
    const out = runOracle('test/oracles/flac_files.py', ['read'], Buffer.from(paths.join('\n')));
    return JSON.parse(out.toString()) as Answer[];
  }

  async function same(path: string, answer: Answer): Promise<void> {
    const audio = await decodeAudio(readFileSync(path), path);
    expect(audio.sampleRate, path).toBe(answer.rate);
    const unit = 2 ** (answer.bits - 1);
    const digests = audio.samples.map((channel) => digest(channel.map((value) => value * unit)));
    expect(digests, path).toEqual(answer.sha256);
  }

  test('whatever the encoder writes: levels, depths, channels, kinds of sound', async () => {
    runOracle('test/oracles/flac_files.py', ['write', folder]);
    const paths = readdirSync(folder).map((name) => join(folder, name));
    // 5 kinds of sound of 1 and 2 channels, one of 8; 9 levels; 3 depths.
    expect(paths).toHaveLength((5 * 2 + 1) * 9 * 3);
    const answers = ask(paths);
    for (const [i, path] of paths.entries()) await same(path, answers[i]!);
  });

  test('what is written here', () => {
    const sounds = SOUNDS.filter(([, { length }]) => length > 0);
    const paths = sounds.map(([, samples], i) => {
      const path = join(folder, `sound-${i}.flac`);
      writeFileSync(path, soundFile(samples, 16_000, 'flac'));
      return path;
    });
    const answers = ask(paths);
    for (const [i, [name, samples]] of sounds.entries())
      expect(answers[i], name).toEqual({ rate: 16_000, bits: 16, sha256: [digest(samples)] });
  });

  test('streams of the specification that the encoder does not choose', async () => {
    const rows = FLAC_ROWS.filter(({ plan }) => DEPTHS.has(plan.bits) && plan.length !== 0);
    expect(rows.length).toBeGreaterThan(50);
    const paths = rows.map(({ channels, plan }, i) => {
      const path = join(folder, `row-${i}.flac`);
      writeFileSync(path, writeFlac(channels, plan));
      return path;
    });
    const answers = ask(paths);
    for (const [i, path] of paths.entries()) {
      expect(answers[i]!.sha256, rows[i]!.name).toEqual(rows[i]!.channels.map(digest));
      await same(path, answers[i]!);
    }
  });
});
