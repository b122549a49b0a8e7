/** Small models for the planner's tests, written out by hand. */
import type {
  Activation,
  Model,
  Operator,
  OperatorOptions,
  Tensor,
  Variable,
} from '../../src/model/types.js';

const unit = { scales: [1], zeroPoints: [0], axis: 0 };
const sigmoid = { scales: [1 / 256], zeroPoints: [-128], axis: 0 };

/** Collects tensors and operators; `op` returns the id of the output. */
export class ModelBuilder {
  readonly tensors: Tensor[] = [];
  readonly operators: Operator[] = [];
  readonly variables: Variable[] = [];

  tensor(shape: readonly number[], extra: Partial<Tensor> = {}): number {
    this.tensors.push({ name: `t${this.tensors.length}`, type: 'int8', shape, quantization: unit, ...extra });
    return this.tensors.length - 1;
  }

  sigmoid(shape: readonly number[]): number {
    return this.tensor(shape, { quantization: sigmoid });
  }

  ints(...values: number[]): number {
    const data = new Uint8Array(Int32Array.from(values).buffer);
    return this.tensor([values.length], { type: 'int32', data });
  }

  bytes(shape: readonly number[], values: readonly number[], extra: Partial<Tensor> = {}): number {
    return this.tensor(shape, { data: new Uint8Array(Int8Array.from(values).buffer), ...extra });
  }

  variable(shape: readonly number[], initial: readonly number[]): number {
    const bytes = new Uint8Array(Int8Array.from(initial).buffer);
    this.variables.push({ name: `v${this.variables.length}`, type: 'int8', shape, initial: bytes });
    return this.variables.length - 1;
  }

  op<K extends keyof OperatorOptions>(
    kind: K,
    inputs: readonly number[],
    outputs: readonly number[],
    options: OperatorOptions[K],
  ): number {
    this.operators.push({ kind, index: this.operators.length, inputs, outputs, options } as Operator);
    return outputs[0] ?? -1;
  }

  read(variable: number): number {
    return this.op('READ_VARIABLE', [], [this.tensor(this.variables[variable]!.shape)], { variable });
  }

  assign(variable: number, value: number): void {
    this.op('ASSIGN_VARIABLE', [value], [], { variable });
  }

  relu(x: number): number {
    return this.op('RELU', [x], [this.tensor(this.tensors[x]!.shape)], {});
  }

  add(a: number, b: number, activation: Activation = 'NONE'): number {
    return this.op('ADD', [a, b], [this.tensor(this.tensors[a]!.shape)], { activation });
  }

  concat(axis: number, parts: readonly number[]): number {
    const shape = [...this.tensors[parts[0]!]!.shape];
    shape[axis] = parts.reduce((sum, id) => sum + this.tensors[id]!.shape[axis]!, 0);
    return this.op('CONCATENATION', parts, [this.tensor(shape)], { axis, activation: 'NONE' });
  }

  slice(x: number, begin: readonly number[], end: readonly number[]): number {
    const y = this.tensor(end.map((stop, d) => stop - begin[d]!));
    const operands = [x, this.ints(...begin), this.ints(...end), this.ints(...begin.map(() => 1))];
    return this.op('STRIDED_SLICE', operands, [y], {
      beginMask: 0,
      endMask: 0,
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: 0,
    });
  }

  /** A pool of one element: an operator that may not work in place. */
  pool(x: number): number {
    return this.op('AVERAGE_POOL_2D', [x], [this.tensor(this.tensors[x]!.shape)], {
      padding: 'VALID',
      strideH: 1,
      strideW: 1,
      filterH: 1,
      filterW: 1,
      activation: 'NONE',
    });
  }

  model(inputs: readonly number[], outputs: readonly number[]): Model {
    return {
      name: 'small',
      source: { format: 'tflite', sha256: '0'.repeat(64), bytes: new Uint8Array() },
      tensors: this.tensors,
      operators: this.operators,
      variables: this.variables,
      inputs,
      outputs,
    };
  }
}
