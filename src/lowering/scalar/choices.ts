/**
 * Which calls the kernels for cores without instructions on several numbers take, and their parameters. Sums are
 * those of the canonical kernels modulo 2^32, so that no layer has to be refused for its numbers.
 */
import type { Target } from '../../boards/cores.js';
import type { CallOf, KernelCall } from '../call.js';
import {
  type Convolution,
  clampOf,
  convFilter,
  denseRows,
  depthwiseFilter,
  type Filter,
  foldBias,
  geometryOf,
  isPointwise,
} from '../filters.js';

type Scales = Pick<
  Convolution,
  'bias' | 'inputOffset' | 'outputOffset' | 'activationMin' | 'activationMax' | 'multipliers' | 'shifts'
>;
type Operands = Pick<KernelCall, 'inputs' | 'outputs'>;
/** Inputs that are multiplied at a time. */
const GROUP = 4;
/** What weights are stored with more than they are. */
const OFFSET = 128;
/** So few pixels are not worth taking three at a time. */
const FEW_PIXELS = 2;

/** Channels of a fully connected layer that are computed at a time. */
const BLOCK = 4;

/** Channels as whole blocks. */
const whole = (channels: number) => Math.ceil(channels / BLOCK) * BLOCK;

const padded = (inputs: number) => Math.ceil(inputs / GROUP) * GROUP;

/** [channels / 2][inputs, padded][2] */
function packPairs({ channels, inputs, weight }: Filter): Uint8Array {
  const row = padded(inputs);
  const filter = new Uint8Array(Math.ceil(channels / 2) * row * 2).fill(OFFSET);
  for (let channel = 0; channel < channels; channel++)
    for (let input = 0; input < inputs; input++) {
      const pair = (channel - (channel % 2)) * row;
      filter[pair + 2 * input + (channel % 2)] = OFFSET + weight(channel, input);
    }
  return filter;
}

/** [channels / 4, rounded up][inputs][4] */
function packFours({ channels, inputs, weight }: Filter): Uint8Array {
  const filter = new Uint8Array(whole(channels) * inputs).fill(OFFSET);
  for (let channel = 0; channel < channels; channel++)
    for (let input = 0; input < inputs; input++)
      filter[(channel - (channel % BLOCK)) * inputs + BLOCK * input + (channel % BLOCK)] =
        OFFSET + weight(channel, input);
  return filter;
}

/** [channels / 2][taps][2] */
function packDepthwise({ channels, inputs: taps, weight }: Filter): Int16Array {
  const filter = new Int16Array(channels * taps);
  for (let channel = 0; channel < channels; channel++)
    for (let tap = 0; tap < taps; tap++)
      filter[((channel >> 1) * taps + tap) * 2 + (channel % 2)] = weight(channel, tap);
  return filter;
}

function layerOf(p: Scales, filter: Filter, target: Target) {
  const { channels, inputs, weight } = filter;
  const bias = foldBias(p, filter);
  const sum = (channel: number, part: (w: number) => number) => {
    let total = 0;
    for (let input = 0; input < inputs; input++) total += part(weight(channel, input));
    return total;
  };
  const quick =
    target.instructionSet === 'thumb1' &&
    channels % 2 === 0 &&
    bias.every((first, channel) => {
      const bound = Math.abs(first) + 128 * sum(channel, Math.abs);
      return roundsQuickly(bound, p.multipliers[channel]!, -p.shifts[channel]!);
    });
  const rectified = p.outputOffset === -128 || p.activationMin >= p.outputOffset;
  const rounding = quick ? (rectified ? 2 : 1) : 0;
  const constants = Array.from(bias, (first, channel) => [
    first,
    p.multipliers[channel]!,
    ...rest(p.shifts[channel]!, p.outputOffset, rounding),
  ]).flat();
  return { ...clampOf(p), rounding, constants: Int32Array.from(constants) };
}

/** What is added to a quickly rounded sum, and the last shift; or 0 and the shift as it is. */
function rest(shift: number, zeroPoint: number, rounding: number): readonly [number, number] {
  if (rounding === 0) return [0, shift];
  const half = (2 * zeroPoint + 1) * 2 ** (11 - shift);
  return [half + (rounding === 2 ? 2 ** 11 : 0), 12 - shift];
}

