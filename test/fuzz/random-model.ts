/**
 * Small random models: a model is all that its name says, `SEED/NUMBER`, or of its operators no more than the first
 * steps, `SEED/NUMBER:STEPS`. Held against each other are the reference engine, the plan, and the kernels of every
 * core, so every operator must be among them.
 */
import { elementCount, tensorBytes } from '../../src/model/elements.js';
import type { Model, OperatorKind } from '../../src/model/types.js';
import type { SlidingWindow } from '../../src/plan/sliding.js';
import { Graph, type Grow, type Shape } from './graph.js';
import {
  growConcatenation,
  growExpandDims,
  growPad,
  growReshape,
  growResize,
  growSlice,
  growSplit,
  growSqueeze,
  growTranspose,
  growVariable,
} from './operators/movement.js';
import {
  growBinary,
  growFunction,
  growHardSwish,
  growLeakyRelu,
  growPrelu,
  growQuantize,
  growReduction,
  growSoftmax,
} from './operators/values.js';
import { growConv2d, growDepthwiseConv2d, growFullyConnected, growPool } from './operators/windows.js';

/** Those that stand at the ends of a model or beside another, and those we do not compute. */
type Elsewhere = 'DEQUANTIZE' | 'READ_VARIABLE' | 'FOREIGN';

const GROW: { readonly [K in Exclude<OperatorKind, Elsewhere>]: Grow } = {
  CONV_2D: growConv2d,
  DEPTHWISE_CONV_2D: growDepthwiseConv2d,
  FULLY_CONNECTED: growFullyConnected,
  AVERAGE_POOL_2D: growPool('AVERAGE_POOL_2D'),
  MAX_POOL_2D: growPool('MAX_POOL_2D'),
  RESHAPE: growReshape,
  SOFTMAX: growSoftmax,
  LOGISTIC: growFunction('LOGISTIC'),
  TANH: growFunction('TANH'),
  RELU: growFunction('RELU'),
  RELU6: growFunction('RELU6'),
  LEAKY_RELU: growLeakyRelu,
  HARD_SWISH: growHardSwish,
  PRELU: growPrelu,
  EXPAND_DIMS: growExpandDims,
  SQUEEZE: growSqueeze,
  TRANSPOSE: growTranspose,
  SUB: growBinary('SUB'),
  ADD: growBinary('ADD'),
  MUL: growBinary('MUL'),
  MEAN: growReduction('MEAN'),
  REDUCE_MAX: growReduction('REDUCE_MAX'),
  RESIZE_BILINEAR: growResize('RESIZE_BILINEAR'),
  RESIZE_NEAREST_NEIGHBOR: growResize('RESIZE_NEAREST_NEIGHBOR'),
  PAD: growPad,
  QUANTIZE: growQuantize,
  CONCATENATION: growConcatenation,
  STRIDED_SLICE: growSlice,
  SPLIT_V: growSplit,
  ASSIGN_VARIABLE: growVariable,
};
const KINDS = Object.values(GROW);

export interface RandomModel {
  readonly name: string;
  readonly model: Model;
  /** How many steps it grew by. */
  readonly steps: number;
  /** Bytes of the input, per inference. */
  readonly inputs: readonly Uint8Array[];
  /** Where these are a stream cut at every hop. */
  readonly window?: SlidingWindow;
}

const MAX_STEPS = 12;
const INFERENCES = 3;

function inputShape({ draw }: Graph): Shape {
  const size = (): number => draw.between(1, 8);
  return draw.pick([
    () => [1, size(), size(), draw.pick([1, 2, 3, 4, 5, 8])],
    () => [1, size(), size(), draw.pick([1, 2, 3, 4, 5, 8])],
    () => [1, draw.between(1, 5), 1, draw.pick([3, 8, 10])],
    () => [1, draw.between(1, 60)],
    () => [1, size(), size()],
  ])();
}

