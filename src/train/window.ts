/** How much of the past a network sees. */
import { frameSamples, type IntegerFrontendSpec } from '../frontend/spec.js';
/** In ms. A shorter one holds no word, a longer one no board has time for. */
export const SHORTEST_WINDOW_MS = 400;
export const LONGEST_WINDOW_MS = 3000;

/** How much longer than a voice says it a word is in passages, see `passages.ts`; all but the slowest. */
const STRETCHED = 1.1;
/** How long after the word's end a window that has it may end, s; LATEST in templates/train/windows.py. */
const BEHIND = 0.26;

/**
 * A window that all but the slowest speakers' word fits into with what comes behind it, 0.7 to 2 s, in ms. Where its
 * begin does not fit in, words that differ from it there alone cannot be told from it.
 */
export function windowOf(seconds: readonly number[]): number {
  const ordered = [...seconds].sort((a, b) => a - b);
  const most = (ordered[Math.floor(0.95 * ordered.length)] ?? 0.8) * STRETCHED + BEHIND;
  return 1000 * Math.min(2, Math.max(0.7, most));
}

/** One more than a multiple of four: what is kept from hop to hop then lies at the same places. */
export function framesOf(windowMs: number, frontend: IntegerFrontendSpec): number {
  const { window, step } = frameSamples(frontend);
  const ms = 1000 / frontend.sampleRate;
  const frames = (windowMs - window * ms) / (step * ms) + 1;
  return 4 * Math.ceil((frames - 1) / 4 - 1e-6) + 1;
}
