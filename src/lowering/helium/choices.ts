/**
 * Which calls the kernels for Helium take, and their parameters. Sums are those of the canonical kernels modulo 2^32.
 * A call that none of them fits (channels that are no whole vectors, shifts to the left) is left to others.
 */
import type { CallOf, KernelCall } from '../call.js';
import {
  type Convolution,
  clampOf,
  convFilter,
  depthwiseFilter,
  type Filter,
  foldBias,
  geometryOf,
  isPointwise,
} from '../filters.js';

type Operands = Pick<KernelCall, 'inputs' | 'outputs'>;
type Scales = Pick<Convolution, 'bias' | 'inputOffset' | 'multipliers' | 'shifts'>;

/** Bytes of a vector. */
const LANES = 16;
/** Channels whose sums are one vector. */
const BLOCK = 4;
/** Pixels that are computed at a time. */
const PIXELS = 2;
/** Channels of a depthwise vector by the sums that they are added to: every fourth. */
const ORDER = [0, 2, 1, 3].flatMap((first) => [0, 1, 2, 3].map((i) => first + 4 * i));

/** Inputs as whole vectors. */
const padded = (inputs: number) => LANES * Math.ceil(inputs / LANES);

const fits = ({ shifts }: Scales) => shifts.every((shift) => shift <= 0);

/** [channels / 4][vectors][4][16] */
function packRows({ channels, inputs, weight }: Filter): Int8Array {
  const vectors = Math.ceil(inputs / LANES);
  const filter = new Int8Array(channels * vectors * LANES);
  for (let channel = 0; channel < channels; channel++)
    for (let input = 0; input < inputs; input++) {
      const vector = Math.floor(channel / BLOCK) * vectors + Math.floor(input / LANES);
      filter[(vector * BLOCK + (channel % BLOCK)) * LANES + (input % LANES)] = weight(channel, input);
    }
  return filter;
}

/** Per block: biases, multipliers, shifts, in the order of the channels. */
function constantsOf(scales: Scales, filter: Filter, order: readonly number[]): Int32Array {
  const bias = foldBias(scales, filter);
  const blocks = Array.from({ length: filter.channels / order.length }, (_, block) =>
    [bias, scales.multipliers, scales.shifts].flatMap((values) =>
      order.map((channel) => values[block * order.length + channel]!),
    ),
  );
  return Int32Array.from(blocks.flat());
}

const rowsOf = (scales: Scales, filter: Filter) => ({
  filter: packRows(filter),
  constants: constantsOf(scales, filter, [0, 1, 2, 3]),
});

function convolution({ inputs, outputs }: Operands, p: Convolution, filter: Filter): KernelCall | undefined {
  const { channels: outC } = filter;
  if (outC % BLOCK !== 0 || !fits(p)) return undefined;
  const layer = { ...clampOf(p), ...rowsOf(p, filter) };
  if (isPointwise(p)) {
    const params = { pixels: p.batches * p.inH * p.inW, descending: 0, inC: p.inC, outC, ...layer };
    return { inputs, outputs, kernel: 'conv_1x1_s8_helium', params, scratch: PIXELS * padded(p.inC) };
  }
  const params = { batches: p.batches, ...geometryOf(p), outC, inputZeroPoint: -p.inputOffset, ...layer };
  return { inputs, outputs, kernel: 'conv_2d_s8_helium', params, scratch: PIXELS * padded(filter.inputs) };
}

export function chooseConv2d(call: CallOf<'conv_2d_s8'>): KernelCall | undefined {
  return convolution(call, call.params, convFilter(call.params));
}

export function chooseFullyConnected({
  params,
  inputs,
  outputs,
}: CallOf<'fully_connected_s8'>): KernelCall | undefined {
  const { batches, inN, outN, filterOffset, filter, outputOffset, activationMin, activationMax } = params;
  if (filterOffset !== 0 || outN % BLOCK !== 0 || !fits(params)) return undefined;
  const rows: Filter = {
    channels: outN,
    inputs: inN,
    weight: (channel, input) => filter[channel * inN + input]!,
  };
  const layer = { outputOffset, activationMin, activationMax, ...rowsOf(params, rows) };
  return {
    inputs,
    outputs,
    kernel: 'conv_1x1_s8_helium',
    params: { pixels: batches, descending: 0, inC: inN, outC: outN, ...layer },
    scratch: (batches > 1 ? PIXELS : 1) * padded(inN),
  };
}

/** [channels / 16][taps, even][16], taps by columns of the window. */
function packTaps({ channels, inputs, weight }: Filter, { kernelH, kernelW }: Convolution): Int8Array {
  const taps = 2 * Math.ceil(inputs / 2);
  const filter = new Int8Array(channels * taps);
  for (let channel = 0; channel < channels; channel++)
    for (let tap = 0; tap < inputs; tap++)
      filter[(Math.floor(channel / LANES) * taps + tap) * LANES + (channel % LANES)] = weight(
        channel,
        (tap % kernelH) * kernelW + Math.floor(tap / kernelH),
      );
  return filter;
}

export function chooseDepthwiseConv2d(call: CallOf<'depthwise_conv_2d_s8'>): KernelCall | undefined {
  const { params, inputs, outputs } = call;
  const filter = depthwiseFilter(params, params.multiplier);
  if (params.inC === 1) return convolution(call, params, filter);
  if (params.multiplier !== 1 || params.inC % LANES !== 0 || !fits(params)) return undefined;
  if (params.filter.includes(-128)) return undefined;
  const { kernelH, kernelW, strideW, outW } = params;
  if (kernelW > 1 && params.dilationW > 1) return undefined;
  const layer = {
    ...clampOf(params),
    filter: packTaps(filter, params),
    constants: constantsOf(params, filter, ORDER),
  };
  return {
    inputs,
    outputs,
    kernel: 'depthwise_conv_2d_s8_helium',
    params: { batches: params.batches, ...geometryOf(params), inputZeroPoint: -params.inputOffset, ...layer },
    scratch: LANES * kernelH * ((outW - 1) * strideW + kernelW),
  };
}
