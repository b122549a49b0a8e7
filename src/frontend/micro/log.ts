/** The natural logarithm in integers: log2 by a table of 128 segments per octave, then times ln 2. */
import { LN2, LOG_BITS, LOG_SEGMENT_BITS } from './parameters.js';
import type { MicroFrontendTables } from './tables.js';

const ROUND = 2 ** (LOG_BITS - 1);
const SEGMENT_SHIFT = LOG_BITS - LOG_SEGMENT_BITS;

/** Writes ln(signal << correctionBits) * 2^logScaleBits per channel to `frame`; 0 where that is not above ln 1. */
export function scaledLogarithms(tables: MicroFrontendTables, signal: Uint32Array, frame: Uint16Array): void {
  const { correctionBits, logScaleBits } = tables;
  for (let i = 0; i < signal.length; i++) {
    const value = correctionBits < 0 ? signal[i]! >>> -correctionBits : (signal[i]! << correctionBits) >>> 0;
    frame[i] = value > 1 ? logarithm(tables.log, value, logScaleBits) : 0;
  }
}

/** ln(x) * 2^scaleBits, rounded, for a uint32 x > 0: at most 1420 with 6 bits. */
export function logarithm(table: Uint16Array, x: number, scaleBits = 6): number {
  const octave = 31 - Math.clz32(x);
  const rest = x - 2 ** octave;
  const fraction = octave < LOG_BITS ? rest << (LOG_BITS - octave) : rest >>> (octave - LOG_BITS);
  const segment = fraction >> SEGMENT_SHIFT;
  const within = fraction - (segment << SEGMENT_SHIFT);
  const excess = table[segment]! + (((table[segment + 1]! - table[segment]!) * within) >> LOG_BITS);
  const log2 = octave * 2 ** LOG_BITS + fraction + excess;
  const ln = Math.floor((LN2 * log2 + ROUND) / 2 ** LOG_BITS);
  return Math.floor((ln * 2 ** scaleBits + ROUND) / 2 ** LOG_BITS);
}

/** What stands in a frame where no logarithm is taken: the values, at most 65535. */
export function plainValues(signal: Uint32Array, frame: Uint16Array): void {
  for (let i = 0; i < signal.length; i++) frame[i] = Math.min(signal[i]!, 0xffff);
}
