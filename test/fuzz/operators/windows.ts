/** Operators that slide a window: convolutions and pools, with every stride, padding and dilation. */
import { slidingWindow } from '../../../src/model/arithmetic.js';
import type { Padding } from '../../../src/model/types.js';
import type { Graph, Grow, Grown } from '../graph.js';

/** Where sums of products of weights near 0.01 and inputs typically end. */
const NATURAL = 0.4;

interface Window {
  readonly kernel: readonly [h: number, w: number];
  readonly stride: readonly [h: number, w: number];
  readonly dilation: readonly [h: number, w: number];
  readonly padding: Padding;
  /** Of the output. */
  readonly size: readonly [h: number, w: number];
}

function drawWindow({ draw }: Graph, height: number, width: number, dilated: boolean): Window {
  const kernel = [draw.between(1, 4), draw.between(1, 4)] as const;
  const stride = [draw.between(1, 3), draw.between(1, 3)] as const;
  const dilation =
    dilated && draw.chance(4) ? ([draw.between(1, 3), draw.between(1, 3)] as const) : ([1, 1] as const);
  const fits = [height, width].every((size, axis) => (kernel[axis]! - 1) * dilation[axis]! < size);
  const padding = fits && draw.chance(2) ? 'VALID' : 'SAME';
  const output = (size: number, axis: 0 | 1): number =>
    slidingWindow(padding, size, kernel[axis], stride[axis], dilation[axis]).output;
  return { kernel, stride, dilation, padding, size: [output(height, 0), output(width, 1)] };
}

function convolve(graph: Graph, x: number, depthwise: boolean): Grown {
  const { draw } = graph;
  const shape = graph.shape(x);
  if (shape.length !== 4) return undefined;
  const [n, h, w, c] = shape as readonly [number, number, number, number];
  if (c > 16) return undefined;
  const { kernel, stride, dilation, padding, size } = drawWindow(graph, h, w, true);
  const multiplier = draw.pick(c === 1 ? [1, 2, 5, 8] : [1, 1, 2, 3]);
  const channels = depthwise ? c * multiplier : draw.pick([1, 2, 3, 4, 5, 8, 9]);
  const options = {
    padding,
    strideH: stride[0],
    strideW: stride[1],
    dilationH: dilation[0],
    dilationW: dilation[1],
    activation: draw.activation(),
  };
  const filter = depthwise ? [1, ...kernel, channels] : [channels, ...kernel, c];
  const axis = draw.chance(4) ? undefined : depthwise ? 3 : 0;
  const operands = [x, graph.weights(filter, axis), graph.bias(channels)];
  const taps = kernel[0] * kernel[1] * (depthwise ? 1 : c);
  const y = graph.sized([n, ...size, channels], graph.scaleOf(x) * NATURAL * Math.sqrt(taps));
  if (depthwise) graph.op('DEPTHWISE_CONV_2D', operands, [y], { ...options, depthMultiplier: multiplier });
  else graph.op('CONV_2D', operands, [y], options);
  return [y];
}

export const growConv2d: Grow = (graph, x) => convolve(graph, x, false);
export const growDepthwiseConv2d: Grow = (graph, x) => convolve(graph, x, true);

export const growPool =
  (kind: 'AVERAGE_POOL_2D' | 'MAX_POOL_2D'): Grow =>
  (graph, x) => {
    const shape = graph.shape(x);
    if (shape.length !== 4) return undefined;
    const [n, h, w, c] = shape as readonly [number, number, number, number];
    const { kernel, stride, padding, size } = drawWindow(graph, h, w, false);
    const y = graph.like(x, [n, ...size, c]);
    graph.op(kind, [x], [y], {
      padding,
      strideH: stride[0],
      strideW: stride[1],
      filterH: kernel[0],
      filterW: kernel[1],
      activation: graph.draw.activation(),
    });
    return [y];
  };

export const growFullyConnected: Grow = (graph, x) => {
  const { draw } = graph;
  const shape = graph.shape(x);
  const count = shape.reduce((product, size) => product * size, 1);
  if (shape.length !== 2 && count > 300) return undefined;
  // Two dimensions, or everything flat.
  const flat = shape.length === 2 ? x : graph.op('RESHAPE', [x], [graph.like(x, [1, count])], {});
  const [batches, inN] = graph.shape(flat) as readonly [number, number];
  const outN = draw.pick([1, 2, 3, 4, 7, 12]);
  const y = graph.sized([batches, outN], graph.scaleOf(x) * NATURAL * Math.sqrt(inN));
  const operands = [flat, graph.weights([outN, inN], draw.chance(2) ? 0 : undefined), graph.bias(outN)];
  graph.op('FULLY_CONNECTED', operands, [y], { activation: draw.activation(), keepNumDims: false });
  return [y];
};
