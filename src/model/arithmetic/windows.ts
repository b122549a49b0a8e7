/** Sliding windows along one axis: output size and padding (kernels/padding.h). */
import type { Padding } from '../types.js';

export interface Window {
  /** Positions of the window. */
  readonly output: number;
  /** Padding before the first element; what is after it follows from the sizes. */
  readonly before: number;
}

/** @param filter taps; `dilation` elements apart */
export function slidingWindow(
  padding: Padding,
  input: number,
  filter: number,
  stride: number,
  dilation = 1,
): Window {
  const extent = (filter - 1) * dilation + 1;
  const output = Math.max(
    0,
    padding === 'SAME' ? Math.ceil(input / stride) : Math.floor((input - extent + stride) / stride),
  );
  const total = Math.max(0, (output - 1) * stride + extent - input);
  return { output, before: Math.floor(total / 2) };
}
