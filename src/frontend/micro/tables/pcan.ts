/**
 * The gain of per-channel energy normalisation as a function of the noise estimate x, a table of one
 * quadratic per octave of x: gain(x) = 2^gainBits (x / 2^inputBits + offset)^-strength.
 *
 * Entries 0…2 are gain(0), gain(1) and the first octave's y0; the octave of x with highest bit b (b ≥ 2,
 * counted from 1) has (y0, a1, a2, unused) at 4b - 6.
 */
import { PCAN_GAIN_BITS, PCAN_OFFSET, PCAN_STRENGTH } from '../parameters.js';

const f = Math.fround;
const INT16_MAX = 0x7fff;
const OCTAVES = 32;

export const GAIN_TABLE_SIZE = 4 * OCTAVES - 3;

/** `inputBits` fraction bits of the noise estimate. */
export function gainTable(inputBits: number): Int16Array {
  const gain = (x: number) => {
    const power = f(f(f(x) / 2 ** inputBits) + PCAN_OFFSET) ** -f(PCAN_STRENGTH);
    const value = f(2 ** PCAN_GAIN_BITS * f(power));
    return value > INT16_MAX ? INT16_MAX : Math.trunc(f(value + 0.5));
  };
  const table = new Int16Array(GAIN_TABLE_SIZE);
  table[0] = gain(0);
  table[1] = gain(1);
  for (let octave = 2; octave <= OCTAVES; octave++) {
    const x0 = 2 ** (octave - 1);
    const y0 = gain(x0);
    const toMiddle = gain(x0 + x0 / 2) - y0;
    const toEnd = gain(octave === OCTAVES ? 2 * x0 - 1 : 2 * x0) - y0;
    const a1 = 4 * toMiddle - toEnd;
    table.set([y0, a1, toEnd - a1], 4 * octave - 6);
  }
  return table;
}
