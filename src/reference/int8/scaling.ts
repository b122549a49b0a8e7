/** From the sum of an output channel to its int8: multiplier, zero point, clamp. */
import { clamp, multiplyByQuantizedMultiplier } from '../../model/arithmetic.js';

export interface ChannelScaling {
  readonly multipliers: Int32Array;
  readonly shifts: Int8Array;
  readonly outputOffset: number;
  readonly activationMin: number;
  readonly activationMax: number;
}

/** The same with what a loop over channels needs. */
export interface Scaling extends ChannelScaling {
  readonly channels: number;
  /** `multipliers` as doubles. */
  readonly factors: Float64Array;
  /** Shifts to the right; 0 where it is none, and one to the left perhaps. */
  readonly right: Int32Array;
}

/** Up to here a double holds a sum times a multiplier: 2^22 * 2^31. */
const EXACT = 2 ** 22;

export function prepareScaling(p: ChannelScaling, channels: number): Scaling {
  const { multipliers, shifts, outputOffset, activationMin, activationMax } = p;
  const factors = Float64Array.from(multipliers);
  const right = Int32Array.from(shifts, (shift) => Math.max(0, -shift));
  return { multipliers, shifts, outputOffset, activationMin, activationMax, channels, factors, right };
}

/**
 * y[at + channel] from sums[from + channel].
 *
 * The same as `multiplyByQuantizedMultiplier` per channel. Where a sum is as small as sums are, its product with
 * the multiplier fits a double, and both roundings are short: to the high half, halves up; then to the right,
 * halves away from zero. Nothing there jumps by what a sum is: after ReLU no one can guess which are clamped.
 */
export function requantize(p: Scaling, sums: Int32Array, from: number, y: Int8Array, at: number): void {
  const { channels, factors, right, activationMax } = p;
  const lowest = p.activationMin - p.outputOffset;
  const range = activationMax - p.activationMin;
  for (let channel = 0; channel < channels; channel += 1) {
    const sum = sums[from + channel]!;
    const shift = right[channel]!;
    if (shift === 0 || sum > EXACT || sum < -EXACT) y[at + channel] = general(p, sum, channel);
    else {
      const high = Math.floor((sum * factors[channel]! + 2 ** 30) / 2 ** 31) | 0;
      const scaled = (high + (1 << (shift - 1)) + (high >> 31)) >> shift;
      const above = (scaled - lowest) | 0;
      // What is below zero becomes zero.
      const room = (range - (above & ~(above >> 31))) | 0;
      y[at + channel] = activationMax - (room & ~(room >> 31));
    }
  }
}

function general(p: Scaling, sum: number, channel: number): number {
  const scaled = multiplyByQuantizedMultiplier(sum, p.multipliers[channel]!, p.shifts[channel]!);
  return clamp((scaled + p.outputOffset) | 0, p.activationMin, p.activationMax);
}
