/**
 * Checked access to the operands of one operator: what a lowering asks of its tensors, and the error where
 * they do not comply. Everything a kernel relies on without looking is verified through this class.
 */
import { inputError } from '../diagnostics/errors.js';
import { type Affine, type ByteType, typeRange } from '../model/arithmetic.js';
import { elementCount, tensorBytes } from '../model/elements.js';
import type { ElementType, Model, Operator, Quantization, Tensor } from '../model/types.js';
import type { KernelName, KernelParams, Place } from './call.js';

/** Far beyond any microcontroller; keeps every index of a kernel within 32 bits. */
const MAX_ELEMENTS = 2 ** 26;
/** Of strides and dilations. */
const MAX_STEP = 2 ** 16;

/** `okay_nabu.tflite, operator 14 (CONCATENATION)` */
export function operatorPlace(model: Model, operator: Operator): string {
  const name = operator.kind === 'FOREIGN' ? operator.options.name : operator.kind;
  return `${model.name}.${model.source.format}, operator ${operator.index} (${name})`;
}

export class Operands {
  readonly model: Model;
  readonly operator: Operator;

  constructor(model: Model, operator: Operator) {
    this.model = model;
    this.operator = operator;
  }

  fail(what: string, next = 'convert the model to int8 again with a current TensorFlow'): never {
    throw inputError({ what, where: operatorPlace(this.model, this.operator), next });
  }

  expect(condition: boolean, what: string): asserts condition {
    if (!condition) this.fail(what);
  }

  private tensorOf(list: readonly number[], position: number, role: string): Tensor {
    const tensor = this.model.tensors[list[position] ?? -1];
    if (tensor === undefined) return this.fail(`there is no ${role} ${position}`);
    this.expect(
      tensor.shape.every((size) => Number.isInteger(size) && size >= 1) &&
        elementCount(tensor.shape) <= MAX_ELEMENTS,
      `'${tensor.name}' has the shape [${tensor.shape.join(',')}]`,
    );
    return tensor;
  }

  input(position: number): Tensor {
    return this.tensorOf(this.operator.inputs, position, 'input');
  }

  output(position = 0): Tensor {
    return this.tensorOf(this.operator.outputs, position, 'output');
  }

  hasInput(position: number): boolean {
    return (this.operator.inputs[position] ?? -1) >= 0;
  }

  /** The tensor's per-tensor quantization, sound for its type. */
  affine(tensor: Tensor, type: ByteType = 'int8'): Affine {
    this.expect(tensor.type === type, `'${tensor.name}' is ${tensor.type}, only ${type} is supported here`);
    const { scales, zeroPoints } = this.quantization(tensor);
    this.expect(scales.length === 1, `'${tensor.name}' is quantized per axis, expected per tensor`);
    const { min, max } = typeRange(type);
    const zeroPoint = zeroPoints[0] ?? 0;
    this.expect(
      zeroPoint >= min && zeroPoint <= max,
      `zero point ${zeroPoint} of '${tensor.name}' is outside its type`,
    );
    return { scale: scales[0]!, zeroPoint };
  }

  quantization(tensor: Tensor): Quantization {
    const { quantization } = tensor;
    if (quantization === undefined || quantization.scales.length === 0)
      return this.fail(`'${tensor.name}' has no quantization parameters`);
    for (const scale of quantization.scales)
      this.expect(scale > 0 && Number.isFinite(scale), `'${tensor.name}' has the scale ${scale}`);
    return quantization;
  }

  private constant(tensor: Tensor, type: ElementType): ArrayBuffer {
    const { data } = tensor;
    if (data === undefined)
      return this.fail(`'${tensor.name}' is computed, only a constant is supported here`);
    this.expect(tensor.type === type, `'${tensor.name}' is ${tensor.type}, expected ${type}`);
    this.expect(
      data.length === tensorBytes(tensor),
      `'${tensor.name}' has ${data.length} bytes, not those of its shape [${tensor.shape.join(',')}]`,
    );
    return Uint8Array.from(data).buffer;
  }

  int8Constant(tensor: Tensor): Int8Array {
    return new Int8Array(this.constant(tensor, 'int8'));
  }

  int32Constant(tensor: Tensor): Int32Array {
    return new Int32Array(this.constant(tensor, 'int32'));
  }

  /** The optional bias: int32, one per channel. */
  bias(position: number, channels: number): Int32Array | null {
    if (!this.hasInput(position)) return null;
    const bias = this.int32Constant(this.input(position));
    this.expect(bias.length === channels, `${bias.length} biases for ${channels} channels`);
    return bias;
  }

  /** Filter of a multiply-accumulate operator: symmetric, scales per tensor or along `axis`. */
  filterScales(filter: Tensor, axis: number, channels: number): readonly number[] {
    const { scales, zeroPoints, axis: quantizedAxis } = this.quantization(filter);
    if (scales.length > 1) {
      this.expect(
        scales.length === channels && quantizedAxis === axis,
        `${scales.length} filter scales along axis ${quantizedAxis} for ${channels} channels along axis ${axis}`,
      );
      this.expect(
        zeroPoints.every((zero) => zero === 0),
        'filter zero points must be 0',
      );
    }
    return scales;
  }

  /** Kernel sizes, strides and dilations. */
  expectSteps(...steps: readonly number[]): void {
    for (const step of steps)
      this.expect(
        Number.isInteger(step) && step >= 1 && step <= MAX_STEP,
        `kernel size, stride or dilation ${step} is outside 1 to ${MAX_STEP}`,
      );
  }

  expectShape(tensor: Tensor, shape: readonly number[]): void {
    this.expect(
      tensor.shape.length === shape.length && tensor.shape.every((size, axis) => size === shape[axis]),
      `'${tensor.name}' has the shape [${tensor.shape.join(',')}], it should be [${shape.join(',')}]`,
    );
  }

  /** As `expectShape`, but dimensions of 1 do not matter. */
  expectElements(tensor: Tensor, shape: readonly number[]): void {
    const squeezed = (dims: readonly number[]): string => dims.filter((size) => size !== 1).join(',');
    this.expect(
      squeezed(tensor.shape) === squeezed(shape),
      `'${tensor.name}' has the shape [${tensor.shape.join(',')}], it should be [${shape.join(',')}]`,
    );
  }

  /** The call with data operands named by their positions in the operator. */
  call<K extends KernelName>(
    kernel: K,
    params: KernelParams[K],
    inputs: readonly number[] = [0],
  ): { kernel: K; params: KernelParams[K]; inputs: readonly Place[]; outputs: readonly Place[] } {
    return {
      kernel,
      params,
      inputs: inputs.map((position) => ({ kind: 'tensor', id: this.operator.inputs[position]! })),
      outputs: this.operator.outputs.map((id) => ({ kind: 'tensor', id })),
    };
  }
}
