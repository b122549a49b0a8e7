/** RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR (lite/kernels/internal/reference/resize_bilinear.h, integers). */
import type { Resize } from '../../lowering/call.js';

/** Places are in 1/1024; of a value in 1/1024 both ways 20 bits are rounded away, halves away from zero. */
const FRACTION_BITS = 10;
const ONE = 1 << FRACTION_BITS;
const HALF = 1 << (2 * FRACTION_BITS - 1);

export function resize(p: Resize, [x]: readonly Int8Array[], [y]: readonly Int8Array[]): void {
  const { batches, inH, inW, channels, outH, outW, rows, columns } = p;
  let to = 0;
  for (let b = 0; b < batches; b += 1)
    for (let i = 0; i < outH; i += 1) {
      const [top, below] = split(rows[i]!);
      const upper = (b * inH + top) * inW;
      const lower = below === 0 ? upper : upper + inW;
      for (let j = 0; j < outW; j += 1) {
        const [left, beside] = split(columns[j]!);
        const right = beside === 0 ? left : left + 1;
        for (let c = 0; c < channels; c += 1) {
          const at = (row: number, column: number): number => x![(row + column) * channels + c]!;
          const above = at(upper, left) * (ONE - beside) + at(upper, right) * beside;
          const under = at(lower, left) * (ONE - beside) + at(lower, right) * beside;
          const sum = above * (ONE - below) + under * below;
          y![to++] = Math.trunc((sum + (sum > 0 ? HALF : -HALF)) / (ONE * ONE));
        }
      }
    }
}

/** The pixel before a place, and how far after it the place is. */
const split = (place: number): readonly [number, number] => [place >> FRACTION_BITS, place & (ONE - 1)];
