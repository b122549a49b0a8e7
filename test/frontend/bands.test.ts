import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createBandsFrontend } from '../../src/frontend/bands/frontend.js';
import { bandsTables, OCTAVE_BEGIN } from '../../src/frontend/bands/tables.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { parseFrontendSpec } from '../../src/frontend/schema.js';
import { random } from '../support/random.js';
import { BANDS_SPECS } from './bands-rows.js';
import { AUDIO_ROWS, randomPieces } from './micro-rows.js';

const preset = FRONTEND_PRESETS['octave-bands'];

/** Number of frames and their digest per description, all rows in turn. */
const RECORDED: Record<string, string> = {
  'octave-bands': '1964 7ade1fb0db0522e1',
  '8 kHz, four bands in each of four octaves': '3930 7c6450aceb4767de',
  'one band': '1964 0a4074d8d17d08d7',
  'six octaves of two, 32 ms': '1221 3148bbe0830fd0bc',
  'three octaves, 9 ms': '4361 08d273823d85eeb9',
};

const tone = (hertz: number, amplitude: number, from: number, to: number) =>
  Int16Array.from({ length: 32_000 }, (_, i) =>
    i >= from && i < to ? Math.round(amplitude * Math.sin((2 * Math.PI * hertz * i) / 16_000)) : 0,
  );

describe.each(BANDS_SPECS)('%s', (name, spec) => {
  test('the recorded features', () => {
    const frontend = createBandsFrontend(spec);
    const hash = createHash('sha256');
    let count = 0;
    for (const { samples } of AUDIO_ROWS) {
      frontend.reset();
      for (const frame of frontend.push(samples)) {
        hash.update(Buffer.from(frame.buffer));
        count++;
      }
    }
    expect(`${count} ${hash.digest('hex').slice(0, 16)}`).toBe(RECORDED[name]);
  });

  test('the same frames whatever the pieces', () => {
    const { samples } = AUDIO_ROWS.find((row) => row.name === 'chirp')!;
    const whole = createBandsFrontend(spec).push(samples);
    const frontend = createBandsFrontend(spec);
    let at = 0;
    const frames = randomPieces(samples.length, 3).flatMap((length) => {
      at += length;
      return frontend.push(samples.subarray(at - length, at));
    });
    expect(frames).toEqual(whole);
  });

  test('values stay within 32 bits whatever is heard', () => {
    for (const { gain, near, far } of bandsTables(spec).resonators) {
      // The worst input has the sign of the impulse response, turned round.
      let [before, beforeThat, largest] = [0, 0, 0];
      for (let n = 0; n < 500; n++) {
        const change = n === 0 ? 1 : n === 2 ? -1 : 0;
        const value = (gain * change + near * before - far * beforeThat) / 4096;
        largest += Math.abs(value) * 4 * 32_768;
        [before, beforeThat] = [value, before];
      }
      const sum = 4 * gain * 65_535 + (Math.abs(near) + Math.abs(far)) * largest;
      expect(sum).toBeLessThan(2 ** 31);
      expect(4 * gain).toBeLessThan(2 ** 15);
    }
  });
});

describe('octave-bands', () => {
  const centres = Array.from({ length: 15 }, (_, i) => {
    const octave = 4 - Math.floor(i / 3);
    return ((OCTAVE_BEGIN * 16_000) / 2 ** octave) * 2 ** (((i % 3) + 0.5) / 3);
  });

  test.each(centres.map((hertz, band) => [Math.round(hertz), band] as const))(
    'a tone of %i Hz is loudest in band %i',
    (hertz, band) => {
      const frames = createBandsFrontend(preset).push(tone(hertz, 8000, 16_000, 32_000));
      const frame = frames.at(-1)!;
      expect(frame.indexOf(Math.max(...frame))).toBe(band);
    },
  );

  test('6 dB are 64', () => {
    const level = (amplitude: number) =>
      createBandsFrontend(preset).push(tone(1000, amplitude, 8000, 32_000))[60]![7]!;
    expect(Math.abs(level(8000) - level(4000) - 64)).toBeLessThanOrEqual(1);
    expect(Math.abs(level(16_000) - level(1000) - 256)).toBeLessThanOrEqual(1);
  });

  test('what goes on is the floor, what comes stands above it', () => {
    const next = random(3);
    const hiss = Int16Array.from({ length: 80_000 }, () => next(401) - 200);
    const quiet = createBandsFrontend(preset).push(hiss);
    const usual = quiet.slice(100).map((frame) => frame.reduce((sum, v) => sum + v, 0) / 15);
    // 3 dB above the least of the last seconds, on average.
    expect(usual.reduce((sum, v) => sum + v, 0) / usual.length).toBeLessThan(40);
    const loud = hiss.map((v, i) => (i > 64_000 ? v * 16 : v));
    expect(
      createBandsFrontend(preset)
        .push(loud)
        .at(-1)!
        .every((v) => v > 200),
    ).toBe(true);
  });

  test('silence is 0', () => {
    const frames = createBandsFrontend(preset).push(new Int16Array(3200));
    expect(frames.every((frame) => frame.every((v) => v === 0))).toBe(true);
  });

  test('the first frame has no floor but itself', () => {
    const [first] = createBandsFrontend(preset).push(tone(1000, 8000, 0, 32_000));
    expect([...first!].every((v) => v === 0)).toBe(true);
  });
});

test.each([
  [{ ...preset, stepMs: 10.5 }, /a multiple of 16 samples, at most 8192; here it would be 168/],
  [{ ...preset, stepMs: 600 }, /at most 8192; here it would be 9600/],
  [{ ...preset, octaves: 7 }, /octaves/],
  [{ ...preset, bandsPerOctave: 0 }, /bandsPerOctave/],
] as const)('%o is refused', (spec, message) => {
  expect(() => parseFrontendSpec(spec, 'model.tflite')).toThrow(message);
});
