/** Element types and sizes of tensors. Leaves to others: what the elements mean. */
import type { ElementType, Tensor } from './types.js';

export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float32: 4,
  float16: 2,
  int8: 1,
  uint8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
};

/** Bounds on one tensor of what a file may ask of those who run it; no microcontroller comes near. */
export const MOST_DIMENSIONS = 8;
export const MOST_TENSOR_BYTES = 64 * 1024 * 1024;

/** Number of elements; an empty shape is a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

export function tensorBytes(tensor: Pick<Tensor, 'type' | 'shape'>): number {
  return ELEMENT_BYTES[tensor.type] * elementCount(tensor.shape);
}

/** `1x49x10x1`, or `scalar`. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join('x');
}

/** The values of a constant int32 or int64 tensor; undefined where it is no such constant. */
export function constantInts(tensor: Tensor | undefined): readonly number[] | undefined {
  if (tensor === undefined) return undefined;
  const { data, shape, type } = tensor;
  const count = elementCount(shape);
  if (count === 0) return [];
  if (data === undefined || data.byteLength !== tensorBytes(tensor)) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (type === 'int32') return Array.from({ length: count }, (_, i) => view.getInt32(4 * i, true));
  if (type === 'int64') return Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * i, true)));
  return undefined;
}

/** The bytes of an int32 tensor. */
export function int32Bytes(values: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}

/** One dimension of a TILE as rows of an image one pixel wide: each of `rows` blocks of values is written `times` times. */
export interface Repetition {
  readonly axis: number;
  readonly rows: number;
  readonly block: number;
  readonly times: number;
}

/**
 * What repeats the dimensions of a tensor, one after the other, from the first to the last; dimensions that stay
 * are left out. Repeating a dimension writes every block of what lies inside it several times in a row.
 *
 * @param times per dimension, 1 or more
 */
export function repetitions(shape: readonly number[], times: readonly number[]): readonly Repetition[] {
  const wide = shape.map((length, axis) => length * times[axis]!);
  return times.flatMap((m, axis) => {
    if (m === 1) return [];
    const [rows, block] = [elementCount(wide.slice(0, axis)), elementCount(shape.slice(axis))];
    return [{ axis, rows, block, times: m }];
  });
}
