/** REDUCE_MAX over any dimensions. */
import type { ReduceMax } from '../../lowering/call.js';
import { reducedStrides } from './mean.js';

export function reduceMax(p: ReduceMax, [x]: readonly Int8Array[], [y]: readonly Int8Array[]): void {
  const strides = reducedStrides(p);
  y!.fill(-128);
  let from = 0;
  for (let i = 0; i < p.dims[0]; i += 1)
    for (let j = 0; j < p.dims[1]; j += 1)
      for (let k = 0; k < p.dims[2]; k += 1)
        for (let l = 0; l < p.dims[3]; l += 1) {
          const to = i * strides[0]! + j * strides[1]! + k * strides[2]! + l * strides[3]!;
          y![to] = Math.max(y![to]!, x![from++]!);
        }
}
