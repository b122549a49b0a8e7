/**
 * Tensors of a SavedModel: their bytes, and TensorProto.
 *
 * Specification: tensorflow/core/framework/tensor.proto, tensor_shape.proto; the last value of a list is
 * repeated (Tensor::FromProto).
 */
import { elementCount } from '../../model/elements.js';
import { fromFloat16 } from '../../model/values.js';
import { DATA_TYPES, type TensorValues } from '../graph/graph-def.js';
import { checkedShape } from '../graph/lower.js';
import { UnreadableError } from '../support/unreadable.js';
import type { Field } from './protobuf.js';
import { fields, lastField, signed, text, varints } from './protobuf.js';

const AGAIN = 'the file is damaged: copy or save the model again';

interface Stored {
  readonly type: 'float' | 'int';
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
  /** Field of TensorProto that lists the values. */
  readonly list: number;
}

const STORED: ReadonlyMap<number, Stored> = new Map([
  [DATA_TYPES.DT_FLOAT, { type: 'float', bytes: 4, list: 5, read: (view, at) => view.getFloat32(at, true) }],
  [DATA_TYPES.DT_DOUBLE, { type: 'float', bytes: 8, list: 6, read: (view, at) => view.getFloat64(at, true) }],
  [DATA_TYPES.DT_INT32, { type: 'int', bytes: 4, list: 7, read: (view, at) => view.getInt32(at, true) }],
  [DATA_TYPES.DT_UINT8, { type: 'int', bytes: 1, list: 7, read: (view, at) => view.getUint8(at) }],
  [
    DATA_TYPES.DT_INT64,
    { type: 'int', bytes: 8, list: 10, read: (view, at) => Number(view.getBigInt64(at, true)) },
  ],
  [DATA_TYPES.DT_BOOL, { type: 'int', bytes: 1, list: 11, read: (view, at) => view.getUint8(at) }],
  [
    DATA_TYPES.DT_HALF,
    { type: 'float', bytes: 2, list: 13, read: (view, at) => fromFloat16(view.getUint16(at, true)) },
  ],
]);

function storedAs(type: number): Stored {
  const stored = STORED.get(type);
  if (stored === undefined)
    throw new UnreadableError(
      `has values of the type ${type} of TensorFlow, which kws-gen does not read`,
      'build the model with float32 weights, and save it again',
    );
  return stored;
}

/** Little-endian elements. @throws UnreadableError for another type or length */
export function tensorFromBytes(type: number, shape: readonly number[], bytes: Uint8Array): TensorValues {
  const stored = storedAs(type);
  const count = elementCount(checkedShape(shape));
  if (bytes.length !== count * stored.bytes)
    throw new UnreadableError(`has ${bytes.length} bytes where ${count * stored.bytes} are needed`, AGAIN);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = stored.type === 'float' ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = stored.read(view, i * stored.bytes);
  return { type: stored.type, shape, values };
}

/** A TensorShapeProto: -1 for an open dimension, null where the rank is unknown. @throws UnreadableError */
export function readShapeProto(message: Uint8Array): readonly number[] | null {
  const dims: number[] = [];
  for (const { number, bytes, varint } of fields(message)) {
    if (number === 3 && varint !== 0n) return null;
    if (number !== 2) continue;
    const size = lastField(bytes, 1);
    dims.push(size === undefined ? 0 : Math.max(-1, signed(size.varint)));
    if (dims.length > 64) throw new UnreadableError('has a tensor of more than 64 dimensions', AGAIN);
  }
  return dims;
}

const EMPTY = new Uint8Array(0);

function parts(message: Uint8Array) {
  let type = 0;
  let shape: readonly number[] | null = [];
  let content: Uint8Array = EMPTY;
  const lists: Field[] = [];
  for (const field of fields(message)) {
    if (field.number === 1) type = Number(field.varint);
    else if (field.number === 2) shape = readShapeProto(field.bytes);
    else if (field.number === 4) content = field.bytes;
    else if (field.number > 4) lists.push(field);
  }
  if (shape === null) throw new UnreadableError('has a constant without a shape', AGAIN);
  return { type, shape, content, lists };
}

/** @throws UnreadableError */
export function readTensorProto(message: Uint8Array): TensorValues {
  const { type, shape, content, lists } = parts(message);
  if (content.length > 0) return tensorFromBytes(type, shape, content);
  const stored = storedAs(type);
  const count = elementCount(checkedShape(shape));
  const listed = lists
    .filter(({ number }) => number === stored.list)
    .flatMap((field) => [...listOf(type, field)]);
  if (listed.length > count)
    throw new UnreadableError('has a constant with more values than its shape', AGAIN);
  const values = stored.type === 'float' ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = listed[i] ?? listed.at(-1) ?? 0;
  return { type: stored.type, shape, values };
}

/** Values of a typed list: fixed-size ones, or varints. */
function* listOf(type: number, field: Field): Generator<number> {
  const { bytes } = field;
  if (type !== DATA_TYPES.DT_FLOAT && type !== DATA_TYPES.DT_DOUBLE) {
    for (const value of varints(field))
      yield type === DATA_TYPES.DT_HALF ? fromFloat16(Number(value & 0xffffn)) : signed(value);
    return;
  }
  const { bytes: width, read } = storedAs(type);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + width <= bytes.length; at += width) yield read(view, at);
}

/** Texts of a TensorProto of strings. @throws UnreadableError */
export function readTextTensor(message: Uint8Array): readonly string[] {
  const { lists } = parts(message);
  return lists.filter(({ number }) => number === 8).map(({ bytes }) => text(bytes));
}
