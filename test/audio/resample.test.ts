import { describe, expect, test } from 'vitest';
import { resample } from '../../src/audio/resample.js';

const sine = (frequency: number, rate: number, seconds: number, amplitude = 0.5) =>
  Float64Array.from(
    { length: Math.round(rate * seconds) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * frequency * i) / rate + 0.3),
  );
const decibels = (ratio: number) => 10 * Math.log10(ratio);
const power = (samples: Float64Array) => samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
/** Without the ends, where the clip begins and stops abruptly. */
const inner = (samples: Float64Array) =>
  samples.subarray(Math.floor(samples.length / 4), Math.floor((3 * samples.length) / 4));

const rates = [8000, 11_025, 12_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 44_101];

describe.each(rates)('from %i Hz to 16 kHz', (from) => {
  const nyquist = Math.min(from, 16_000) / 2;

  test.each([0.01, 0.3, 0.7, 0.93])(
    'a sine at %f of Nyquist keeps phase and amplitude, SNR over 100 dB',
    (part) => {
      const frequency = part * nyquist;
      const result = resample(sine(frequency, from, 0.25), from, 16_000);
      const wanted = sine(frequency, 16_000, 0.251);
      expect(Math.abs(result.length - 4000)).toBeLessThanOrEqual(1);
      const error = inner(result.map((value, i) => value - wanted[i]!));
      expect(decibels(power(wanted) / power(error))).toBeGreaterThan(100);
    },
  );
});

test.each(rates.filter((rate) => rate > 16_000))(
  'from %i Hz what lies above 8 kHz is gone, by 100 dB',
  (from) => {
    for (const frequency of [8010, 9000, from / 2 - 50].filter((f) => f < from / 2 && f > 8000)) {
      const result = inner(resample(sine(frequency, from, 0.25), from, 16_000));
      expect(decibels(power(result) / 0.125)).toBeLessThan(-100);
    }
  },
);

test('upsampling makes no images', () => {
  const result = inner(resample(sine(1000, 8000, 0.5), 8000, 16_000));
  const image =
    result.reduce((sum, x, i) => sum + x * Math.cos((2 * Math.PI * 7000 * i) / 16_000), 0) / result.length;
  expect(decibels(image ** 2 / 0.125)).toBeLessThan(-100);
});

test.each([
  [44_100, 44_100, 16_000],
  [44_101, 44_100, 16_001],
  [1, 48_000, 1],
  [0, 48_000, 0],
  [3, 8000, 6],
])('%i samples at %i Hz become %i', (length, from, expected) => {
  expect(resample(new Float64Array(length), from, 16_000)).toHaveLength(expected);
});

test('a constant stays what it is', () => {
  const result = inner(resample(new Float64Array(20_000).fill(0.25), 44_100, 16_000));
  for (const value of result) expect(Math.abs(value - 0.25)).toBeLessThan(1e-12);
});

test('the same rate changes nothing', () => {
  const samples = Float32Array.of(0.1, -0.2, 3);
  expect(resample(samples, 16_000, 16_000)).toEqual(Float64Array.from(samples));
});

test('a minute becomes a minute', () => {
  expect(resample(sine(440, 44_100, 60), 44_100, 16_000)).toHaveLength(960_000);
});
