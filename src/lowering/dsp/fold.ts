/**
 * What all kernels for the DSP extension need of a layer with weights: zero points folded into biases, and the
 * proof that no sum of any input overflows.
 */

/** A layer as rows of weights, one per output channel. */
export interface WeightLayer {
  readonly channels: number;
  /** Inputs of one output. */
  readonly inputs: number;
  /** Weight of input `input` for `channel`. */
  readonly weight: (channel: number, input: number) => number;
  readonly inputOffset: number;
  readonly bias: Int32Array | null;
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
  const { channels, inputs, weight, inputOffset, bias, shifts } = layer;
  if (shifts.some((shift) => shift > -1 || shift < -MAX_SHIFT)) return undefined;
  const biases = new Int32Array(channels);
  const bounds: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    let [positive, negative] = [0, 0];
    for (let input = 0; input < inputs; input++) {
      const w = weight(channel, input);
      if (w > 0) positive += w;
      else negative -= w;
    }
    const folded = (bias?.[channel] ?? 0) + inputOffset * (positive - negative);
    const highest = folded + 127 * positive + 128 * negative;
    const lowest = folded - 128 * positive - 127 * negative;
    const bound = Math.max(Math.abs(highest), Math.abs(lowest), Math.abs(folded));
    if (bound >= MAX_SUM) return undefined;
    biases[channel] = folded;
    bounds.push(bound);
  }
  return { ...layer, biases, bounds, shiftsLess1: shifts.map((shift) => -shift - 1) };
}
