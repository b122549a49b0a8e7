/**
 * Per-channel amplitude normalisation: a gain that falls with the noise estimate, then a soft threshold.
 * Wang et al., "Trainable frontend for robust and far-field keyword spotting", 2017.
 */
import { PCAN_OUTPUT_BITS, PCAN_SNR_BITS } from './parameters.js';
import type { MicroFrontendTables } from './tables.js';

/** @param signal [channels], replaced */
export function normalizeGain(tables: MicroFrontendTables, signal: Uint32Array, noise: Uint32Array): void {
  for (let i = 0; i < signal.length; i++) {
    const product = signal[i]! * gain(tables.gain, noise[i]!);
    signal[i] = shrink(Math.floor(product / 2 ** tables.snrShift) >>> 0);
  }
}

/** The table's quadratic at x, a uint32; never negative. */
export function gain(table: Int16Array, x: number): number {
  if (x <= 2) return table[x]!;
  const bits = 32 - Math.clz32(x);
  const fraction = (bits < 11 ? x << (11 - bits) : x >>> (bits - 11)) & 0x3ff;
  const [y0, a1, a2] = [table[4 * bits - 6]!, table[4 * bits - 5]!, table[4 * bits - 4]!];
  const slope = ((a2 * fraction) >> 5) + a1 * 32;
  return ((slope * fraction + (1 << 14)) >> 15) + y0;
}

/** x^2/4 below 2, x-1 from there on; PCAN_SNR_BITS fraction bits in, PCAN_OUTPUT_BITS out. */
function shrink(x: number): number {
  return x < 2 << PCAN_SNR_BITS
    ? (x * x) >>> (2 + 2 * PCAN_SNR_BITS - PCAN_OUTPUT_BITS)
    : (x >>> (PCAN_SNR_BITS - PCAN_OUTPUT_BITS)) - (1 << PCAN_OUTPUT_BITS);
}
