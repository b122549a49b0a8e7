/**
 * Where the operators of one layer or node are made: a label that begins the names of its tensors, and the builder
 * of the model.
 */
import type { ModelBuilder } from '../../model/builder.js';
import { elementCount, MOST_DIMENSIONS, repetitions, shapeText } from '../../model/elements.js';
import type { OperatorKind, OperatorOptions } from '../../model/types.js';
import { UnreadableError } from './unreadable.js';

/** A float32 tensor of the model in the making; its first dimension is the batch, 1. */
export interface Value {
  readonly id: number;
  readonly shape: readonly number[];
}

export type EmittedKind = Exclude<OperatorKind, 'FOREIGN' | 'READ_VARIABLE' | 'ASSIGN_VARIABLE' | 'RESHAPE'>;

/** Elements of one activation: beyond it nothing is made for a microcontroller. */
const MOST_ELEMENTS = 1 << 24;

export class OperatorSite {
  /** Constants by name: a layer that is called twice has them once. */
  private readonly constants = new Map<string, number>();
  private readonly used = new Map<string, number>();

  /** @param label unique in the model; begins the names of its tensors */
  constructor(
    readonly label: string,
    private readonly builder: ModelBuilder,
  ) {}

  /** Id of a constant, made at the first use. */
  constant(
    name: string,
    type: 'float32' | 'int32',
    shape: readonly number[],
    values: () => ArrayLike<number>,
  ): number {
    // Integers follow from the input's shape, which may differ from call to call; weights do not.
    const list = type === 'int32' ? values() : undefined;
    const key = list === undefined ? name : `${name} ${Array.from(list).join()}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const id = this.builder.constant(`${this.label}/${name}`, type, shape, list ?? values());
    this.constants.set(key, id);
    return id;
  }

  /** Appends an operator with one output. */
  emit<K extends EmittedKind>(
    kind: K,
    inputs: readonly number[],
    shape: readonly number[],
    options: OperatorOptions[K],
  ): Value {
    checkShape(shape);
    const name = this.tensorName(kind);
    return { id: this.builder.add(kind, inputs, { name, shape, type: 'float32' }, options), shape };
  }

  /** The value in another shape; the value itself where it has that shape. */
  reshape(x: Value, shape: readonly number[]): Value {
    if (shape.length === x.shape.length && shape.every((dim, axis) => dim === x.shape[axis])) return x;
    checkShape(shape);
    return { id: this.builder.reshape(x.id, shape, this.tensorName('RESHAPE')), shape };
  }

  /** A dimension of 1 more, which is number `axis` of the result. */
  expandDims(x: Value, axis: number): Value {
    const at = this.constant('axis', 'int32', [], () => [axis]);
    return this.emit('EXPAND_DIMS', [x.id, at], x.shape.toSpliced(axis, 0, 1), {});
  }

  /** Every dimension `times[axis]` times, one after the other, as tf.tile does. */
  tile(x: Value, times: readonly number[]): Value {
    const shape = x.shape.map((length, axis) => length * times[axis]!);
    checkShape(shape);
    const image = repetitions(x.shape, times).reduce((given, { rows, block, times: m }) => {
      const size = this.constant('size', 'int32', [2], () => [rows * m, 1]);
      const options = { alignCorners: false, halfPixelCenters: true };
      const columns = this.reshape(given, [1, rows, 1, block]);
      return this.emit('RESIZE_NEAREST_NEIGHBOR', [columns.id, size], [1, rows * m, 1, block], options);
    }, x);
    return this.reshape(image, shape);
  }

  /** Without the dimensions `axes`, all of them 1. */
  squeeze(x: Value, axes: readonly number[]): Value {
    if (axes.length === 0) return x;
    const shape = x.shape.filter((_, axis) => !axes.includes(axis));
    return this.emit('SQUEEZE', [x.id], shape, { axes });
  }

  /** Dimensions in another order; one that leaves the order of all larger than 1 moves no value: it is a reshape. */
  transpose(x: Value, order: readonly number[]): Value {
    const shape = order.map((axis) => x.shape[axis]!);
    const moved = order.filter((axis) => x.shape[axis] !== 1);
    if (moved.every((axis, at) => at === 0 || axis > moved[at - 1]!)) return this.reshape(x, shape);
    const operands = [x.id, this.constant('order', 'int32', [order.length], () => order)];
    return this.emit('TRANSPOSE', operands, shape, {});
  }

  private tensorName(kind: string): string {
    const base = `${this.label}/${kind.toLowerCase()}`;
    const times = this.used.get(base) ?? 0;
    this.used.set(base, times + 1);
    return times === 0 ? base : `${base}_${times}`;
  }
}

/** @throws UnreadableError for dimensions below 1 and for sizes nobody runs on a microcontroller */
export function checkShape(shape: readonly number[]): void {
  if (shape.length > MOST_DIMENSIONS)
    throw new UnreadableError(
      `gives ${shape.length} dimensions; at most ${MOST_DIMENSIONS} are read`,
      'give a model made for microcontrollers',
    );
  if (shape.some((dim) => !Number.isInteger(dim) || dim < 1))
    throw new UnreadableError(
      `leaves nothing of its input: it would give ${shapeText(shape)}`,
      'check the shape of the model input and the sizes of the windows before it',
    );
  if (elementCount(shape) > MOST_ELEMENTS)
    throw new UnreadableError(
      `gives ${shapeText(shape)}, more than the ${MOST_ELEMENTS} elements that are read`,
      'give a model made for microcontrollers',
    );
}
