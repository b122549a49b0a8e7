/** Which taps of a sliding window fall inside the input. */
import { clamp } from '../../model/arithmetic.js';

export interface Taps {
  /** Input index of tap 0; may be negative. */
  readonly origin: number;
  /** Taps first … end - 1 are inside; outside the input counts as its zero point. */
  readonly first: number;
  readonly end: number;
}

/** The taps of every output position along one axis. */
export function taps(
  outputs: number,
  stride: number,
  before: number,
  size: number,
  dilation: number,
  inputs: number,
): readonly Taps[] {
  return Array.from({ length: outputs }, (_, position) => {
    const origin = position * stride - before;
    return {
      origin,
      first: origin < 0 ? Math.ceil(-origin / dilation) : 0,
      end: clamp(Math.ceil((inputs - origin) / dilation), 0, size),
    };
  });
}
