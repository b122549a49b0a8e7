/** Nodes that only move values: reshapes, padding, concatenation, slices. */
import { resolveSlice } from '../../../model/arithmetic.js';
import { shapeText } from '../../../model/elements.js';
import { UnreadableError } from '../../support/unreadable.js';
import { CONVERT_AGAIN, integerAttribute } from '../graph-def.js';
import type { Activation, Operand } from '../operand.js';
import { axesOf, completedShape, constant, integers, known, tensor } from '../operand.js';
import type { LowerNode, NodeSite } from '../site.js';
import { expandedShape, squeezedAxes } from './fold.js';

const lowerReshape: LowerNode = (site, inputs) => {
  const x = tensor(inputs, 0);
  return site.reshape(x, completedShape(integers(inputs, 1, 'shape', 8), x.shape));
};

/** @param axis may count from behind */
function expanded(site: NodeSite, x: Activation, axis: number): Activation {
  const { length } = expandedShape(x.shape, axis);
  return site.expandDims(x, axis < 0 ? axis + length : axis);
}

const lowerExpandDims: LowerNode = (site, inputs) => {
  const axis = integers(inputs, 1, 'dimension', 1)[0] ?? Number.NaN;
  const [x] = inputs;
  if (x?.kind === 'blocked') {
    const at = axis < 0 ? axis + x.block.length + 1 : axis;
    return { ...x, block: x.block.toSpliced(at, 0, 1), emit: (pads) => expanded(site, x.emit(pads), at) };
  }
  return expanded(site, tensor(inputs, 0), axis);
};

const lowerSqueeze: LowerNode = (site, inputs) => {
  const [x] = inputs;
  if (x?.kind === 'blocked') {
    // The size of dimensions with blocks is not known yet: those without say which is meant.
    const axes = axesOf(site.node.attributes.get('squeeze_dims')?.integers ?? [], x.block.length);
    if (axes.length !== 1 || x.block[axes[0]!] !== 1)
      throw new UnreadableError('squeezes the blocks of SpaceToBatchND', CONVERT_AGAIN);
    return {
      ...x,
      block: x.block.toSpliced(axes[0]!, 1),
      emit: (pads) => {
        const y = x.emit(pads);
        if (y.shape[axes[0]!] !== 1) throw new UnreadableError('squeezes more than one value', CONVERT_AGAIN);
        return site.squeeze(y, axes);
      },
    };
  }
  const y = tensor(inputs, 0);
  return site.squeeze(y, squeezedAxes(site, y.shape));
};

/** Pairs [before, after] of non-negative integers. @throws UnreadableError */
export function pairs(inputs: readonly Operand[], position: number, what: string): [number, number][] {
  const { shape } = known(inputs, position, what);
  const flat = integers(inputs, position, what, 16);
  if (shape.length !== 2 || shape[1] !== 2 || flat.some((value) => value < 0 || value > 1 << 24))
    throw new UnreadableError(`its ${what} are no pairs of amounts`, CONVERT_AGAIN);
  return Array.from({ length: shape[0]! }, (_, axis) => [flat[2 * axis]!, flat[2 * axis + 1]!]);
}

/** Zeros around x; nothing where there are none to add. */
export function padded(
  site: NodeSite,
  x: Activation,
  sides: readonly (readonly [number, number])[],
): Activation {
  if (sides.length !== x.shape.length)
    throw new UnreadableError(`pads ${sides.length} dimensions of ${shapeText(x.shape)}`, CONVERT_AGAIN);
  if (sides.every(([before, after]) => before === 0 && after === 0)) return x;
  const shape = x.shape.map((dim, axis) => dim + sides[axis]![0] + sides[axis]![1]);
  return site.emit('PAD', [x.id, site.ints('paddings', sides.flat(), [sides.length, 2])], shape, {});
}

const lowerPad: LowerNode = (site, inputs) => {
  if (inputs.length > 2 && known(inputs, 2, 'padding value').values[0] !== 0)
    throw new UnreadableError('pads with another value than 0', 'pad with zeros, and train again');
  const sides = pairs(inputs, 1, 'paddings');
  if (sides[0]?.some((amount) => amount > 0))
    throw new UnreadableError('pads the batch', 'pad the other dimensions only');
  return padded(site, tensor(inputs, 0), sides);
};

const lowerConcat: LowerNode = (site, inputs) => {
  const axes = integers(inputs, inputs.length - 1, 'dimension', 1);
  const parts = inputs.slice(0, -1);
  const first = tensor(
    parts.filter((part) => part.kind !== 'constant'),
    0,
  );
  const [axis = 0] = axesOf(axes, first.shape.length);
  if (axes.length !== 1 || parts.length > 1000) throw new UnreadableError('joins too much', CONVERT_AGAIN);
  if (axis === 0) throw new UnreadableError('joins several batches', 'join along another dimension');
  const shapes = parts.map((part, position) =>
    part.kind === 'constant' ? part.shape : tensor(parts, position).shape,
  );
  for (const shape of shapes)
    if (
      shape.length !== first.shape.length ||
      shape.some((dim, at) => at !== axis && dim !== first.shape[at])
    )
      throw new UnreadableError(
        `joins ${shapeText(first.shape)} and ${shapeText(shape)}, which do not fit`,
        'put Reshape layers before it',
      );
  const ids = parts.map((part, position) =>
    part.kind === 'constant' ? site.floats(`part${position}`, part) : tensor(parts, position).id,
  );
  const total = shapes.reduce((sum, shape) => sum + shape[axis]!, 0);
  return site.emit('CONCATENATION', ids, first.shape.with(axis, total), { axis, activation: 'NONE' });
};

