/** Operators on single values, and those that reduce. */
import { elementCount } from '../../../src/model/elements.js';
import type { Grow } from '../graph.js';

const SIGMOID = { scales: [1 / 256], zeroPoints: [-128], axis: 0 };
const TANH = { scales: [1 / 128], zeroPoints: [0], axis: 0 };

export const growSoftmax: Grow = (graph, x) => {
  const shape = graph.shape(x);
  if (shape.length === 0) return undefined;
  return [
    graph.op('SOFTMAX', [x], [graph.activation(shape, SIGMOID)], { beta: graph.draw.pick([1, 1, 0.5]) }),
  ];
};

export const growFunction =
  (kind: 'LOGISTIC' | 'TANH' | 'RELU' | 'RELU6'): Grow =>
  (graph, x) => {
    const shape = graph.shape(x);
    const output = {
      LOGISTIC: () => graph.activation(shape, SIGMOID),
      TANH: () => graph.activation(shape, TANH),
      RELU: () => (graph.draw.chance(2) ? graph.like(x, shape) : graph.activation(shape)),
      RELU6: () => graph.like(x, shape),
    };
    return [graph.op(kind, [x], [output[kind]()], {})];
  };

export const growBinary =
  (kind: 'ADD' | 'SUB' | 'MUL'): Grow =>
  (graph, x) => {
    const { draw } = graph;
    const shape = graph.shape(x);
    const same = (other: number): boolean => String(graph.shape(other)) === String(shape);
    // Another activation, itself, or a constant: whole, or broadcast along all axes but one.
    const constant = (): number => {
      const axis = draw.next(Math.max(shape.length, 1));
      const whole = draw.chance(3);
      return graph.weights(whole ? shape : shape.map((size, d) => (d === axis ? size : 1)));
    };
    const other = draw.pick([graph.find(same), constant(), constant()]) ?? x;
    const operands = draw.chance(2) ? [x, other] : [other, x];
    const [a, b] = [graph.scaleOf(x), graph.scaleOf(other)];
    const y = graph.sized(shape, kind === 'MUL' ? a * b * 100 : a + b);
    return [graph.op(kind, operands, [y], { activation: draw.activation() })];
  };

export const growLeakyRelu: Grow = (graph, x) => {
  const alpha = graph.draw.pick([0.01, 0.3, 1, 2, -0.5]);
  return [graph.op('LEAKY_RELU', [x], [graph.sized(graph.shape(x), graph.scaleOf(x))], { alpha })];
};

/** Outputs more than 128 times as fine as the input are refused. */
export const growHardSwish: Grow = (graph, x) => {
  const scale = graph.scaleOf(x);
  const y = graph.sized(graph.shape(x), scale, Math.max(scale / 100, 1e-4));
  return [graph.op('HARD_SWISH', [x], [y], {})];
};

/** With a slope per channel. */
export const growPrelu: Grow = (graph, x) => {
  const shape = graph.shape(x);
  if (shape.length < 2) return undefined;
  const slopes = graph.weights([...shape.slice(1, -1).map(() => 1), shape.at(-1)!]);
  return [graph.op('PRELU', [x, slopes], [graph.sized(shape, graph.scaleOf(x))], {})];
};

export const growReduction =
  (kind: 'MEAN' | 'REDUCE_MAX'): Grow =>
  (graph, x) => {
    const { draw } = graph;
    const shape = graph.shape(x);
    if (shape.length === 0 || elementCount(shape) < 2) return undefined;
    const axes = shape.map((_, axis) => axis).filter(() => draw.chance(2));
    if (axes.length === 0) axes.push(draw.next(shape.length));
    const keepDims = draw.chance(2);
    const output = shape.flatMap((size, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [size]));
    const y = kind === 'MEAN' ? graph.sized(output, graph.scaleOf(x)) : graph.like(x, output);
    const named = axes.map((axis) => (draw.chance(3) ? axis - shape.length : axis));
    return [graph.op(kind, [x, graph.ints(...named)], [y], { keepDims })];
  };

export const growQuantize: Grow = (graph, x) => [
  graph.op('QUANTIZE', [x], [graph.sized(graph.shape(x), graph.scaleOf(x))], {}),
];
