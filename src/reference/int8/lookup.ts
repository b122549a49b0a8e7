/** LOGISTIC, TANH, RELU, RELU6: a table of 256 entries. */
import type { Lookup } from '../../lowering/call.js';

export function lookup(p: Lookup, [x]: readonly Int8Array[], [y]: readonly Int8Array[]): void {
  for (let i = 0; i < p.count; i += 1) y![i] = p.table[x![i]! & 255]!;
}
