/** How loud sound is from moment to moment, and what is made as loud. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/train/random.js';
import { asLoudAs, replaced } from '../../src/train/sound/envelope.js';
import { RATE, rms } from '../../src/train/sound/speech.js';

const noise = (seconds: number, level: (at: number) => number, seed: string) => {
  const random = createRandom(seed);
  return Float32Array.from({ length: Math.round(seconds * RATE) }, (_, i) =>
    random.normal(0, level(i / RATE)),
  );
};

describe('loudness', () => {
  const flat = noise(0.6, () => 0.1, 'flat');
  const beats = noise(0.6, (at) => (Math.floor(at / 0.1) % 2 === 0 ? 0.2 : 0.004), 'beats');
  const level = (sound: Float32Array, from: number, to: number) =>
    20 * Math.log10(rms(sound.subarray(Math.round(from * RATE), Math.round(to * RATE))));

  test.each([
    [0.03, 0.07],
    [0.13, 0.17],
    [0.23, 0.27],
    [0.33, 0.37],
  ])('becomes that of another sound, from %s to %s s', (from, to) => {
    const made = asLoudAs(flat, beats);
    expect(Math.abs(level(made, from, to) - level(beats, from, to))).toBeLessThan(2);
  });

  test('to a part, or not at all', () => {
    expect(asLoudAs(flat, beats, 0)).toEqual(flat);
    const half = level(asLoudAs(flat, beats, 0.5), 0.13, 0.17);
    expect(Math.abs(half - (level(flat, 0.13, 0.17) + level(beats, 0.13, 0.17)) / 2)).toBeLessThan(2);
  });

  test('of what has no length and of silence is a number', () => {
    expect(asLoudAs(new Float32Array(0), beats)).toHaveLength(0);
    for (const value of asLoudAs(flat.subarray(0, 50), new Float32Array(RATE)))
      expect(Number.isFinite(value)).toBe(true);
  });

  test('a part is replaced without a jump, and nothing around it', () => {
    const made = replaced(new Float32Array(1000), 200, new Float32Array(400).fill(1));
    expect([made[199], made[400], made[600]]).toEqual([0, 1, 0]);
    expect(Math.max(...made.map((value, i) => Math.abs(value - (made[i - 1] ?? 0))))).toBeLessThan(0.02);
    expect(replaced(new Float32Array(10), 8, new Float32Array(5).fill(1))).toHaveLength(10);
  });
});
