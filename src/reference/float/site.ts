/**
 * What a float operator sees of the model when it is prepared: its tensors' shapes and arrays, checked for
 * their types. Shapes fit together already: `verify/verify.ts` has said so.
 */
import { inputError } from '../../diagnostics/errors.js';
import { constantInts } from '../../model/elements.js';
import { operatorName } from '../../model/operators.js';
import type { Activation, Model, Operator, OperatorKind, OperatorOf, Tensor } from '../../model/types.js';
import type { Store, TypedArray } from '../store.js';

/** Prepares one operator: everything that does not depend on values is computed here, once. */
export type Prepare<K extends OperatorKind> = (site: FloatSite<K>) => () => void;

export class FloatSite<K extends OperatorKind = OperatorKind> {
  constructor(
    readonly model: Model,
    readonly operator: OperatorOf<K>,
    readonly store: Store,
  ) {}

  /** @throws an input error that names the operator */
  fail(what: string, next: string): never {
    const { model } = this;
    const operator = this.operator as unknown as Operator;
    const where = `${model.name}.${model.source.format}, operator ${operator.index} (${operatorName(operator)})`;
    throw inputError({ what, where, next });
  }

  hasInput(position: number): boolean {
    return (this.operator.inputs[position] ?? -1) >= 0;
  }

  inputTensor(position: number): Tensor {
    return this.model.tensors[this.operator.inputs[position]!]!;
  }

  outputTensor(position = 0): Tensor {
    return this.model.tensors[this.operator.outputs[position]!]!;
  }

  /** Whatever the tensor's elements are. */
  inputArray(position: number): TypedArray {
    return this.store.tensors[this.operator.inputs[position]!]!;
  }

  outputArray(position = 0): TypedArray {
    return this.store.tensors[this.operator.outputs[position]!]!;
  }

  input(position = 0): Float32Array {
    return this.floats(this.inputTensor(position), this.inputArray(position));
  }

  output(): Float32Array {
    return this.floats(this.outputTensor(), this.outputArray());
  }

  /** A constant in float64, so that inner loops convert nothing. */
  weights(position: number): Float64Array {
    if (!this.store.constants.has(this.operator.inputs[position]!))
      this.fail(`input ${position} is not constant`, ASK);
    return Float64Array.from(this.input(position));
  }

  /** One bias per channel; zeros where there is none. */
  bias(position: number, channels: number): Float64Array {
    return this.hasInput(position) ? this.weights(position) : new Float64Array(channels);
  }

  /** A constant int32 or int64 operand. */
  ints(position: number): readonly number[] {
    return constantInts(this.inputTensor(position)) ?? this.fail(`input ${position} is not constant`, ASK);
  }

  private floats(tensor: Tensor, array: TypedArray): Float32Array {
    if (array instanceof Float32Array) return array;
    return this.fail(
      `tensor '${tensor.name}' is ${tensor.type} in an operator that computes in float32`,
      'make its weights floats first: kws-gen quantize does',
    );
  }
}

const ASK = 'convert the model again from its source';

/** What a fused activation clamps to; not-a-number passes through. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

const BOUNDS: Readonly<Record<Activation, Bounds>> = {
  NONE: { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  RELU: { low: 0, high: Number.POSITIVE_INFINITY },
  RELU6: { low: 0, high: 6 },
  RELU_N1_TO_1: { low: -1, high: 1 },
};

export function activationBounds(activation: Activation): Bounds {
  return BOUNDS[activation];
}