/** The model's input, and the int8 activation that operators begin with. */
function begin(graph: Graph): { readonly input: number; readonly x: number } {
  const shape = inputShape(graph);
  const x = graph.activation(shape);
  const type = graph.draw.pick(['int8', 'int8', 'int8', 'uint8', 'float32'] as const);
  if (type === 'int8') return { input: x, x };
  const { scales, zeroPoints } = graph.tensors[x]!.quantization!;
  const quantization = { scales, zeroPoints: [zeroPoints[0]! + 128], axis: 0 };
  const input =
    type === 'uint8'
      ? graph.tensor(shape, { type, quantization })
      : graph.tensors.push({ name: 'input', type, shape }) - 1;
  graph.op('QUANTIZE', [input], [x], {});
  return { input, x };
}

/** Everything that nothing reads, side by side: no operator is without effect on the output. */
function end(graph: Graph): number {
  const read = new Set(graph.operators.flatMap(({ inputs }) => inputs));
  const ends = graph.open.filter((id) => !read.has(id));
  const flat = (id: number): number =>
    graph.op('RESHAPE', [id], [graph.like(id, [1, elementCount(graph.shape(id))])], {});
  const first = ends[0] ?? graph.open.at(-1)!;
  let y = first;
  if (ends.length > 1) {
    const parts = ends.map((id, i) => (i === 0 ? flat(id) : graph.requantized(flat(id), first)));
    const count = parts.reduce((sum, id) => sum + elementCount(graph.shape(id)), 0);
    y = graph.op('CONCATENATION', parts, [graph.like(first, [1, count])], { axis: 1, activation: 'NONE' });
  }
  return y;
}

function outputOf(graph: Graph, y: number, type: 'int8' | 'uint8' | 'float32'): number {
  if (type === 'int8') return y;
  const shape = graph.shape(y);
  if (type === 'float32')
    return graph.op('DEQUANTIZE', [y], [graph.tensors.push({ name: 'output', type, shape }) - 1], {});
  const { scales, zeroPoints } = graph.tensors[y]!.quantization!;
  const quantization = { scales, zeroPoints: [zeroPoints[0]! + 128], axis: 0 };
  return graph.op('QUANTIZE', [y], [graph.tensor(shape, { type, quantization })], {});
}

function inputBytes(graph: Graph, input: number): Uint8Array {
  const { draw } = graph;
  const tensor = graph.tensors[input]!;
  if (tensor.type === 'float32') {
    const values = Float32Array.from({ length: elementCount(tensor.shape) }, () => draw.floatValue());
    return new Uint8Array(values.buffer);
  }
  return Uint8Array.from(draw.activations(tensorBytes(tensor)));
}

/** @throws RangeError where the name is none */
export function randomModel(name: string): RandomModel {
  const parts = /^(\d+\/\d+)(?::(\d+))?$/.exec(name);
  if (parts === null) throw new RangeError(`'${name}' names no model: SEED/NUMBER or SEED/NUMBER:STEPS`);
  const graph = new Graph(parts[1]!);
  const { draw } = graph;
  const drawn = draw.between(1, MAX_STEPS);
  const steps = Math.min(drawn, Number(parts[2] ?? drawn));
  const type = draw.pick(['int8', 'int8', 'uint8', 'float32'] as const);
  const { input, x } = begin(graph);
  const inputs = Array.from({ length: INFERENCES }, () => inputBytes(graph, input));
  graph.open.push(x);
  for (let step = 0; step < steps; step++) {
    for (let tries = 0; tries < 20; tries++) {
      // Mostly from what came last, so that models become deep.
      const from = draw.chance(3) ? draw.pick(graph.open) : graph.open.at(-1)!;
      const grown = draw.pick(KINDS)(graph, from);
      if (grown === undefined) continue;
      graph.open.push(...grown);
      break;
    }
  }
  return { name, model: graph.model([input], [outputOf(graph, end(graph), type)]), steps, inputs };
}
