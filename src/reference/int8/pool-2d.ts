/** AVERAGE_POOL_2D and MAX_POOL_2D over the taps inside the input. */

import type { Pool2d } from '../../lowering/call.js';
import { clamp } from '../../model/arithmetic.js';
import { taps } from './window.js';

/** Quotient of integers, rounded to nearest, halves away from zero. */
function roundedQuotient(sum: number, count: number): number {
  const half = Math.trunc(count / 2);
  return Math.trunc((sum > 0 ? sum + half : sum - half) / count);
}

/** What a pool makes of the values under its window. */
interface Pooling {
  readonly start: number;
  readonly accumulate: (a: number, value: number) => number;
  readonly finish: (a: number, count: number) => number;
}

const AVERAGE: Pooling = { start: 0, accumulate: (sum, value) => sum + value, finish: roundedQuotient };
const MAX: Pooling = { start: -128, accumulate: Math.max, finish: (max) => max };

function pool(p: Pool2d, { start, accumulate, finish }: Pooling, x: Int8Array, y: Int8Array): void {
  const rows = taps({ outputs: p.outH, stride: p.strideH, before: p.padTop, size: p.filterH, inputs: p.inH });
  const columns = taps({
    outputs: p.outW,
    stride: p.strideW,
    before: p.padLeft,
    size: p.filterW,
    inputs: p.inW,
  });
  let out = 0;
  for (let batch = 0; batch < p.batches; batch += 1)
    for (const row of rows)
      for (const column of columns)
        for (let channel = 0; channel < p.channels; channel += 1) {
          let accumulator = start;
          for (let ky = row.first; ky < row.end; ky += 1)
            for (let kx = column.first; kx < column.end; kx += 1) {
              const pixel = (batch * p.inH + row.origin + ky) * p.inW + column.origin + kx;
              accumulator = accumulate(accumulator, x[pixel * p.channels + channel]!);
            }
          const count = (row.end - row.first) * (column.end - column.first);
          y[out++] = clamp(finish(accumulator, count), p.activationMin, p.activationMax);
        }
}

export function averagePool2d(p: Pool2d, [x]: readonly Int8Array[], [y]: readonly Int8Array[]): void {
  pool(p, AVERAGE, x!, y!);
}

export function maxPool2d(p: Pool2d, [x]: readonly Int8Array[], [y]: readonly Int8Array[]): void {
  pool(p, MAX, x!, y!);
}
