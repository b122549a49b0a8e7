/** Weights in the order in which the kernels for the DSP extension read them (kws_kernels.h describes each). */
import type { FoldedLayer } from './fold.js';

/** Channels per word of depthwise weights, and per block of a fully connected layer. */
const BLOCK = 4;
/** 256 times a sum must stay within 32 bits. */
const MAX_PAIR_SUM = 2 ** 23;

const padded = (count: number, to: number) => Math.ceil(count / to) * to;

/** Whether channels can be paired: 256 * B + A must fit 16 bits, 256 times the sum of B 32 bits. */
function pairsFit({ weight, inputs }: FoldedLayer, a: number): boolean {
  for (let input = 0; input < inputs; input++)
    if (256 * weight(a + 1, input) + weight(a, input) < -(2 ** 15)) return false;
  return true;
}

/** The two bytes of 256 * B + A. */
function pairBytes({ weight, inputs }: FoldedLayer, a: number, input: number): readonly [number, number] {
  if (input >= inputs) return [0, 0];
  const low = weight(a, input);
  return [low, weight(a + 1, input) - (low < 0 ? 1 : 0)];
}

/** Inputs of a group of four in the order in which bytes are extended: even ones first. */
const EVEN_ODD = [0, 2, 1, 3];

/** Filter and constants of `ChannelPairs`: pairs of channels over inputs. */
export function packPairs(
  layer: FoldedLayer,
): { readonly filter: Int8Array; readonly constants: Int32Array } | undefined {
  const { channels, inputs, biases, bounds, multipliers } = layer;
  if (channels % 2 !== 0) return undefined;
  const row = padded(inputs, 4);
  const filter = new Int8Array(channels * row);
  const constants = new Int32Array(channels * 2);
  for (let a = 0; a < channels; a += 2) {
    if (bounds[a + 1]! >= MAX_PAIR_SUM || !pairsFit(layer, a)) return undefined;
    for (let at = 0; at < row; at++)
      filter.set(pairBytes(layer, a, at - (at % 4) + EVEN_ODD[at % 4]!), a * row + 2 * at);
    const both = Math.imul(256, biases[a + 1]!) + biases[a]!;
    constants.set([biases[a]!, both, multipliers[a]!, multipliers[a + 1]!], 2 * a);
  }
  return { filter, constants };
}

/** Filter and constants of `FullyConnectedS8Dsp`. */
export function packBlocks(
  layer: FoldedLayer,
): { readonly filter: Int8Array; readonly constants: Int32Array } | undefined {
  const { channels, inputs, biases, multipliers } = layer;
  const row = padded(inputs, 4);
  const blocked = Math.floor(channels / BLOCK) * BLOCK;
  for (let a = 0; a < blocked; a += 2) if (!pairsFit(layer, a)) return undefined;
  const filter: number[] = [];
  const constants: number[] = [];
  for (let channel = 0; channel < blocked; channel += BLOCK) {
    for (let from = 0; from < row; from += 4)
      for (const half of [0, 2])
        for (const a of [channel, channel + 2])
          for (const k of EVEN_ODD.slice(half, half + 2)) filter.push(...pairBytes(layer, a, from + k));
    constants.push(...biases.subarray(channel, channel + BLOCK));
    constants.push(...multipliers.subarray(channel, channel + BLOCK));
  }
  for (let channel = blocked; channel < channels; channel++) {
    for (let input = 0; input < row; input++) filter.push(input < inputs ? layer.weight(channel, input) : 0);
    constants.push(biases[channel]!, multipliers[channel]!);
  }
  return { filter: Int8Array.from(filter), constants: Int32Array.from(constants) };
}

/** A word of four numbers of 8 bits, the first in the lowest. */
const bytes = (...four: readonly number[]) =>
  four.reduce((word, byte, i) => word | ((byte & 0xff) << (8 * i)), 0);

/** Constants of `DepthwiseConv3x3S8Dsp`; channels in fours. */
export function packDepthwise3x3(layer: FoldedLayer): { readonly constants: Int32Array } | undefined {
  const { channels, weight, biases, multipliers } = layer;
  if (channels % BLOCK !== 0) return undefined;
  const constants: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    for (let column = 0; column < 3; column++) {
      const [top, middle, bottom] = [0, 1, 2].map((row) => weight(channel, 3 * row + column));
      constants.push(bytes(top!, middle!, middle!, bottom!));
    }
    constants.push(2 * biases[channel]!, multipliers[channel]!);
  }
  return { constants: Int32Array.from(constants) };
}

/** Filter and constants of `DepthwiseConv2dS8Dsp`; channels in fours. */
export function packDepthwise(
  layer: FoldedLayer,
): { readonly filter: Int16Array; readonly constants: Int32Array } | undefined {
  const { channels, inputs, weight, biases, multipliers } = layer;
  if (channels % BLOCK !== 0) return undefined;
  const filter: number[] = [];
  const constants: number[] = [];
  for (let first = 0; first < channels; first += BLOCK) {
    for (let tap = 0; tap < inputs; tap += 2)
      for (let channel = first; channel < first + BLOCK; channel++)
        filter.push(2 * weight(channel, tap), tap + 1 < inputs ? 2 * weight(channel, tap + 1) : 0);
    for (let channel = first; channel < first + BLOCK; channel++) constants.push(2 * biases[channel]!);
    constants.push(...multipliers.subarray(first, first + BLOCK));
  }
  return { filter: Int16Array.from(filter), constants: Int32Array.from(constants) };
}
