/** MEAN over any dimensions: the sum, minus zero point times count, with 1/count in the multiplier. */

import type { Mean } from '../../lowering/call.js';
import { clamp, multiplyByQuantizedMultiplier } from '../../model/arithmetic.js';

/** Elements of the output to the next index of each dimension; 0 where it is reduced. */
export function reducedStrides({ dims, reduce }: Pick<Mean, 'dims' | 'reduce'>): readonly number[] {
  return dims.map((_, axis) =>
    reduce[axis] === 1
      ? 0
      : dims.reduce<number>((n, size, other) => (other > axis && reduce[other] === 0 ? n * size : n), 1),
  );
}

export function mean(p: Mean, [x]: readonly Int8Array[], [y]: readonly Int8Array[]): void {
  const sums = new Float64Array(y!.length);
  const strides = reducedStrides(p);
  let from = 0;
  for (let i = 0; i < p.dims[0]; i += 1)
    for (let j = 0; j < p.dims[1]; j += 1)
      for (let k = 0; k < p.dims[2]; k += 1)
        for (let l = 0; l < p.dims[3]; l += 1) {
          const to = i * strides[0]! + j * strides[1]! + k * strides[2]! + l * strides[3]!;
          sums[to]! += x![from++]!;
        }
  sums.forEach((sum, i) => {
    const scaled = multiplyByQuantizedMultiplier(
      sum + p.inputOffsetTimesCount,
      p.output.multiplier,
      p.output.shift,
    );
    y![i] = clamp((scaled + p.outputOffset) | 0, -128, 127);
  });
}
