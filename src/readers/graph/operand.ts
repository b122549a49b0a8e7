/**
 * What the nodes of a graph give: numbers that are known when the model is read, tensors of the model in
 * the making, and two forms that only certain nodes take.
 */
import { elementCount, shapeText } from '../../model/elements.js';
import { printable } from '../names.js';
import type { Value } from '../support/operator-site.js';
import { UnreadableError } from '../support/unreadable.js';
import type { TensorValues } from './graph-def.js';
import { CONVERT_AGAIN } from './graph-def.js';

export interface Constant extends TensorValues {
  readonly kind: 'constant';
  /** Node or variable it comes from. */
  readonly name: string;
}

/** A float32 tensor; the batch is 1. */
export interface Activation extends Value {
  readonly kind: 'activation';
}

/** Handle of a variable. */
interface VariableHandle {
  readonly kind: 'variable';
  /** @throws UnreadableError */
  readonly read: () => Constant;
}

/**
 * Between SpaceToBatchND and BatchToSpaceND, which TensorFlow puts around a convolution with dilation: nothing
 * is computed until the second says how much of the padding it crops.
 */
export interface Blocked {
  readonly kind: 'blocked';
  /** Block size of every dimension, 1 where there are no blocks. */
  readonly block: readonly number[];
  /** Zeros before and after the blocked dimensions, in the order of SpaceToBatchND. */
  readonly pads: readonly (readonly [number, number])[];
  readonly emit: (pads: readonly (readonly [number, number])[]) => Activation;
}

export type Operand = Constant | Activation | VariableHandle | Blocked;

export function activation(value: Value): Activation {
  return { kind: 'activation', id: value.id, shape: value.shape };
}

export function constant(
  name: string,
  type: 'float' | 'int',
  shape: readonly number[],
  values: ArrayLike<number>,
): Constant {
  return { kind: 'constant', name, type, shape, values };
}

/** @throws UnreadableError where the input is missing or is none of the model's tensors */
export function tensor(inputs: readonly Operand[], position: number): Activation {
  const operand = inputs[position];
  if (operand?.kind === 'activation') return operand;
  if (operand === undefined) throw new UnreadableError(`has no input ${position}`, CONVERT_AGAIN);
  if (operand.kind === 'constant')
    throw new UnreadableError(
      `computes with ${printable(operand.name)}, a constant, where kws-gen expects what the input leads to`,
      'leave out of the model what does not depend on its input',
    );
  throw new UnreadableError(
    `takes ${operand.kind === 'blocked' ? 'the blocks of SpaceToBatchND' : 'a variable'}, which kws-gen does not read here`,
    'use plain convolutions with dilation_rate, and save the model again',
  );
}

/** @throws UnreadableError where the input is missing or depends on the model's input */
export function known(inputs: readonly Operand[], position: number, what: string): Constant {
  const operand = inputs[position];
  if (operand?.kind === 'constant') return operand;
  if (operand === undefined) throw new UnreadableError(`has no input ${position}`, CONVERT_AGAIN);
  throw new UnreadableError(
    `computes its ${what} from the input of the model; a constant is read`,
    'save the model for inference, with fixed shapes',
  );
}

/** Integers, at most `most` of them. @throws UnreadableError */
export function integers(inputs: readonly Operand[], position: number, what: string, most = 64): number[] {
  const { values, type } = known(inputs, position, what);
  const list = values.length > most ? [] : Array.from(values);
  if (type !== 'int' || values.length > most || list.some((value) => !Number.isSafeInteger(value)))
    throw new UnreadableError(`its ${what} is no list of integers`, CONVERT_AGAIN);
  return list;
}

/** Dimensions counted from the front. @throws UnreadableError */
export function axesOf(axes: readonly number[], rank: number): readonly number[] {
  const counted = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  if (counted.some((axis) => axis < 0 || axis >= rank) || new Set(counted).size !== counted.length)
    throw new UnreadableError(`works along the dimensions ${axes.join(', ')} of ${rank}`, CONVERT_AGAIN);
  return counted;
}

/** A shape in which one dimension may be -1, for as many elements. @throws UnreadableError */
export function completedShape(wanted: readonly number[], from: readonly number[]): readonly number[] {
  const count = elementCount(from);
  const given = elementCount(wanted.filter((dim) => dim !== -1));
  const shape = wanted.map((dim) => (dim === -1 ? count / given : dim));
  const open = wanted.filter((dim) => dim === -1).length;
  if (open > 1 || shape.some((dim) => !Number.isInteger(dim) || dim < 0) || elementCount(shape) !== count)
    throw new UnreadableError(
      `cannot give ${shapeText(from)} the shape ${wanted.join('x')}`,
      'give a model whose dimensions but the batch are fixed, and whose layers work on one input of a batch',
    );
  return shape;
}
