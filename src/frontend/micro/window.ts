/** Windowing, and how far the result can be scaled up before the FFT. */
import { WINDOW_BITS } from './parameters.js';

/**
 * Multiplies `samples` by the window into the beginning of `windowed`.
 * @returns the left shift that lets the largest value just fit 16 bits, 0…15.
 */
export function applyWindow(samples: Int16Array, window: Int16Array, windowed: Int16Array): number {
  let magnitudes = 0;
  for (let i = 0; i < window.length; i++) {
    const value = (samples[i]! * window[i]!) >> WINDOW_BITS;
    windowed[i] = value;
    // Or'ed together: only the highest bit counts. -32768 has no positive counterpart in 16 bits: the C
    // library passes over it, and so do we.
    if (value !== -32768) magnitudes |= value < 0 ? -value : value;
  }
  return Math.clz32(magnitudes) - 17;
}
