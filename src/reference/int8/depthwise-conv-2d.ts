/**
 * DEPTHWISE_CONV_2D: every channel is filtered into `multiplier` output channels of its own.
 *
 * Two neighbouring positions share a double as two rows do in `rows.ts`: here it is the values that are stored as
 * v0 + v1 * 2^26, for both are multiplied by the same weight.
 */
import type { DepthwiseConv2d } from '../../lowering/call.js';
import { prepareFilters } from './conv-2d.js';
import { createImage, type Image, loadImage } from './image.js';
import { addPair, LANE, MOST_TAPS } from './rows.js';
import { prepareScaling, requantize } from './scaling.js';

export function prepareDepthwiseConv2d(p: DepthwiseConv2d, x: Int8Array, y: Int8Array): () => void {
  const channels = p.inC * p.multiplier;
  // One channel into several: filters that all lie over the same values.
  if (p.inC === 1) {
    const weight = (channel: number, tap: number) => p.filter[tap * channels + channel]!;
    return prepareFilters({ ...p, outC: channels }, weight, x, y);
  }
  const image = createImage(p);
  const filters: Filters = {
    taps: tapOffsets(p, image),
    weights: Float64Array.from(p.filter),
    channels,
    multiplier: p.multiplier,
  };
  const scaling = prepareScaling(p, channels);
  const bias = p.bias ?? new Int32Array(channels);
  const sums = new Int32Array(2 * channels);
  const pairs = new Float64Array(image.values.length);
  const stepDown = p.strideH * image.rowSize;
  const stepRight = p.strideW * p.inC;
  return () => {
    let out = 0;
    for (let batch = 0; batch < p.batches; batch += 1) {
      loadImage(image, x, batch);
      pair(image.values, stepRight, pairs);
      for (let oy = 0; oy < p.outH; oy += 1)
        for (let ox = 0; ox < p.outW; ox += 2) {
          sums.set(bias);
          sums.set(bias, channels);
          filter(filters, pairs, oy * stepDown + ox * stepRight, sums);
          requantize(scaling, sums, 0, y, out);
          out += channels;
          if (ox + 1 === p.outW) continue;
          requantize(scaling, sums, channels, y, out);
          out += channels;
        }
    }
  };
}

/** Each value with the one that is `apart` behind it, which at the end of a row means nothing. */
function pair(values: Float64Array, apart: number, pairs: Float64Array): void {
  const length = values.length - apart;
  for (let i = 0; i < length; i += 1) pairs[i] = values[i]! + values[i + apart]! * LANE;
  for (let i = Math.max(0, length); i < values.length; i += 1) pairs[i] = values[i]!;
}

interface Filters {
  /** From the first value of a position to that of each tap. */
  readonly taps: Int32Array;
  /** [taps][channels] */
  readonly weights: Float64Array;
  /** Of the output. */
  readonly channels: number;
  readonly multiplier: number;
}

function tapOffsets(
  { kernelH, kernelW, dilationH, dilationW, inC }: DepthwiseConv2d,
  { rowSize }: Image,
): Int32Array {
  return Int32Array.from({ length: kernelH * kernelW }, (_, tap) => {
    const [ky, kx] = [Math.floor(tap / kernelW), tap % kernelW];
    return ky * dilationH * rowSize + kx * dilationW * inC;
  });
}

/** Adds to sums[channel] what is at a position, to sums[channels + channel] what is at the next. */
function filter(filters: Filters, pairs: Float64Array, at: number, sums: Int32Array): void {
  const { taps } = filters;
  for (let first = 0; first < taps.length; first += MOST_TAPS) {
    addFours(filters, first, pairs, at, sums);
    addOnes(filters, first, pairs, at, sums);
  }
}

/** Channels that are summed four at a time. */
const inFours = ({ channels, multiplier }: Filters): number =>
  multiplier === 1 ? channels - (channels % 4) : 0;

/** The taps from `first` on, four channels at a time: sums that do not wait for each other are what makes it fast. */
function addFours(filters: Filters, first: number, pairs: Float64Array, at: number, sums: Int32Array): void {
  const { taps, weights, channels } = filters;
  const end = Math.min(taps.length, first + MOST_TAPS);
  const fours = inFours(filters);
  for (let channel = 0; channel < fours; channel += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let w = first * channels + channel;
    for (let tap = first; tap < end; tap += 1) {
      const from = at + taps[tap]! + channel;
      a += pairs[from]! * weights[w]!;
      b += pairs[from + 1]! * weights[w + 1]!;
      c += pairs[from + 2]! * weights[w + 2]!;
      d += pairs[from + 3]! * weights[w + 3]!;
      w += channels;
    }
    const next = channels + channel;
    addPair(a, sums, channel, next);
    addPair(b, sums, channel + 1, next + 1);
    addPair(c, sums, channel + 2, next + 2);
    addPair(d, sums, channel + 3, next + 3);
  }
}

/** The other channels. */
function addOnes(filters: Filters, first: number, pairs: Float64Array, at: number, sums: Int32Array): void {
  const { taps, weights, channels, multiplier } = filters;
  const end = Math.min(taps.length, first + MOST_TAPS);
  for (let channel = inFours(filters); channel < channels; channel += 1) {
    const from = at + Math.floor(channel / multiplier);
    let sum = 0;
    for (let tap = first; tap < end; tap += 1)
      sum += pairs[from + taps[tap]!]! * weights[tap * channels + channel]!;
    addPair(sum, sums, channel, channels + channel);
  }
}
