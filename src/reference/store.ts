/** The arrays an engine computes on: one per tensor and per variable of a model. */
import type { Place } from '../lowering/call.js';
import { elementCount } from '../model/elements.js';
import type { ElementType, Model } from '../model/types.js';

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | BigInt64Array
  | Float32Array;

const ARRAYS = {
  float32: Float32Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const satisfies Readonly<Record<ElementType, unknown>>;

interface Shaped {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

function allocate({ type, shape }: Shaped, bytes?: Uint8Array): TypedArray {
  const array: TypedArray = new ARRAYS[type](elementCount(shape));
  if (bytes !== undefined) new Uint8Array(array.buffer).set(bytes);
  return array;
}

export interface Store {
  readonly tensors: readonly TypedArray[];
  readonly variables: readonly TypedArray[];
  /** Tensors that have their values for good. */
  readonly constants: Set<number>;
}

/** Constants and initial state are copied: the model stays as it is. */
export function allocateStore(model: Model): Store {
  return {
    tensors: model.tensors.map((tensor) => allocate(tensor, tensor.data)),
    variables: model.variables.map((variable) => allocate(variable, variable.initial)),
    constants: new Set(model.tensors.flatMap(({ data }, id) => (data === undefined ? [] : [id]))),
  };
}

export function arrayAt(store: Store, { kind, id }: Place): TypedArray {
  return (kind === 'tensor' ? store.tensors : store.variables)[id]!;
}
