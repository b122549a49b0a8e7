/**
 * What log2(1 + f) exceeds f by, at f = i / 128, in Q16: [130], the last two entries 0 (the end of the
 * octave, and one for reading past it).
 */
import { LOG_BITS, LOG_SEGMENT_BITS } from '../parameters.js';

export function logTable(): Uint16Array {
  const segments = 1 << LOG_SEGMENT_BITS;
  return Uint16Array.from({ length: segments + 2 }, (_, i) =>
    i >= segments ? 0 : Math.round((Math.log2(1 + i / segments) - i / segments) * (1 << LOG_BITS)),
  );
}
