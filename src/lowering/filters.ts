/** What kernels of instruction sets need of a layer with weights, however they lay them out. */
import type { Conv2d } from './call.js';
import type { WindowGeometry } from './window-geometry.js';

/** A filter as rows of weights, one per output channel. */
export interface Filter {
  readonly channels: number;
  /** Of one output. */
  readonly inputs: number;
  readonly weight: (channel: number, input: number) => number;
}

/** Either convolution. */
export type Convolution = Omit<Conv2d, 'filter' | 'outC'>;

/** What biases are folded with. */
export type Offsets = Pick<Convolution, 'bias' | 'inputOffset'>;

/** The model's biases and the share of the input's zero point, whatever their size. */
export function exactBiases({ bias, inputOffset }: Offsets, { channels, inputs, weight }: Filter): number[] {
  return Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let input = 0; input < inputs; input++) sum += weight(channel, input);
    return (bias?.[channel] ?? 0) + inputOffset * sum;
  });
}

/** The same modulo 2^32, as the sums are. */
export const foldBias = (offsets: Offsets, filter: Filter): Int32Array =>
  Int32Array.from(exactBiases(offsets, filter));

export const geometryOf = (p: Convolution): WindowGeometry => ({
  inH: p.inH,
  inW: p.inW,
  inC: p.inC,
  outH: p.outH,
  outW: p.outW,
  kernelH: p.kernelH,
  kernelW: p.kernelW,
  strideH: p.strideH,
  strideW: p.strideW,
  dilationH: p.dilationH,
  dilationW: p.dilationW,
  padTop: p.padTop,
  padLeft: p.padLeft,
});

export const clampOf = ({
  outputOffset,
  activationMin,
  activationMax,
}: Pick<Convolution, 'outputOffset' | 'activationMin' | 'activationMax'>) => ({
  outputOffset,
  activationMin,
  activationMax,
});

export const isPointwise = (p: Convolution): boolean =>
  [p.kernelH, p.kernelW, p.strideH, p.strideW].every((size) => size === 1);

/** So few pixels are computed one by one rather than several at a time. */
const FEW_PIXELS = 2;

/** Rows of a fully connected layer that a convolution is, if it reads its input from end to end. */
export function denseRows(p: Convolution): number | undefined {
  const pixels = p.batches * p.inH * p.inW;
  if (isPointwise(p)) return pixels <= FEW_PIXELS ? pixels : undefined;
  const single = p.outH === 1 && p.outW === 1 && p.padTop === 0 && p.padLeft === 0;
  const dense = (p.dilationH === 1 || p.kernelH === 1) && (p.dilationW === 1 || p.kernelW === 1);
  const whole = p.kernelW === p.inW && (p.kernelH === p.inH || (p.kernelH < p.inH && p.batches === 1));
  return single && dense && whole ? p.batches : undefined;
}

export function convFilter({ filter, kernelH, kernelW, inC, outC }: Conv2d): Filter {
  const inputs = kernelH * kernelW * inC;
  return { channels: outC, inputs, weight: (channel, input) => filter[channel * inputs + input]! };
}

/** Of one channel of the input it is that of a convolution. */
export function depthwiseFilter(p: Convolution & Pick<Conv2d, 'filter'>, multiplier: number): Filter {
  const channels = p.inC * multiplier;
  const inputs = p.kernelH * p.kernelW;
  return { channels, inputs, weight: (channel, tap) => p.filter[tap * channels + channel]! };
}
