/**
 * Nodes that are computed when the model is read, as all their inputs are known: batch norms that were
 * unfolded into arithmetic, shapes of reshapes. In double precision.
 */
import { elementCount, MOST_DIMENSIONS, shapeText } from '../../../model/elements.js';
import { UnreadableError } from '../../support/unreadable.js';
import { CONVERT_AGAIN, flagAttribute, integerAttribute } from '../graph-def.js';
import type { Constant, Operand } from '../operand.js';
import { axesOf, completedShape, constant, integers } from '../operand.js';
import type { NodeSite } from '../site.js';

export type FoldNode = (site: NodeSite, inputs: readonly Constant[]) => Constant;

function made(
  site: NodeSite,
  like: Constant,
  shape: readonly number[],
  value: (position: number) => number,
): Constant {
  const count = elementCount(shape);
  site.budget.spend(count);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = value(i);
  return constant(site.node.name, like.type, shape, values);
}

const first = (inputs: readonly Constant[], position = 0): Constant => {
  const input = inputs[position];
  if (input === undefined) throw new UnreadableError(`has no input ${position}`, CONVERT_AGAIN);
  return input;
};

/** Dimensions aligned at the right; a 1 repeats. @throws UnreadableError */
export function broadcastShape(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [p, q] = [a.at(axis - rank) ?? 1, b.at(axis - rank) ?? 1];
    if (p !== q && p !== 1 && q !== 1)
      throw new UnreadableError(`joins ${shapeText(a)} and ${shapeText(b)}, which do not fit`, CONVERT_AGAIN);
    return p === 1 ? q : p;
  });
}

/** Steps through a tensor of `shape` that is repeated to `whole`. */
function repeatedStrides(shape: readonly number[], whole: readonly number[]): number[] {
  const strides = new Array<number>(whole.length).fill(0);
  let step = 1;
  for (let axis = 1; axis <= shape.length; axis++) {
    const dim = shape.at(-axis)!;
    if (dim !== 1) strides[whole.length - axis] = step;
    step *= dim;
  }
  return strides;
}

