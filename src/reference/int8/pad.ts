/** PAD of 8-bit elements with the byte of the zero point. */
import type { Pad } from '../../lowering/call.js';

type Bytes = Int8Array | Uint8Array;

export function pad(p: Pad, [x]: readonly Bytes[], [y]: readonly Bytes[]): void {
  const { inDims, before, after } = p;
  const extent = (axis: 0 | 1 | 2 | 3): number => before[axis] + inDims[axis] + after[axis];
  y!.fill(p.value);
  let from = 0;
  for (let i = 0; i < inDims[0]; i += 1)
    for (let j = 0; j < inDims[1]; j += 1)
      for (let k = 0; k < inDims[2]; k += 1) {
        const plane = (before[0] + i) * extent(1) + before[1] + j;
        const at = (plane * extent(2) + before[2] + k) * extent(3) + before[3];
        y!.set(x!.subarray(from, from + inDims[3]), at);
        from += inDims[3];
      }
}
