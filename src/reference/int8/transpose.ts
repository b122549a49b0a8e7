/** TRANSPOSE of 8-bit elements: the output in order, the input in steps. */
import type { Transpose } from '../../lowering/call.js';

type Bytes = Int8Array | Uint8Array;

export function transpose(p: Transpose, [x]: readonly Bytes[], [y]: readonly Bytes[]): void {
  const { outDims, strides } = p;
  let to = 0;
  for (let i = 0; i < outDims[0]; i += 1)
    for (let j = 0; j < outDims[1]; j += 1)
      for (let k = 0; k < outDims[2]; k += 1)
        for (let l = 0; l < outDims[3]; l += 1)
          y![to++] = x![i * strides[0] + j * strides[1] + k * strides[2] + l * strides[3]]!;
}
