/** Which taps of a sliding window fall inside the input. */
import { clamp } from '../../model/arithmetic.js';

export interface Taps {
  /** Input index of tap 0; may be negative. */
  readonly origin: number;
  /** Taps first … end - 1 are inside; outside the input counts as its zero point. */
  readonly first: number;
  readonly end: number;
}

/** A window without gaps along one axis. */
export interface AxisWindow {
  readonly outputs: number;
  readonly stride: number;
  /** Elements of padding before the first one. */
  readonly before: number;
  readonly size: number;
  readonly inputs: number;
}

/** The taps of every output position. */
export function taps({ outputs, stride, before, size, inputs }: AxisWindow): readonly Taps[] {
  return Array.from({ length: outputs }, (_, position) => {
    const origin = position * stride - before;
    return { origin, first: Math.max(0, -origin), end: clamp(inputs - origin, 0, size) };
  });
}
