/** Operators that move bytes. */
import { resolveSlice } from '../../../src/model/arithmetic.js';
import { elementCount } from '../../../src/model/elements.js';
import type { Graph, Grow, Shape } from '../graph.js';

const MAX_ELEMENTS = 700;

/** The same elements in as many dimensions as are drawn. */
export const growReshape: Grow = (graph, x) => {
  const { draw } = graph;
  let rest = elementCount(graph.shape(x));
  const shape = draw.chance(3) ? [] : [1];
  const rank = draw.between(1, 4);
  while (shape.length < rank - 1) {
    const divisors = Array.from({ length: Math.min(rest, 12) }, (_, i) => i + 1).filter(
      (d) => rest % d === 0,
    );
    const size = draw.pick(divisors);
    shape.push(size);
    rest /= size;
  }
  return [graph.op('RESHAPE', [x], [graph.like(x, [...shape, rest])], {})];
};

export const growExpandDims: Grow = (graph, x) => {
  const shape = graph.shape(x);
  if (shape.length > 3) return undefined;
  const axis = graph.draw.next(shape.length + 1);
  const output = shape.toSpliced(axis, 0, 1);
  return [graph.op('EXPAND_DIMS', [x, graph.ints(axis)], [graph.like(x, output)], {})];
};

export const growSqueeze: Grow = (graph, x) => {
  const shape = graph.shape(x);
  const ones = shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  if (ones.length === 0 || shape.length < 2) return undefined;
  const axis = graph.draw.pick(ones);
  return [graph.op('SQUEEZE', [x], [graph.like(x, shape.toSpliced(axis, 1))], { axes: [axis] })];
};

export const growTranspose: Grow = (graph, x) => {
  const shape = graph.shape(x);
  if (shape.length < 2) return undefined;
  const left = shape.map((_, axis) => axis);
  const order = shape.map(() => left.splice(graph.draw.next(left.length), 1)[0]!);
  const y = graph.like(
    x,
    order.map((axis) => shape[axis]!),
  );
  return [graph.op('TRANSPOSE', [x, graph.ints(...order)], [y], {})];
};

export const growResize =
  (kind: 'RESIZE_BILINEAR' | 'RESIZE_NEAREST_NEIGHBOR'): Grow =>
  (graph, x) => {
    const { draw } = graph;
    const shape = graph.shape(x);
    if (shape.length !== 4) return undefined;
    const [batches, , , channels] = shape as readonly [number, number, number, number];
    const size = [draw.between(1, 9), draw.between(1, 9)] as const;
    const output = [batches, ...size, channels];
    if (elementCount(output) > MAX_ELEMENTS) return undefined;
    const alignCorners = draw.chance(3);
    const halfPixelCenters = !alignCorners && draw.chance(2);
    const options = { alignCorners, halfPixelCenters };
    return [graph.op(kind, [x, graph.ints(...size)], [graph.like(x, output)], options)];
  };

export const growPad: Grow = (graph, x) => {
  const { draw } = graph;
  const shape = graph.shape(x);
  if (shape.length === 0 || elementCount(shape) > 200) return undefined;
  const paddings = shape.flatMap((_, axis) =>
    axis > 0 && draw.chance(2) ? [draw.next(3), draw.next(3)] : [0, 0],
  );
  const output = shape.map((size, axis) => size + paddings[2 * axis]! + paddings[2 * axis + 1]!);
  if (elementCount(output) > MAX_ELEMENTS) return undefined;
  return [graph.op('PAD', [x, graph.ints(...paddings)], [graph.like(x, output)], {})];
};

export const growConcatenation: Grow = (graph, x) => {
  const { draw } = graph;
  const shape = graph.shape(x);
  if (shape.length === 0) return undefined;
  const axis = draw.next(shape.length);
  const others = (other: Shape): string => String(other.toSpliced(axis, 1));
  const fits = (other: number): boolean =>
    graph.shape(other).length === shape.length && others(graph.shape(other)) === others(shape);
  const parts = Array.from({ length: draw.between(1, 3) }, () => {
    const other = graph.find(fits) ?? x;
    const { scales, zeroPoints } = graph.tensors[other]!.quantization!;
    const mine = graph.tensors[x]!.quantization!;
    const same = scales[0] === mine.scales[0] && zeroPoints[0] === mine.zeroPoints[0];
    return same ? other : graph.requantized(other, x);
  });
  parts.splice(draw.next(parts.length + 1), 0, x);
  const size = parts.reduce((sum, part) => sum + graph.shape(part)[axis]!, 0);
  const output = shape.with(axis, size);
  if (elementCount(output) > MAX_ELEMENTS) return undefined;
  const y = graph.like(x, output);
  const named = draw.chance(3) ? axis - shape.length : axis;
  return [graph.op('CONCATENATION', parts, [y], { axis: named, activation: 'NONE' })];
};

