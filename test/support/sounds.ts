/** Sounds that packing meets: easy ones, and the worst of their kind. */
import { random } from './random.js';

/** Sample number `i`. */
export type Sound = (i: number) => number;

const next = random(31);
const drawn = Array.from({ length: 8192 }, () => next(65_536) - 32_768);

export const SOUNDS = {
  silence: () => 0,
  'a level': () => -32_768,
  'a tone': (i) => Math.round(3000 * Math.sin(i / 9)) + (drawn[i]! >> 10),
  noise: (i) => drawn[i]!,
  'from end to end': (i) => (i % 2 === 0 ? -32_768 : 32_767),
  'a click': (i) => (i % 300 === 150 ? 32_767 : 0),
  steps: (i) => 1000 * (Math.floor(i / 40) % 60) - 30_000,
} satisfies Record<string, Sound>;
