/** What passages are made of: filters, rooms, pace, and where speech is. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/train/random.js';
import { convolved, filtered } from '../../src/train/sound/fft.js';
import { background } from '../../src/train/sound/noises.js';
import { microphone, muLaw, pcm16, room } from '../../src/train/sound/settings.js';
import {
  amongQuiet,
  faster,
  RATE,
  rms,
  speechIn,
  speechLevel,
  spokenFaster,
} from '../../src/train/sound/speech.js';

const tone = (seconds: number, hertz: number, level = 0.3) =>
  Float32Array.from({ length: seconds * RATE }, (_, i) => level * Math.sin((2 * Math.PI * hertz * i) / RATE));

/** Crossings of zero per second, half of them: the pitch of a tone. */
const pitch = (sound: Float32Array) => {
  let crossings = 0;
  for (let i = 1; i < sound.length; i++) if (sound[i - 1]! < 0 !== sound[i]! < 0) crossings++;
  return (crossings / 2 / sound.length) * RATE;
};

/** Quiet noise with bursts of it: [begin, end] in seconds. */
const bursts = (seconds: number, ...loud: readonly (readonly [number, number])[]) => {
  const random = createRandom('bursts');
  return Float32Array.from({ length: seconds * RATE }, (_, i) => {
    const at = i / RATE;
    return random.normal(0, loud.some(([begin, end]) => at >= begin && at < end) ? 0.1 : 0.0005);
  });
};

describe('filters', () => {
  test('a response is convolved as its definition says', () => {
    const random = createRandom('convolution');
    const sound = Float32Array.from({ length: 300 }, () => random.normal(0, 1));
    const response = Float32Array.from({ length: 40 }, () => random.normal(0, 1));
    const expected = sound.map((_, n) => {
      let sum = 0;
      for (let k = 0; k < response.length && k <= n; k++) sum += response[k]! * sound[n - k]!;
      return sum;
    });
    const found = convolved(sound, response);
    expect(found.length).toBe(300);
    expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
  });

  test('a gain of one changes nothing, and bands are taken away', () => {
    const sound = tone(0.25, 1000);
    const same = filtered(sound, 10, () => 1);
    expect(Math.max(...same.map((value, i) => Math.abs(value - sound[i]!)))).toBeLessThan(1e-6);
    const without = filtered(sound, 2048, (bin, size) => ((bin * RATE) / size < 2000 ? 0 : 1));
    expect(rms(without)).toBeLessThan(0.05 * rms(sound));
  });
});

describe('speech', () => {
  test.each([
    ['one word', [[0.5, 1.1]], { begin: 0.5, end: 1.1 }],
    [
      'two words with a short pause',
      [
        [0.5, 0.8],
        [0.95, 1.3],
      ],
      { begin: 0.5, end: 1.3 },
    ],
    [
      'the longer of two stretches',
      [
        [0.2, 0.4],
        [1.2, 1.8],
      ],
      { begin: 1.2, end: 1.8 },
    ],
  ] as const)('%s is found', (_, loud, expected) => {
    const found = speechIn(bursts(2, ...loud))!;
    expect(found.begin).toBeCloseTo(expected.begin, 1);
    expect(found.end).toBeCloseTo(expected.end, 1);
  });

  test('a whole clip is everything that is loud', () => {
    const found = speechIn(bursts(2, [0.2, 0.4], [1.2, 1.8]), true)!;
    expect([found.begin, found.end].map((at) => at.toFixed(1))).toEqual(['0.2', '1.8']);
  });

  test.each([
    ['silence', new Float32Array(RATE)],
    ['noise alone', bursts(1)],
    ['a click', bursts(1, [0.5, 0.52])],
    ['less than a fifth of a second', new Float32Array(100)],
  ])('%s has none', (_, sound) => {
    expect(speechIn(sound)).toBeUndefined();
  });

  test('played faster it is shorter and higher; spoken faster it is shorter', () => {
    const sound = tone(1, 500);
    const high = faster(sound, 1.25);
    expect(high.length / sound.length).toBeCloseTo(0.8, 2);
    expect(pitch(high)).toBeCloseTo(625, -1);
    const quick = spokenFaster(sound, 1.25);
    expect(quick.length / sound.length).toBeCloseTo(0.8, 1);
    expect(Math.abs(pitch(quick.subarray(800, -1600)) - 500)).toBeLessThan(25);
    expect(spokenFaster(tone(0.02, 500), 2)).toHaveLength(0.02 * RATE);
  });

  test('its level leaves pauses out', () => {
    const some = speechLevel(bursts(2, [0.5, 1]));
    expect(some).toBeGreaterThan(0.08);
    expect(some).toBeLessThan(0.12);
  });
});

test('a clip to be played has quiet around it, longer than any window', () => {
  const clip = amongQuiet(bursts(1, [0.2, 0.8]), createRandom('clip'));
  expect(clip.length).toBe(Math.round(4.2 * RATE));
  expect(speechLevel(clip)).toBeCloseTo(10 ** (-23 / 20), 2);
  expect(speechIn(clip)!.begin).toBeCloseTo(2.4, 1);
  expect(rms(clip.subarray(0, 2 * RATE))).toBeLessThan(0.001);
});

describe('settings', () => {
  test.each([
    ['microphone', microphone],
    ['room', room],
  ] as const)('%s: the same for the same seed, another one for another, and as long', (_, change) => {
    const sound = tone(0.5, 700);
    const once = change(sound, createRandom('a'));
    expect(once).toHaveLength(sound.length);
    expect(change(sound, createRandom('a'))).toEqual(once);
    expect(change(sound, createRandom('b'))).not.toEqual(once);
    expect(once.every(Number.isFinite)).toBe(true);
  });

  test('a telephone has 255 steps, and int16 is clipped', () => {
    const coded = muLaw(tone(0.1, 440, 1.4));
    expect(new Set(coded).size).toBeLessThanOrEqual(255);
    expect(Math.max(...coded)).toBeCloseTo(1, 5);
    expect([...pcm16(Float32Array.of(2, -2, 0.5))]).toEqual([32767, -32768, 16384]);
  });

  test.each(['1', '2', '3', '4', '5', '6', '7', '8'])('background %s has a level of one', (seed) => {
    const draw = () => tone(0.3, 300);
    const sound = background(RATE, createRandom(`background ${seed}`), draw, draw);
    expect(rms(sound)).toBeCloseTo(1, 3);
  });
});
