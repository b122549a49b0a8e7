/** Padding and noise: levels as stated, the same every time. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { decodeWav } from '../../src/audio/wav.js';
import { wavFile } from '../../src/audio/wav-file.js';
import { TakeReader } from '../../src/evaluate/record/prepare.js';
import { activeLevel, backgroundLevel, rms } from '../../src/evaluate/sound/levels.js';
import { noisy, padded } from '../../src/evaluate/sound/stage.js';
import { random } from '../support/random.js';

const RATE = 16_000;
const tone = (length: number, amplitude: number) =>
  Int16Array.from({ length }, (_, i) => Math.round(amplitude * Math.sin(i)));
/** A second of speech-like sound between half seconds of faint hiss. */
function clip(): Int16Array {
  const draw = random(3);
  const hiss = () => Int16Array.from({ length: RATE / 2 }, () => draw(41) - 20);
  return Int16Array.from([...hiss(), ...tone(RATE, 8000), ...hiss()]);
}
const noise = () => {
  const draw = random(5);
  return Int16Array.from({ length: 5000 }, () => draw(2001) - 1000);
};

describe('levels', () => {
  test('pauses are not speech, and speech is not background', () => {
    expect(activeLevel(clip(), RATE)).toBeCloseTo(8000 / Math.SQRT2, -2);
    expect(backgroundLevel(clip(), RATE)).toBeGreaterThan(8);
    expect(backgroundLevel(clip(), RATE)).toBeLessThan(16);
    expect(rms(new Int16Array(0))).toBe(0);
  });
});

describe('padding', () => {
  test('is as loud as the background, and the clip stays as it is', () => {
    const whole = padded(clip(), { lead: 4000, tail: 8000 }, RATE);
    expect(whole.length).toBe(4000 + clip().length + 8000);
    expect(whole.subarray(4000, 4000 + clip().length)).toEqual(clip());
    for (const part of [whole.subarray(0, 4000), whole.subarray(-8000)])
      expect(rms(part) / backgroundLevel(clip(), RATE)).toBeCloseTo(1, 1);
    expect(padded(clip(), { lead: 4000, tail: 8000 }, RATE)).toEqual(whole);
  });

  test.each([
    ['a loud clip', tone(RATE, 30_000), 250, 350],
    ['digital silence', new Int16Array(RATE), 0.5, 1.3],
    ['a clip of three samples', Int16Array.of(5, -5, 5), 4, 6],
  ])('of %s', (_, samples, least, most) => {
    const level = rms(padded(samples, { lead: 8000, tail: 0 }, RATE).subarray(0, 8000));
    expect(level).toBeGreaterThan(least);
    expect(level).toBeLessThan(most);
  });
});

describe('noise', () => {
  test.each([20, 5, 0])('at %i dB: active speech over the noise that is added', (snr) => {
    const padding = { lead: 2000, tail: 2000 };
    const sum = noisy(clip(), padding, RATE, { samples: noise(), snr, seed: 9 });
    const clean = padded(clip(), padding, RATE);
    const added = Float64Array.from(sum, (sample, i) => sample - clean[i]!);
    expect(20 * Math.log10(activeLevel(clip(), RATE) / rms(added))).toBeCloseTo(snr, 1);
    // Over all of it, the padding too.
    expect(rms(added.subarray(0, 2000)) / rms(added)).toBeCloseTo(1, 1);
  });

  test('every seed is another place, the same seed the same', () => {
    const at = (seed: number) =>
      noisy(clip(), { lead: 0, tail: 0 }, RATE, { samples: noise(), snr: 0, seed });
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
  });

  test('nothing is cut off: what is too loud becomes quieter as a whole', () => {
    const loud = tone(RATE, 32_000);
    const sum = noisy(loud, { lead: 0, tail: 0 }, RATE, { samples: noise(), snr: -10, seed: 1 });
    expect(sum.filter((sample) => Math.abs(sample) >= 32_767).length).toBeLessThan(3);
    expect(sum.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBe(32_767);
  });
});

test('a WAV file that is read again', () => {
  const samples = tone(100, 30_000);
  const { sampleRate, samples: read } = decodeWav(wavFile(samples, 22_050), 'x.wav');
  expect(sampleRate).toBe(22_050);
  expect(Int16Array.from(read[0]!, (value) => value * 32_768)).toEqual(samples);
});

describe('takes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kws-takes-'));
  const path = join(folder, 'long.wav');
  const sound = noisy(tone(20 * RATE, 5000), { lead: 0, tail: 0 }, RATE, {
    samples: noise(),
    snr: 10,
    seed: 2,
  });
  writeFileSync(path, wavFile(sound, RATE));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const numbers = { arithmetic: 'float32' as const, captureRate: RATE };
  const reader = new TakeReader({ numbers, leadMs: 1000, tailMs: 500 });

  test('a long file in parts: each with what precedes it, all of it once', async () => {
    const parts = [0, 1, 2].map((index) => reader.read({ path, name: 'long.wav', part: { index, of: 3 } }));
    const [first, second, third] = await Promise.all(parts);
    const seconds = [first, second, third].map((part) => part!.seconds);
    expect(seconds.reduce((a, b) => a + b, 0)).toBeCloseTo(20, 6);
    expect(first!.leadMs).toBe(1000);
    expect(first!.pcm.length).toBe(RATE + first!.seconds * RATE);
    const begin = Math.floor((20 * RATE) / 3);
    expect(first!.pcm.subarray(RATE)).toEqual(sound.subarray(0, begin));
    // A second of lead and five in which the front end settles.
    expect(second!.leadMs).toBe(6000);
    expect(second!.pcm).toEqual(sound.subarray(begin - 6 * RATE, Math.floor((40 * RATE) / 3)));
    expect(third!.pcm.length).toBe((6 + 0.5) * RATE + third!.seconds * RATE);
  });

  test('a file that is none', async () => {
    await expect(reader.read({ path: join(folder, 'no.wav'), name: 'no.wav' })).rejects.toThrow(
      /there is no such file/,
    );
  });
});
