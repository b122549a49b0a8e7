/**
 * Shapes that a file leaves open, settled: converters that cannot follow a computed shape (SHAPE, GATHER, PACK and
 * their like before a RESHAPE) write 1 for every dimension that they do not know, and TensorFlow Lite asks the
 * operators when it starts. Here the batch is 1 and the input's shape is fixed, so that every other one follows.
 *
 * Owns: following shapes through the operators, and integers that are computed of shapes.
 * Leaves to others: what follows from operands (`rules/`), and saying what is wrong (`verify.ts`): what cannot be
 * settled stays as the file has it.
 */
import { resolveSlice } from '../model/arithmetic.js';
import {
  constantInts,
  elementCount,
  MOST_DIMENSIONS,
  MOST_TENSOR_BYTES,
  tensorBytes,
} from '../model/elements.js';
import { OPERATORS, operatorName } from '../model/operators.js';
import type { Model, Operator, Tensor } from '../model/types.js';
import { OPERATOR_RULES } from './rules/operators.js';
import type { OperatorSite } from './rules/site.js';
import { tensorMistake } from './rules/tensors.js';

/** Elements of integers that describe a shape. */
const MOST_INTEGERS = 64;

/**
 * @param open ids of the tensors whose shapes are not all known
 * @returns the model with the shapes that follow; the same object where none does
 */
export function settleShapes(model: Model, open: ReadonlySet<number>): Model {
  if (open.size === 0 || model.tensors.some((tensor) => tensorMistake(tensor) !== undefined)) return model;
  const tensors = [...model.tensors];
  const computed = new Map<number, readonly number[]>();
  for (const operator of model.operators) {
    if (!isWhole(tensors, operator)) return model;
    const [y] = operator.outputs;
    const integers = integersOf(tensors, computed, operator);
    if (integers !== undefined) computed.set(y!, integers);
    if (y === undefined || !open.has(y)) continue;
    const shape = shapeOf(tensors, computed, operator);
    if (shape === undefined || !isModest(shape)) continue;
    const settled = { ...tensors[y]!, shape };
    if (tensorBytes(settled) <= MOST_TENSOR_BYTES) tensors[y] = settled;
  }
  return { ...model, tensors };
}

const isModest = (shape: readonly number[]): boolean =>
  shape.length <= MOST_DIMENSIONS && shape.every((dim) => Number.isInteger(dim) && dim > 0);

/** Whether rules may look at the operator: its operands are there, as many as it takes. */
function isWhole(tensors: readonly Tensor[], { kind, inputs, outputs }: Operator): boolean {
  const [least, greatest] = OPERATORS[kind].inputs;
  if (inputs.length < least || inputs.length > greatest || outputs.length === 0) return false;
  const there = (id: number, position: number) =>
    tensors[id] !== undefined || (id === -1 && position >= least);
  return inputs.every(there) && outputs.every((id) => tensors[id] !== undefined);
}

/** They give the integers that they take. */
const MOVES: ReadonlySet<string> = new Set(['RESHAPE', 'EXPAND_DIMS', 'SQUEEZE', 'CAST']);

/** Of the same length, or one of them a single integer. */
function multiplied(
  a: readonly number[] | undefined,
  b: readonly number[] | undefined,
): readonly number[] | undefined {
  if (a === undefined || b === undefined) return undefined;
  const [long, short] = a.length < b.length ? [b, a] : [a, b];
  if (short.length !== 1 && short.length !== long.length) return undefined;
  return long.map((value, i) => value * short[short.length === 1 ? 0 : i]!);
}

function gathered(
  values: readonly number[] | undefined,
  places: readonly number[] | undefined,
): readonly number[] | undefined {
  const chosen = places?.map((at) => values?.[at]);
  return chosen === undefined || chosen.includes(undefined) ? undefined : (chosen as readonly number[]);
}

