/** Subtracts a slowly following estimate of each channel's noise, but never more than leaves a small part. */
import { NOISE_BITS } from './parameters.js';
import type { MicroFrontendTables } from './tables.js';

const ONE = 1 << NOISE_BITS;

/**
 * @param signal [channels], replaced
 * @param noise [channels], estimates with smoothingBits fraction bits, updated
 */
export function reduceNoise(tables: MicroFrontendTables, signal: Uint32Array, noise: Uint32Array): void {
  const { smoothingBits } = tables;
  for (let i = 0; i < signal.length; i++) {
    const value = signal[i]!;
    const smoothing = i % 2 === 0 ? tables.evenSmoothing : tables.oddSmoothing;
    const scaled = (value << smoothingBits) >>> 0;
    const estimate = Math.floor((scaled * smoothing + noise[i]! * (ONE - smoothing)) / ONE);
    noise[i] = estimate;
    const floor = Math.floor((value * tables.minSignalRemaining) / ONE);
    const subtracted = (scaled - Math.min(estimate, scaled)) >>> smoothingBits;
    signal[i] = Math.max(subtracted, floor);
  }
}
