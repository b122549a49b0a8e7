/**
 * The gain of per-channel energy normalisation as a function of the noise estimate x, a table of one
 * quadratic per octave of x: gain(x) = 2^gainBits (x / 2^inputBits + offset)^-strength.
 *
 * Entries 0…2 are gain(0), gain(1) and the first octave's y0; the octave of x with highest bit b (b ≥ 2,
 * counted from 1) has (y0, a1, a2, unused) at 4b - 6.
 */
import type { Pcan } from '../../spec.js';
import { MICRO_DEFAULTS } from '../parameters.js';

const f = Math.fround;
const INT16_MAX = 0x7fff;
const OCTAVES = 32;

const GAIN_TABLE_SIZE = 4 * OCTAVES - 3;

/** `inputBits` fraction bits of the noise estimate. */
export function gainTable(
  inputBits: number,
  { strength, offset, gainBits }: Required<Pcan> = MICRO_DEFAULTS.pcan,
): Int16Array {
  const gain = (x: number) => {
    const power = f(f(f(x) / 2 ** inputBits) + f(offset)) ** -f(strength);
    const value = f(2 ** gainBits * f(power));
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

/** The table's quadratic at a uint32 x: the arithmetic of C, but for a result beyond 16 bits. */
export function gainAt(table: Int16Array, x: number): number {
  if (x <= 2) return table[x]!;
  const bits = 32 - Math.clz32(x);
  const fraction = (bits < 11 ? x << (11 - bits) : x >>> (bits - 11)) & 0x3ff;
  const [y0, a1, a2] = [table[4 * bits - 6]!, table[4 * bits - 5]!, table[4 * bits - 4]!];
  const slope = ((a2 * fraction) >> 5) + a1 * 32;
  return ((slope * fraction + (1 << 14)) >> 15) + y0;
}

/** Whether no gain had to be cut to 16 bits, and none between those of the table leaves them or is negative. */
export function gainFits(table: Int16Array): boolean {
  if (table[0] === INT16_MAX) return false;
  for (let bits = 2; bits <= OCTAVES; bits++)
    for (let fraction = 0; fraction < 1024; fraction++) {
      const value = gainAt(table, 2 ** (bits - 1) * (1 + fraction / 1024));
      if (value < 0 || value > INT16_MAX) return false;
    }
  return true;
}
