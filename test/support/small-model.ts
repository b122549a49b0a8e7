/** Models of a single operator, built by hand: the subjects of operator tests. */
import type {
  ElementType,
  Model,
  Operator,
  OperatorKind,
  OperatorOptions,
  Quantization,
  Tensor,
} from '../../src/model/types.js';

export interface TensorSpec {
  readonly shape: readonly number[];
  readonly type?: ElementType;
  /** Per tensor: [scale, zero point]; rounded to float32 as in a file. */
  readonly affine?: readonly [scale: number, zeroPoint: number];
  /** Per channel along `axis`, zero points 0. */
  readonly scales?: { readonly values: readonly number[]; readonly axis: number };
  /** A constant. */
  readonly values?: ArrayBufferView;
}

function quantizationOf({ affine, scales }: TensorSpec): Quantization | undefined {
  if (scales !== undefined)
    return {
      scales: scales.values.map(Math.fround),
      zeroPoints: scales.values.map(() => 0),
      axis: scales.axis,
    };
  return affine && { scales: [Math.fround(affine[0])], zeroPoints: [affine[1]], axis: 0 };
}

function tensorOf(spec: TensorSpec, name: string): Tensor {
  const quantization = quantizationOf(spec);
  const { values } = spec;
  return {
    name,
    type: spec.type ?? 'int8',
    shape: spec.shape,
    ...(quantization && { quantization }),
    ...(values && { data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice() }),
  };
}

export const int32Tensor = (...values: number[]): TensorSpec => ({
  shape: [values.length],
  type: 'int32',
  values: Int32Array.from(values),
});

/** A model whose inputs are the operator's operands that are no constants. */
export function oneOperator<K extends OperatorKind>(
  kind: K,
  options: OperatorOptions[K],
  inputs: readonly (TensorSpec | undefined)[],
  outputs: readonly TensorSpec[],
): Model {
  const tensors: Tensor[] = [];
  const add = (spec: TensorSpec | undefined, name: string): number =>
    spec === undefined ? -1 : tensors.push(tensorOf(spec, name)) - 1;
  const inputIds = inputs.map((spec, i) => add(spec, `input ${i}`));
  const outputIds = outputs.map((spec, i) => add(spec, `output ${i}`));
  return {
    name: 'small',
    source: { format: 'tflite', sha256: '0'.repeat(64), bytes: new Uint8Array() },
    tensors,
    operators: [{ kind, index: 0, inputs: inputIds, outputs: outputIds, options } as unknown as Operator],
    variables: [],
    inputs: inputIds.filter((id) => id >= 0 && tensors[id]!.data === undefined),
    outputs: outputIds,
  };
}
