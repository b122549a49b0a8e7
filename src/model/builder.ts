/**
 * Writes a model down operator by operator: for models made by formula (demos, tests), not for readers.
 *
 *     const b = new ModelBuilder('chirp');
 *     const x = b.input('audio', [1, 49, 40, 1], { scale: 26 / 255, zeroPoint: -128 });
 *     const w = b.constant('w', 'int8', [2, 1960], weights, { scale: 0.01 });
 *     const y = b.add('FULLY_CONNECTED', [b.reshape(x, [1, 1960]), w], { name: 'y', shape: [1, 2], scale: 0.1 },
 *       { activation: 'NONE', keepNumDims: false });
 *     writeModel(b.build([y]));
 *
 * Owns: ids. Leaves to others: checking (`verify/verify.ts`), the file (`tflite/build.ts`).
 */
import { ELEMENT_BYTES } from './elements.js';
import type {
  ElementType,
  Model,
  Operator,
  OperatorKind,
  OperatorOptions,
  Quantization,
  Tensor,
  Variable,
} from './types.js';

/** A model without what only a file has. */
export type ModelDescription = Omit<Model, 'source'> & { readonly description?: string };

/** One scale (zero point 0 unless given), or one scale per index of `axis` with zero points 0. */
export type Scale =
  | { readonly scale: number; readonly zeroPoint?: number }
  | { readonly scales: readonly number[]; readonly axis: number };

/** An activation to create: int8 unless said otherwise. */
export type NewTensor = {
  readonly name?: string;
  readonly shape: readonly number[];
  readonly type?: ElementType;
} & Partial<Scale>;

type Addable = Exclude<OperatorKind, 'FOREIGN' | 'READ_VARIABLE' | 'ASSIGN_VARIABLE'>;

export class ModelBuilder {
  private readonly tensors: Tensor[] = [];
  private readonly operators: Operator[] = [];
  private readonly variables: Variable[] = [];
  private readonly inputs: number[] = [];

  constructor(
    readonly name: string,
    private readonly extra: { readonly labels?: readonly string[]; readonly description?: string } = {},
  ) {}

  /** Every method that makes a tensor returns its id. */
  tensor(tensor: NewTensor, data?: Uint8Array): number {
    const { name = `t${this.tensors.length}`, shape, type = 'int8' } = tensor;
    const quantization = quantizationOf(tensor);
    const made = {
      name,
      type,
      shape,
      ...(quantization === undefined ? {} : { quantization }),
      ...(data === undefined ? {} : { data }),
    };
    return this.tensors.push(made) - 1;
  }

  input(name: string, shape: readonly number[], scale: Partial<Scale>, type: ElementType = 'int8'): number {
    const id = this.tensor({ name, shape, type, ...scale });
    this.inputs.push(id);
    return id;
  }

  /** @param values integers (or floats for float32), in the order of the shape */
  constant(
    name: string,
    type: 'int8' | 'uint8' | 'int16' | 'int32' | 'float32',
    shape: readonly number[],
    values: ArrayLike<number>,
    scale: Partial<Scale> = {},
  ): number {
    return this.tensor({ name, shape, type, ...scale }, elementBytes(type, values));
  }

  /** Appends an operator with one output (or `outputs` for several) and returns the output's id. */
  add<K extends Addable>(
    kind: K,
    inputs: readonly number[],
    output: NewTensor,
    options: OperatorOptions[K],
  ): number {
    return this.addSeveral(kind, inputs, [output], options)[0]!;
  }

  addSeveral<K extends Addable>(
    kind: K,
    inputs: readonly number[],
    outputs: readonly NewTensor[],
    options: OperatorOptions[K],
  ): readonly number[] {
    const ids = outputs.map((output) => this.tensor(output));
    this.push({ kind, inputs, outputs: ids, options, index: this.operators.length } as unknown as Operator);
    return ids;
  }

  /** RESHAPE with the shape as a constant operand, keeping type and scale. */
  reshape(x: number, shape: readonly number[], name?: string): number {
    const wanted = this.constant(`${name ?? 'reshape'}/shape`, 'int32', [shape.length], shape);
    const { type, quantization } = this.tensors[x]!;
    const scale = quantization && { scale: quantization.scales[0]!, zeroPoint: quantization.zeroPoints[0]! };
    return this.add('RESHAPE', [x, wanted], { ...(name ? { name } : {}), shape, type, ...scale }, {});
  }

  /** State; starts at its zero point unless `initial` is given. */
  variable(
    name: string,
    shape: readonly number[],
    scale: Partial<Scale>,
    initial?: ArrayLike<number>,
    type: 'int8' | 'uint8' | 'int16' | 'int32' | 'float32' = 'int8',
  ): number {
    const count = shape.reduce((product, dim) => product * dim, 1);
    const quantization = quantizationOf(scale);
    const zero = quantization?.zeroPoints[0] ?? 0;
    const bytes = elementBytes(type, initial ?? new Array<number>(count).fill(zero));
    return (
      this.variables.push({
        name,
        type,
        shape,
        ...(quantization === undefined ? {} : { quantization }),
        initial: bytes,
      }) - 1
    );
  }

  read(variable: number): number {
    const { name, type, shape, quantization } = this.variables[variable]!;
    const id = this.tensors.push({
      name: `${name}/read${this.tensors.length}`,
      type,
      shape,
      ...(quantization === undefined ? {} : { quantization }),
    });
    this.push({
      kind: 'READ_VARIABLE',
      inputs: [],
      outputs: [id - 1],
      options: { variable },
      index: this.operators.length,
    });
    return id - 1;
  }

  assign(variable: number, value: number): void {
    this.push({
      kind: 'ASSIGN_VARIABLE',
      inputs: [value],
      outputs: [],
      options: { variable },
      index: this.operators.length,
    });
  }

  build(outputs: readonly number[]): ModelDescription {
    const { name, tensors, operators, variables, inputs, extra } = this;
    return { name, tensors, operators, variables, inputs, outputs, ...extra };
  }

  private push(operator: Operator): void {
    this.operators.push(operator);
  }
}

/** A description as a model of its own, for the stages that do not need a file. */
export function describedModel(description: ModelDescription): Model {
  const { description: text, ...model } = description;
  const source = { format: 'tflite', sha256: '', bytes: new Uint8Array(0) } as const;
  return { ...model, source: text === undefined ? source : { ...source, description: text } };
}

/** Scales are float32 in every file: they are rounded here, so that a model equals its own file. */
function quantizationOf(scale: Partial<Scale>): Quantization | undefined {
  if ('scales' in scale && scale.scales !== undefined) {
    const scales = scale.scales.map(Math.fround);
    return { scales, zeroPoints: scales.map(() => 0), axis: scale.axis ?? 0 };
  }
  if (!('scale' in scale) || scale.scale === undefined) return undefined;
  return { scales: [Math.fround(scale.scale)], zeroPoints: [scale.zeroPoint ?? 0], axis: 0 };
}

function elementBytes(
  type: 'int8' | 'uint8' | 'int16' | 'int32' | 'float32',
  values: ArrayLike<number>,
): Uint8Array {
  const width = ELEMENT_BYTES[type];
  const view = new DataView(new ArrayBuffer(values.length * width));
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (type === 'int8') view.setInt8(i, value);
    else if (type === 'uint8') view.setUint8(i, value);
    else if (type === 'int16') view.setInt16(2 * i, value, true);
    else if (type === 'int32') view.setInt32(4 * i, value, true);
    else view.setFloat32(4 * i, value, true);
  }
  return new Uint8Array(view.buffer);
}
