/** What the sliding-window operators share: which taps fall inside the input, and the way out of the sum. */
import { clamp, multiplyByQuantizedMultiplier } from '../../model/arithmetic.js';

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

/** Bias, multiplier, zero point and clamp of one output channel; the sum wraps to 32 bits as on the device. */
export function requantizeChannel(p: {
  readonly bias: Int32Array | null;
  readonly multipliers: Int32Array;
  readonly shifts: Int8Array;
  readonly outputOffset: number;
  readonly activationMin: number;
  readonly activationMax: number;
}): (sum: number, channel: number) => number {
  return (sum, channel) => {
    const scaled = multiplyByQuantizedMultiplier(
      (sum + (p.bias === null ? 0 : p.bias[channel]!)) | 0,
      p.multipliers[channel]!,
      p.shifts[channel]!,
    );
    return clamp((scaled + p.outputOffset) | 0, p.activationMin, p.activationMax);
  };
}
