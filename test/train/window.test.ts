import { expect, test } from 'vitest';
import { frontendSpec, TRAIN_FRONTENDS } from '../../src/train/frontends.js';
import { framesOf, windowOf } from '../../src/train/window.js';

const frontend = frontendSpec(TRAIN_FRONTENDS[0]);

test.each([
  ['a second is the example’s 49 frames', 990, 49],
  ['a little more is four more', 991, 53],
  ['a whole second, too', 1000, 53],
  ['two seconds', 2000, 101],
])('%s', (_, ms, frames) => {
  expect(framesOf(ms, frontend)).toBe(frames);
});

test.each([
  ['nothing is known', [], 1140],
  ['words are short', [0.2, 0.21], 700],
  ['the slowest of twenty does not count', [...Array(19).fill(0.5), 0.6, 3], 920],
  ['words are long', [2, 2], 2000],
])('where %s', (_, seconds, ms) => {
  expect(windowOf(seconds)).toBeCloseTo(ms, 6);
});
