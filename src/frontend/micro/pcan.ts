/**
 * Per-channel amplitude normalisation: a gain that falls with the noise estimate, then a soft threshold.
 * Wang et al., "Trainable frontend for robust and far-field keyword spotting", 2017.
 */
import { PCAN_OUTPUT_BITS, PCAN_SNR_BITS } from './parameters.js';
import { gainAt } from './tables/pcan.js';
import type { MicroFrontendTables } from './tables.js';

/** @param signal [channels], replaced */
export function normalizeGain(tables: MicroFrontendTables, signal: Uint32Array, noise: Uint32Array): void {
  for (let i = 0; i < signal.length; i++) {
    const product = signal[i]! * gainAt(tables.gain, noise[i]!);
    signal[i] = shrink(Math.floor(product / 2 ** tables.snrShift) >>> 0);
  }
}

/** x^2/4 below 2, x-1 from there on; PCAN_SNR_BITS fraction bits in, PCAN_OUTPUT_BITS out. */
function shrink(x: number): number {
  return x < 2 << PCAN_SNR_BITS
    ? (x * x) >>> (2 + 2 * PCAN_SNR_BITS - PCAN_OUTPUT_BITS)
    : (x >>> (PCAN_SNR_BITS - PCAN_OUTPUT_BITS)) - (1 << PCAN_OUTPUT_BITS);
}
