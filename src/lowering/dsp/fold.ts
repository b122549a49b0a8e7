/**
 * What all kernels for the DSP extension need of a layer with weights: zero points folded into biases, and the
 * proof that no sum of any input overflows.
 */

import { exactBiases, type Filter, type Offsets } from '../filters.js';

/** A layer and its scales. */
export interface WeightLayer extends Filter, Offsets {
  readonly multipliers: Int32Array;
  readonly shifts: Int8Array;
}

export interface FoldedLayer extends WeightLayer {
  /** The model's bias and the zero point's share. */
  readonly biases: Int32Array;
  /** The largest magnitude that each channel's sum can have. */
  readonly bounds: readonly number[];
  /** To the right, less 1. */
  readonly shiftsLess1: Int8Array;
}

/** Largest shift to the right: beyond it, half of the last place and the zero point need more than 30 bits. */
const MAX_SHIFT = 22;
/** Sums are doubled before the multiplication. */
const MAX_SUM = 2 ** 30;

/** Undefined where a sum may overflow or a shift is not one of 1 to 22 to the right: then the plain kernel runs. */
export function fold(layer: WeightLayer): FoldedLayer | undefined {
  const { channels, inputs, weight, shifts } = layer;
  if (shifts.some((shift) => shift > -1 || shift < -MAX_SHIFT)) return undefined;
  const biases = exactBiases(layer, layer);
  const bounds: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const folded = biases[channel]!;
    let [highest, lowest] = [folded, folded];
    for (let input = 0; input < inputs; input++) {
      const w = weight(channel, input);
      highest += w > 0 ? 127 * w : -128 * w;
      lowest -= w > 0 ? 128 * w : -127 * w;
    }
    const bound = Math.max(Math.abs(highest), Math.abs(lowest), Math.abs(folded));
    if (bound >= MAX_SUM) return undefined;
    bounds.push(bound);
  }
  return {
    ...layer,
    biases: Int32Array.from(biases),
    bounds,
    shiftsLess1: shifts.map((shift) => -shift - 1),
  };
}
