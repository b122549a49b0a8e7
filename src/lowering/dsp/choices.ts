/**
 * Which calls the kernels for the DSP extension take, and their parameters.
 *
 * A call that none of them fits (odd channels, sums that may overflow, positive shifts) keeps its plain kernel.
 */
import type { Target } from '../../boards/cores.js';
import type { CallOf, DepthwiseConv2d, KernelCall } from '../call.js';
import { denseRows, geometryOf, isPointwise, type Convolution as Window } from '../filters.js';
import { type FoldedLayer, fold, type WeightLayer } from './fold.js';
import { packBlocks, packDepthwise, packDepthwise3x3, packPairs } from './pack.js';

type Operands = Pick<KernelCall, 'inputs' | 'outputs'>;

interface Clamped {
  readonly outputOffset: number;
  readonly activationMin: number;
  readonly activationMax: number;
}

const clampedOf = ({ outputOffset, activationMin, activationMax }: Clamped): Clamped => ({
  outputOffset,
  activationMin,
  activationMax,
});

const operandsOf = ({ inputs, outputs }: Operands): Operands => ({ inputs, outputs });

function fullyConnected(
  call: Operands,
  layer: FoldedLayer,
  batches: number,
  params: Clamped,
): KernelCall | undefined {
  const packed = packBlocks(layer);
  if (packed === undefined) return undefined;
  return {
    ...operandsOf(call),
    kernel: 'fully_connected_s8_dsp',
    params: {
      batches,
      inN: layer.inputs,
      outN: layer.channels,
      ...clampedOf(params),
      ...packed,
      shifts: layer.shiftsLess1,
    },
  };
}

export function chooseFullyConnected(call: CallOf<'fully_connected_s8'>): KernelCall | undefined {
  const { params } = call;
  const { batches, inN, outN, filter } = params;
  if (params.filterOffset !== 0) return undefined;
  const layer = fold({
    ...params,
    channels: outN,
    inputs: inN,
    weight: (channel, input) => filter[channel * inN + input]!,
  });
  return layer && fullyConnected(call, layer, batches, params);
}

/** Inputs in the order in which `conv_2d_s8_dsp` reads them: the whole words of all rows, then the rest of rows. */
function wordsFirst(layer: FoldedLayer, { kernelH, kernelW, inC }: Window): FoldedLayer {
  const row = layer.inputs / kernelH;
  const rest = (kernelW * inC) % 4;
  const words = row - rest;
  const place = (input: number) => {
    const beyond = input - kernelH * words;
    return beyond < 0
      ? Math.floor(input / words) * row + (input % words)
      : Math.floor(beyond / rest) * row + words + (beyond % rest);
  };
  return { ...layer, weight: (channel, input) => layer.weight(channel, place(input)) };
}

function convolution(call: Operands, p: Window, layer: WeightLayer): KernelCall | undefined {
  const folded = fold(layer);
  if (folded === undefined) return undefined;
  const rows = denseRows(p);
  if (rows !== undefined) return fullyConnected(call, folded, rows, p);
  const packed = packPairs(isPointwise(p) ? folded : wordsFirst(folded, p));
  if (packed === undefined) return undefined;
  const { channels: outC, shiftsLess1: shifts } = folded;
  const rest = { ...clampedOf(p), ...packed, shifts };
  const quads = Math.ceil(folded.inputs / 4);
  if (isPointwise(p))
    return {
      ...operandsOf(call),
      kernel: 'conv_1x1_s8_dsp',
      params: { pixels: p.batches * p.inH * p.inW, descending: 0, inC: p.inC, outC, ...rest },
      scratch: 24 * quads,
    };
  return {
    ...operandsOf(call),
    kernel: 'conv_2d_s8_dsp',
    params: { batches: p.batches, ...geometryOf(p), outC, inputZeroPoint: -p.inputOffset, ...rest },
    scratch: 28 * quads + 4 * Math.ceil((p.kernelH * ((p.kernelW * p.inC) % 4)) / 4),
  };
}

export function chooseConv2d(call: CallOf<'conv_2d_s8'>): KernelCall | undefined {
  const { params } = call;
  const { filter, kernelH, kernelW, inC } = params;
  const inputs = kernelH * kernelW * inC;
  return convolution(call, params, {
    ...params,
    channels: params.outC,
    inputs,
    weight: (channel, input) => filter[channel * inputs + input]!,
  });
}

export function chooseDepthwiseConv2d(
  call: CallOf<'depthwise_conv_2d_s8'>,
  { pointerBytes }: Pick<Target, 'pointerBytes'>,
): KernelCall | undefined {
  const { params } = call;
  const { filter, kernelH, kernelW, inC, multiplier } = params;
  const channels = inC * multiplier;
  const taps = kernelH * kernelW;
  const layer: WeightLayer = {
    ...params,
    channels,
    inputs: taps,
    weight: (channel, tap) => filter[tap * channels + channel]!,
  };
  // Of one channel it is a convolution with the same filter.
  if (inC === 1) return convolution(call, params, layer);
  if (multiplier !== 1) return undefined;
  const folded = fold(layer);
  if (folded === undefined) return undefined;
  const common = {
    batches: params.batches,
    ...clampedOf(params as DepthwiseConv2d),
    shifts: folded.shiftsLess1,
    inputZeroPoint: -params.inputOffset,
  };
  const { inH, inW, outH, outW, padTop, padLeft } = params;
  if (isThreeByThree(params)) {
    const packed = packDepthwise3x3(folded);
    if (packed === undefined) return undefined;
    return {
      ...operandsOf(call),
      kernel: 'depthwise_conv_3x3_s8_dsp',
      params: { ...common, inH, inW, inC, outH, outW, padTop, padLeft, ...packed },
      scratch: 32 * (outW + 2),
    };
  }
  const packed = packDepthwise(folded);
  if (packed === undefined) return undefined;
  return {
    ...operandsOf(call),
    kernel: 'depthwise_conv_2d_s8_dsp',
    params: { ...common, ...geometryOf(params), ...packed },
    scratch: 2 * pointerBytes * Math.ceil(taps / 2) + inC,
  };
}

const isThreeByThree = (p: Window) =>
  [p.kernelH, p.kernelW].every((size) => size === 3) &&
  [p.dilationH, p.dilationW].every((step) => step === 1) &&
  [p.strideH, p.strideW].every((step) => step === 1) &&
  // The second row of a window is inside.
  p.padTop <= 1 &&
  p.outH - p.padTop < p.inH;