/** The integers that an operator on shapes computes; undefined where they are not known. */
function integersOf(
  tensors: readonly Tensor[],
  computed: ReadonlyMap<number, readonly number[]>,
  operator: Operator,
): readonly number[] | undefined {
  const known = (id: number | undefined) => computed.get(id ?? -1) ?? constantInts(tensors[id ?? -1]);
  const name = operatorName(operator);
  if (name === 'SHAPE') return tensors[operator.inputs[0] ?? -1]?.shape;
  if (tensors[operator.outputs[0]!]!.type !== 'int32' && tensors[operator.outputs[0]!]!.type !== 'int64')
    return undefined;
  if (name === 'PACK' || name === 'CONCATENATION') {
    const parts = operator.inputs.map(known);
    if (parts.length > MOST_INTEGERS || parts.includes(undefined)) return undefined;
    const all = parts.flatMap((part) => part!);
    return all.length <= MOST_INTEGERS ? all : undefined;
  }
  const [first, second] = [known(operator.inputs[0]), known(operator.inputs[1])];
  if (MOVES.has(name)) return first;
  if (name === 'MUL') return multiplied(first, second);
  if (name === 'REDUCE_PROD') return first && [elementCount(first)];
  if (name === 'GATHER') return gathered(first, second);
  if (operator.kind !== 'STRIDED_SLICE') return undefined;
  const [x, begin, end, strides] = operator.inputs.map(known);
  if (x === undefined || begin === undefined || end === undefined || strides === undefined) return undefined;
  try {
    const slice = resolveSlice([x.length], { begin, end, strides, ...operator.options });
    return Array.from({ length: slice.count[0]! }, (_, i) => x[slice.begin[0]! + i * slice.stride[0]!]!);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The shape of the output that follows from the operands. */
function shapeOf(
  tensors: readonly Tensor[],
  computed: ReadonlyMap<number, readonly number[]>,
  operator: Operator,
): readonly number[] | undefined {
  const [x, y] = [tensors[operator.inputs[0] ?? -1], tensors[operator.outputs[0]!]!];
  if (x === undefined) return undefined;
  const second = operator.inputs[1] ?? -1;
  const integers = computed.get(second) ?? constantInts(tensors[second]);
  if (operatorName(operator) === 'TILE')
    return integers?.length === x.shape.length
      ? x.shape.map((dim, axis) => dim * integers[axis]!)
      : undefined;
  if (operator.kind === 'FOREIGN') return undefined;
  if (operator.kind === 'RESHAPE') return integers && completed(integers, elementCount(x.shape));
  if (operator.kind === 'FULLY_CONNECTED' && !operator.options.keepNumDims) {
    const [channels, depth] = tensors[second]!.shape as readonly [number, number];
    return [elementCount(x.shape) / depth, channels];
  }
  if (operator.kind === 'CONCATENATION')
    return joined(
      operator.inputs.map((id) => tensors[id]!),
      operator.options.axis,
    );
  let wanted: readonly number[] | undefined;
  const rule: (site: OperatorSite<never>) => void = OPERATOR_RULES[operator.kind];
  rule({
    operator: operator as never,
    input: (position) => tensors[operator.inputs[position] ?? -1],
    output: () => y,
    isConstant: (position) => tensors[operator.inputs[position] ?? -1]?.data !== undefined,
    variables: [],
    say: () => undefined,
    follows: (shape) => {
      wanted = shape;
    },
  });
  return wanted;
}

/** A shape whose -1 is what is left of `count` elements. */
function completed(shape: readonly number[], count: number): readonly number[] | undefined {
  const known = elementCount(shape.filter((dim) => dim !== -1));
  const full = shape.map((dim) => (dim === -1 ? count / known : dim));
  return elementCount(full) === count ? full : undefined;
}

function joined(parts: readonly Tensor[], axis: number): readonly number[] | undefined {
  const { shape } = parts[0]!;
  const at = axis < 0 ? axis + shape.length : axis;
  return shape.with(
    at,
    parts.reduce((sum, part) => sum + (part.shape[at] ?? 0), 0),
  );
}