const lowerTile: LowerNode = (site, inputs) => {
  const x = tensor(inputs, 0);
  const times = integers(inputs, 1, 'multiples', 8);
  if (times.length !== x.shape.length || times.some((m) => m < 1 || m > 1 << 24))
    throw new UnreadableError(`repeats ${shapeText(x.shape)} ${times.join('x')} times`, CONVERT_AGAIN);
  if (times[0] !== 1) throw new UnreadableError('repeats the batch', 'repeat the other dimensions only');
  return site.tile(x, times);
};

const lowerTranspose: LowerNode = (site, inputs) => {
  const x = tensor(inputs, 0);
  const order = axesOf(integers(inputs, 1, 'permutation', 8), x.shape.length);
  if (order.length !== x.shape.length)
    throw new UnreadableError('permutes only some of its dimensions', CONVERT_AGAIN);
  const moved = order.filter((axis) => x.shape[axis] !== 1);
  if (order[0] !== 0 && moved.length > 0 && x.shape[order[0]!] !== 1)
    throw new UnreadableError('moves the batch', 'permute the other dimensions only');
  return site.transpose(x, order);
};

function sliced(site: NodeSite, x: Activation, request: Parameters<typeof resolveSlice>[1]): Activation {
  let slice: ReturnType<typeof resolveSlice>;
  try {
    slice = resolveSlice(x.shape, request);
  } catch (error) {
    if (error instanceof RangeError) throw new UnreadableError(error.message, CONVERT_AGAIN);
    throw error;
  }
  if (slice.count[0] !== 1 || slice.stride.some((step) => step < 0))
    throw new UnreadableError(
      'takes a part of the batch, or goes backwards',
      'cut the other dimensions only, in their order',
    );
  if (slice.count.every((count, axis) => count === x.shape[axis])) return site.reshape(x, slice.outputShape);
  const ends = slice.begin.map((begin, axis) => begin + (slice.count[axis]! - 1) * slice.stride[axis]! + 1);
  const operands = [
    x.id,
    site.ints('begin', slice.begin),
    site.ints('end', ends),
    site.ints('strides', slice.stride),
  ];
  const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
  return site.reshape(site.emit('STRIDED_SLICE', operands, slice.count, masks), slice.outputShape);
}

const lowerStridedSlice: LowerNode = (site, inputs) => {
  const x = tensor(inputs, 0);
  const [begin, end, strides] = [1, 2, 3].map((at) => integers(inputs, at, 'range', 8)) as number[][];
  const given = begin!.length;
  const mask = (key: string) => integerAttribute(site.node, key, 0);
  if (given > x.shape.length || mask('ellipsis_mask') !== 0 || mask('new_axis_mask') !== 0)
    throw new UnreadableError(
      'cuts with an ellipsis or a new dimension, which kws-gen does not read',
      'cut with one range per dimension',
    );
  // Dimensions without a range of their own are taken whole.
  const rest = x.shape.slice(given);
  const whole = rest.reduce((bits, _, at) => bits | (1 << (given + at)), 0);
  return sliced(site, x, {
    begin: [...begin!, ...rest.map(() => 0)],
    end: [...end!, ...rest],
    strides: [...strides!, ...rest.map(() => 1)],
    beginMask: mask('begin_mask') | whole,
    endMask: mask('end_mask') | whole,
    shrinkAxisMask: mask('shrink_axis_mask'),
  });
};

const lowerSlice: LowerNode = (site, inputs) => {
  const x = tensor(inputs, 0);
  const begin = integers(inputs, 1, 'range', 8);
  const sizes = integers(inputs, 2, 'range', 8);
  const end = begin.map((from, axis) =>
    sizes[axis] === -1 ? (x.shape[axis] ?? 0) : from + (sizes[axis] ?? 0),
  );
  const strides = begin.map(() => 1);
  return sliced(site, x, { begin, end, strides, beginMask: 0, endMask: 0, shrinkAxisMask: 0 });
};

/** The batch counts as 1. */
const lowerShape: LowerNode = (site, inputs) => {
  const { shape } = tensor(inputs, 0);
  return constant(site.node.name, 'int', [shape.length], shape);
};

const lowerCast: LowerNode = (site, inputs) => {
  if (site.node.attributes.get('DstT')?.type !== 1)
    throw new UnreadableError('rounds what it computes to integers', 'leave the conversion out');
  return tensor(inputs, 0);
};

export const MOVEMENTS: Readonly<Record<string, LowerNode>> = {
  Reshape: lowerReshape,
  ExpandDims: lowerExpandDims,
  Squeeze: lowerSqueeze,
  Pad: lowerPad,
  PadV2: lowerPad,
  ConcatV2: lowerConcat,
  Tile: lowerTile,
  Transpose: lowerTranspose,
  StridedSlice: lowerStridedSlice,
  Slice: lowerSlice,
  Shape: lowerShape,
  Cast: lowerCast,
};