/** Whether nothing overflows in scalar/finish.h with sums up to `bound`: its q, and what is added to it. */
export function roundsQuickly(bound: number, multiplier: number, shift: number): boolean {
  if (shift < 1 || shift > 11 || bound >= 2 ** 19) return false;
  const most = bound * (Math.floor(multiplier / 2 ** 19) + 1) + 1;
  return most + 2 ** 13 + 255 * 2 ** (shift + 11) < 2 ** 31;
}

/** What the kernels take several of at a time is there: pixels, and pairs of channels. */
const isWide = (p: Convolution, { channels }: Filter) => channels > 1 && !hasFewPixels(p);
const hasFewPixels = (p: Convolution) => p.batches * p.outH * p.outW <= FEW_PIXELS;

/** Undefined where too many of the channels that are computed would be none. */
function fullyConnected(
  { inputs, outputs }: Operands,
  p: Scales,
  filter: Filter,
  { target, rows }: { readonly target: Target; readonly rows: number },
): KernelCall | undefined {
  const { channels, inputs: inN } = filter;
  const more = whole(channels) - channels;
  if (4 * more > channels) return undefined;
  const { constants, ...layer } = layerOf(p, filter, target);
  const all = new Int32Array(constants.length + 4 * more);
  all.set(constants);
  const params = {
    batches: rows,
    inN,
    outN: channels,
    ...layer,
    filter: packFours(filter),
    constants: all,
  };
  return { inputs, outputs, kernel: 'fully_connected_s8_scalar', params };
}

export function chooseFullyConnected(
  call: CallOf<'fully_connected_s8'>,
  target: Target,
): KernelCall | undefined {
  const { params } = call;
  const { batches: rows, inN, outN, filter, filterOffset } = params;
  if (filterOffset !== 0) return undefined;
  const weight = (channel: number, input: number) => filter[channel * inN + input]!;
  return fullyConnected(call, params, { channels: outN, inputs: inN, weight }, { target, rows });
}

function convolution(
  { inputs, outputs }: Operands,
  p: Convolution,
  filter: Filter,
  target: Target,
): KernelCall | undefined {
  const rows = denseRows(p);
  if (rows !== undefined) return fullyConnected({ inputs, outputs }, p, filter, { target, rows });
  if (!isWide(p, filter)) return undefined;
  const layer = { ...layerOf(p, filter, target), filter: packPairs(filter) };
  const { channels: outC } = filter;
  const scratch = 12 * padded(filter.inputs);
  if (isPointwise(p)) {
    const params = { pixels: p.batches * p.inH * p.inW, descending: 0, inC: p.inC, outC, ...layer };
    return { inputs, outputs, kernel: 'conv_1x1_s8_scalar', params, scratch };
  }
  const params = { batches: p.batches, ...geometryOf(p), outC, inputZeroPoint: -p.inputOffset, ...layer };
  return { inputs, outputs, kernel: 'conv_2d_s8_scalar', params, scratch };
}

export function chooseConv2d(call: CallOf<'conv_2d_s8'>, target: Target): KernelCall | undefined {
  return convolution(call, call.params, convFilter(call.params), target);
}

export function chooseDepthwiseConv2d(
  call: CallOf<'depthwise_conv_2d_s8'>,
  target: Target,
): KernelCall | undefined {
  const { params, inputs, outputs } = call;
  const layer = depthwiseFilter(params, params.multiplier);
  if (params.inC === 1) return convolution(call, params, layer, target);
  if (params.multiplier !== 1 || params.inC % 2 !== 0) return undefined;
  return {
    inputs,
    outputs,
    kernel: 'depthwise_conv_2d_s8_scalar',
    params: {
      batches: params.batches,
      ...geometryOf(params),
      inputZeroPoint: -params.inputOffset,
      ...layerOf(params, layer, target),
      filter: packDepthwise(layer),
    },
    scratch: 3 * target.pointerBytes * layer.inputs + params.inC,
  };
}
