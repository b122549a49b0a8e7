/** Windowing, and how far the result can be scaled up before the FFT. */
import { WINDOW_BITS } from './parameters.js';

/**
 * Multiplies `samples` by the window into `windowed` (same length).
 * @returns the left shift that lets the largest value just fit 16 bits, 0…15.
 */
export function applyWindow(samples: Int16Array, window: Int16Array, windowed: Int16Array): number {
  let largest = 0;
  for (let i = 0; i < window.length; i++) {
    const value = (samples[i]! * window[i]!) >> WINDOW_BITS;
    windowed[i] = value;
    // -32768 has no positive counterpart in 16 bits: the C library passes over it, and so do we.
    const magnitude = value === -32768 ? 0 : Math.abs(value);
    if (magnitude > largest) largest = magnitude;
  }
  return Math.clz32(largest) - 17;
}
