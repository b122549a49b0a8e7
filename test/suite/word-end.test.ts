import { expect, test } from 'vitest';
import { chirp, mixed, noise, toPcm } from '../../examples/chirp/sound.js';
import { wordEnd } from '../../src/suite/word-end.js';

const RATE = 16_000;
const seconds = chirp('up').length / RATE;

test.each([0.01, 0.003, 0.0003])('a sound in noise of %s: its end, to 30 ms', (level) => {
  const pcm = toPcm(mixed(noise(2, level, 1), chirp('up', 0.3), 0.5));
  const end = wordEnd(pcm, RATE)!;
  expect(Math.abs(end - 1000 * (0.5 + seconds))).toBeLessThan(30);
});

test.each([
  ['nothing', new Int16Array(0)],
  ['silence', new Int16Array(RATE)],
  ['noise alone', toPcm(noise(1, 0.1, 2))],
])('%s has none', (_, pcm) => {
  expect(wordEnd(pcm, RATE)).toBeUndefined();
});
