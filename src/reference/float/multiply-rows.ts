/** The matrix-vector product that most of a float model's time goes into. */
import type { Bounds } from './site.js';

export interface Matrix {
  /** [bias.length][columns] */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  readonly columns: number;
  readonly bounds: Bounds;
}

/**
 * y[yAt + o] = clamp(bias[o] + sum over i < columns of x[xAt + i] * weights[o * columns + i]), for o < bias.length.
 * Four rows at a time: sums that do not wait for each other are what makes it fast.
 */
export function multiplyRows(
  { weights: w, bias, columns: n, bounds: { low, high } }: Matrix,
  x: Float64Array | Float32Array,
  xAt: number,
  y: Float32Array,
  yAt: number,
): void {
  const rows = bias.length;
  let o = 0;
  for (; o + 4 <= rows; o += 4) {
    let [a, b, c, d] = [bias[o]!, bias[o + 1]!, bias[o + 2]!, bias[o + 3]!];
    const w0 = o * n;
    const w1 = w0 + n;
    const w2 = w1 + n;
    const w3 = w2 + n;
    for (let i = 0; i < n; i += 1) {
      const value = x[xAt + i]!;
      a += value * w[w0 + i]!;
      b += value * w[w1 + i]!;
      c += value * w[w2 + i]!;
      d += value * w[w3 + i]!;
    }
    y[yAt + o] = a < low ? low : a > high ? high : a;
    y[yAt + o + 1] = b < low ? low : b > high ? high : b;
    y[yAt + o + 2] = c < low ? low : c > high ? high : c;
    y[yAt + o + 3] = d < low ? low : d > high ? high : d;
  }
  for (; o < rows; o += 1) {
    let a = bias[o]!;
    for (let i = 0; i < n; i += 1) a += x[xAt + i]! * w[o * n + i]!;
    y[yAt + o] = a < low ? low : a > high ? high : a;
  }
}
