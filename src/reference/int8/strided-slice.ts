/** STRIDED_SLICE of 8-bit elements, masks resolved. */
import type { StridedSlice } from '../../lowering/call.js';

type Bytes = Int8Array | Uint8Array;

export function stridedSlice(p: StridedSlice, [x]: readonly Bytes[], [y]: readonly Bytes[]): void {
  const { inDims, outDims } = p;
  const index = (axis: 0 | 1 | 2 | 3, n: number): number => p.begin[axis] + n * p.stride[axis];
  let out = 0;
  for (let i = 0; i < outDims[0]; i += 1)
    for (let j = 0; j < outDims[1]; j += 1)
      for (let k = 0; k < outDims[2]; k += 1) {
        const row = (index(0, i) * inDims[1] + index(1, j)) * inDims[2] + index(2, k);
        const from = row * inDims[3] + p.begin[3];
        for (let l = 0; l < outDims[3]; l += 1) y![out++] = x![from + l * p.stride[3]]!;
      }
}