export const growSplit: Grow = (graph, x) => {
  const { draw } = graph;
  const shape = graph.shape(x);
  const axes = shape.flatMap((size, axis) => (size > 1 ? [axis] : []));
  if (axes.length === 0) return undefined;
  const axis = draw.pick(axes);
  const sizes: number[] = [];
  let rest = shape[axis]!;
  while (rest > 1 && sizes.length < 2) {
    const size = draw.between(1, rest - 1);
    sizes.push(size);
    rest -= size;
    if (draw.chance(2)) break;
  }
  sizes.push(rest);
  const parts = sizes.map((size) => graph.like(x, shape.with(axis, size)));
  const named = draw.chance(3) ? axis - shape.length : axis;
  graph.op('SPLIT_V', [x, graph.ints(...sizes), graph.ints(named)], parts, {});
  return parts;
};

export const growSlice: Grow = (graph, x) => {
  const { draw } = graph;
  const shape = graph.shape(x);
  if (shape.length === 0 || shape.length > 4) return undefined;
  const strides = shape.map(() => draw.pick([1, 1, 1, 2, -1, -2]));
  const begin = shape.map((size, d) => (strides[d]! > 0 ? draw.next(size) : size - 1 - draw.next(size)));
  const end = shape.map((size, d) =>
    strides[d]! > 0 ? draw.between(begin[d]! + 1, size) : draw.between(-size - 1, begin[d]! - size - 1),
  );
  const mask = (): number => (draw.chance(2) ? 0 : draw.next(1 << shape.length));
  const options = {
    beginMask: mask(),
    endMask: mask(),
    ellipsisMask: 0,
    newAxisMask: 0,
    shrinkAxisMask: draw.chance(5) ? 1 << draw.next(shape.length) : 0,
  };
  const { outputShape } = resolveSlice(shape, { begin, end, strides, ...options });
  if (outputShape.some((size) => size < 1)) return undefined;
  const operands = [x, graph.ints(...begin), graph.ints(...end), graph.ints(...strides)];
  return [graph.op('STRIDED_SLICE', operands, [graph.like(x, outputShape)], options)];
};

/** State: the last frames before the new ones, a sum that runs, or what was there one inference ago. */
export const growVariable: Grow = (graph, x) => {
  const { draw } = graph;
  const shape = graph.shape(x);
  const kind = draw.pick(['window', 'sum', 'delay'] as const);
  if (kind === 'window' && shape.length >= 2) return keepWindow(graph, x);
  const variable = initialised(graph, shape);
  const old = graph.op('READ_VARIABLE', [], [graph.like(x, shape)], { variable });
  if (kind === 'delay') {
    graph.assign(variable, x);
    return [old];
  }
  const sum = graph.op('ADD', [old, x], [graph.like(x, shape)], { activation: 'NONE' });
  graph.assign(variable, sum);
  return [sum];
};

function initialised(graph: Graph, shape: Shape): number {
  const { draw } = graph;
  const fill = draw.chance(2) ? undefined : draw.between(-128, 127);
  const bytes = Array.from({ length: elementCount(shape) }, () => fill ?? draw.between(-128, 127));
  return graph.variable(shape, bytes);
}

function keepWindow(graph: Graph, x: number): readonly number[] | undefined {
  const shape = graph.shape(x);
  const kept = graph.draw.between(1, 5);
  const whole = shape.with(1, shape[1]! + kept);
  if (elementCount(whole) > MAX_ELEMENTS) return undefined;
  const variable = initialised(graph, shape.with(1, kept));
  const old = graph.op('READ_VARIABLE', [], [graph.like(x, shape.with(1, kept))], { variable });
  const all = graph.op('CONCATENATION', [old, x], [graph.like(x, whole)], { axis: 1, activation: 'NONE' });
  const begin = shape.map((size, axis) => (axis === 1 ? size : 0));
  const operands = [all, graph.ints(...begin), graph.ints(...whole), graph.ints(...shape.map(() => 1))];
  const next = graph.op('STRIDED_SLICE', operands, [graph.like(x, shape.with(1, kept))], {
    beginMask: 0,
    endMask: 0,
    ellipsisMask: 0,
    newAxisMask: 0,
    shrinkAxisMask: 0,
  });
  graph.assign(variable, next);
  return [all];
}