/** Position in a tensor with these strides of element `i` of `shape`. */
function positionOf(i: number, shape: readonly number[], strides: readonly number[]): number {
  let [rest, at] = [i, 0];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at += (rest % shape[axis]!) * strides[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return at;
}

const binary =
  (compute: (a: number, b: number) => number): FoldNode =>
  (site, inputs) => {
    const [a, b] = [first(inputs), first(inputs, 1)];
    if (Math.max(a.shape.length, b.shape.length) > MOST_DIMENSIONS)
      throw new UnreadableError('has too many dimensions', CONVERT_AGAIN);
    const shape = broadcastShape(a.shape, b.shape);
    const [p, q] = [repeatedStrides(a.shape, shape), repeatedStrides(b.shape, shape)];
    return made(site, a, shape, (i) =>
      compute(a.values[positionOf(i, shape, p)]!, b.values[positionOf(i, shape, q)]!),
    );
  };

const unary =
  (compute: (value: number) => number): FoldNode =>
  (site, inputs) => {
    const x = first(inputs);
    return made(site, x, x.shape, (i) => compute(x.values[i]!));
  };

const reshaped = (site: NodeSite, x: Constant, shape: readonly number[]): Constant =>
  constant(site.node.name, x.type, shape, x.values);

const reshape: FoldNode = (site, inputs) => {
  const x = first(inputs);
  return reshaped(site, x, completedShape(integers(inputs, 1, 'shape', MOST_DIMENSIONS), x.shape));
};

export function expandedShape(shape: readonly number[], axis: number): readonly number[] {
  const at = axis < 0 ? axis + shape.length + 1 : axis;
  if (!Number.isInteger(at) || at < 0 || at > shape.length || shape.length >= MOST_DIMENSIONS)
    throw new UnreadableError(`adds the dimension ${axis} to ${shapeText(shape)}`, CONVERT_AGAIN);
  return shape.toSpliced(at, 0, 1);
}

const expandDims: FoldNode = (site, inputs) => {
  const x = first(inputs);
  return reshaped(site, x, expandedShape(x.shape, integers(inputs, 1, 'dimension', 1)[0]!));
};

/** Axes that Squeeze takes out: those named, or all of size 1. @throws UnreadableError */
export function squeezedAxes(site: NodeSite, shape: readonly number[]): readonly number[] {
  const named =
    site.node.attributes.get('squeeze_dims')?.integers ?? site.node.attributes.get('axis')?.integers ?? [];
  const axes =
    named.length === 0
      ? shape.map((_, axis) => axis).filter((axis) => shape[axis] === 1)
      : axesOf(named, shape.length);
  if (axes.some((axis) => shape[axis] !== 1))
    throw new UnreadableError(`takes dimensions larger than 1 out of ${shapeText(shape)}`, CONVERT_AGAIN);
  return axes;
}

const squeeze: FoldNode = (site, inputs) => {
  const x = first(inputs);
  const axes = squeezedAxes(site, x.shape);
  return reshaped(
    site,
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
};

/** Joins tensors of one shape along a new dimension; shapes of reshapes are made so. */
const pack: FoldNode = (site, inputs) => {
  const x = first(inputs);
  const axis = integerAttribute(site.node, 'axis', 0);
  if (x.shape.length > 0 || (axis !== 0 && axis !== -1))
    throw new UnreadableError('packs something else than numbers', CONVERT_AGAIN);
  return made(site, x, [inputs.length], (i) => inputs[i]!.values[0]!);
};

const concat: FoldNode = (site, inputs) => {
  const parts = inputs.slice(0, -1);
  const x = first(parts);
  if (parts.some(({ shape }) => shape.length !== 1))
    throw new UnreadableError('joins constants of more than one dimension', CONVERT_AGAIN);
  const values = parts.flatMap((part) => {
    site.budget.spend(part.values.length);
    return Array.from(part.values);
  });
  return constant(site.node.name, x.type, [values.length], values);
};

const slice: FoldNode = (site, inputs) => {
  const x = first(inputs);
  const [begin, end, stride] = [1, 2, 3].map((at) => integers(inputs, at, 'range', 1)[0]!) as [
    number,
    number,
    number,
  ];
  if (x.shape.length !== 1 || stride === 0 || integerAttribute(site.node, 'new_axis_mask', 0) !== 0)
    throw new UnreadableError('takes a part of a constant of several dimensions', CONVERT_AGAIN);
  site.budget.spend(x.values.length);
  const whole = Array.from(x.values);
  const from = integerAttribute(site.node, 'begin_mask', 0) & 1 ? undefined : begin;
  if (integerAttribute(site.node, 'shrink_axis_mask', 0) & 1) {
    const value = whole.at(begin);
    if (value === undefined)
      throw new UnreadableError(`takes element ${begin} of ${whole.length}`, CONVERT_AGAIN);
    return made(site, x, [], () => value);
  }
  const to = integerAttribute(site.node, 'end_mask', 0) & 1 ? undefined : end;
  if (stride !== 1) throw new UnreadableError(`takes every ${stride}th of a constant`, CONVERT_AGAIN);
  const taken = whole.slice(from, to);
  return made(site, x, [taken.length], (i) => taken[i]!);
};

const gather: FoldNode = (site, inputs) => {
  const [x, indices] = [first(inputs), first(inputs, 1)];
  if (x.shape.length !== 1) throw new UnreadableError('gathers from several dimensions', CONVERT_AGAIN);
  return made(site, x, indices.shape, (i) => {
    const value = x.values[indices.values[i]!];
    if (value === undefined)
      throw new UnreadableError(`takes element ${indices.values[i]} of ${x.values.length}`, CONVERT_AGAIN);
    return value;
  });
};

/** Over all elements; of the dimensions of a shape. */
const product: FoldNode = (site, inputs) => {
  const x = first(inputs);
  const axes = axesOf(integers(inputs, 1, 'dimensions', MOST_DIMENSIONS), x.shape.length);
  if (x.shape.length !== 1 || axes.length !== 1)
    throw new UnreadableError('multiplies over another number of dimensions than one', CONVERT_AGAIN);
  site.budget.spend(x.values.length);
  const result = Array.from(x.values).reduce((all, value) => all * value, 1);
  return made(site, x, flagAttribute(site.node, 'keep_dims', false) ? [1] : [], () => result);
};

const transpose: FoldNode = (site, inputs) => {
  const x = first(inputs);
  const order = axesOf(integers(inputs, 1, 'permutation', MOST_DIMENSIONS), x.shape.length);
  if (order.length !== x.shape.length)
    throw new UnreadableError('permutes only some dimensions', CONVERT_AGAIN);
  const steps = x.shape.map((_, axis) => elementCount(x.shape.slice(axis + 1)));
  const shape = order.map((axis) => x.shape[axis]!);
  const strides = order.map((axis) => steps[axis]!);
  return made(site, x, shape, (i) => x.values[positionOf(i, shape, strides)]!);
};

const cast: FoldNode = (site, inputs) => {
  const x = first(inputs);
  const type = site.node.attributes.get('DstT')?.type;
  if (type === 1) return constant(site.node.name, 'float', x.shape, x.values);
  if (type !== 3 && type !== 9)
    throw new UnreadableError('casts a constant to a type that is not read', CONVERT_AGAIN);
  return { ...made(site, x, x.shape, (i) => Math.trunc(x.values[i]!)), type: 'int' };
};

const shape: FoldNode = (site, inputs) => {
  const x = first(inputs);
  return constant(site.node.name, 'int', [x.shape.length], x.shape);
};

export const FOLDED: Readonly<Record<string, FoldNode>> = {
  Add: binary((a, b) => a + b),
  AddV2: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  RealDiv: binary((a, b) => a / b),
  Div: binary((a, b) => a / b),
  Maximum: binary(Math.max),
  Minimum: binary(Math.min),
  BiasAdd: binary((a, b) => a + b),
  Rsqrt: unary((value) => 1 / Math.sqrt(value)),
  Sqrt: unary(Math.sqrt),
  Square: unary((value) => value * value),
  Neg: unary((value) => -value),
  Reciprocal: unary((value) => 1 / value),
  Reshape: reshape,
  ExpandDims: expandDims,
  Squeeze: squeeze,
  Pack: pack,
  ConcatV2: concat,
  StridedSlice: slice,
  GatherV2: gather,
  Prod: product,
  Transpose: transpose,
  Cast: cast,
  Shape: shape,
};

/** The constant a node gives, or undefined where it is no such node or an input is not known. */
export function folded(site: NodeSite, inputs: readonly Operand[]): Constant | undefined {
  const { op } = site.node;
  if (!Object.hasOwn(FOLDED, op) || inputs.length === 0) return undefined;
  const constants = inputs.filter((input) => input.kind === 'constant');
  if (constants.length < inputs.length) return undefined;
  return FOLDED[op]!(site, constants);
}
