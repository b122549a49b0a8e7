/**
 * Each float operator as the int8 operator of the same kind: which operands are activations, which are
 * constants, and how these are quantized.
 *
 * Leaves to others: the numbers (`rules/`), ids (`writer.ts`), whether the result can be computed (the checks
 * in `quantize.ts`).
 */
import type { Affine } from '../../model/arithmetic.js';
import { constantInts } from '../../model/elements.js';
import type { Model, Operator, OperatorKind, OperatorOf, Tensor } from '../../model/types.js';
import { activationParams } from '../rules/activations.js';
import { fitBias, quantizeBias } from '../rules/bias.js';
import { quantizeConstant, rangeOf } from '../rules/constants.js';
import { quantizeWeights, WEIGHT_AXIS, weightScales } from '../rules/weights.js';
import { Unquantizable } from './unquantizable.js';
import { type Int8Writer, int8Tensor } from './writer.js';

type Rewrite<K extends OperatorKind> = (writer: Int8Writer, operator: OperatorOf<K>) => number;
type Weighted = 'CONV_2D' | 'DEPTHWISE_CONV_2D' | 'FULLY_CONNECTED';

/** The values of a finite float constant. */
function floatConstant(model: Model, id: number | undefined, role: string): Float32Array {
  const tensor = model.tensors[id ?? -1];
  if (tensor?.data === undefined) throw new Unquantizable(`its ${role} is computed, not a constant`);
  if (tensor.type !== 'float32') throw new Unquantizable(`its ${role} is ${tensor.type}, not float32`);
  const values = floats(tensor.data);
  for (const value of values)
    if (!Number.isFinite(value)) throw new Unquantizable(`its ${role} '${tensor.name}' holds ${value}`);
  return values;
}

export function floats(data: Uint8Array): Float32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Float32Array.from({ length: data.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

const bytesOf = (values: Int8Array | Int32Array): Uint8Array => {
  if (values instanceof Int8Array) return new Uint8Array(values.buffer);
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => {
    view.setInt32(4 * i, value, true);
  });
  return new Uint8Array(view.buffer);
};

const perAxis = (scales: readonly number[], axis: number): NonNullable<Tensor['quantization']> => ({
  scales,
  zeroPoints: scales.map(() => 0),
  axis,
});

function dataOperand(writer: Int8Writer, id: number | undefined): number {
  const tensor = writer.model.tensors[id ?? -1];
  if (tensor === undefined || tensor.data !== undefined || tensor.type !== 'float32')
    throw new Unquantizable(
      tensor?.data === undefined
        ? `its input is ${tensor?.type ?? 'missing'}, not float32`
        : `its input '${tensor.name}' is a constant`,
    );
  return id!;
}

const results = (writer: Int8Writer, { outputs }: Pick<Operator, 'outputs'>): number[] =>
  outputs.map((id) => writer.activation(id));

/** Convolutions and fully connected layers: weights and bias, fitted to each other. */
const weighted: Rewrite<Weighted> = (writer, operator) => {
  const [x, filter, bias = -1] = operator.inputs;
  const { model } = writer;
  const input = dataOperand(writer, x);
  const weights = floatConstant(model, filter, 'filter');
  const { shape } = model.tensors[filter!]!;
  const axis = WEIGHT_AXIS[operator.kind];
  const own = weightScales(weights, shape, axis);
  const channels = shape[axis ?? 0]!;
  const biases = bias < 0 ? new Float32Array(channels) : floatConstant(model, bias, 'bias');
  const { weightScales: scales, biasScales } = fitBias(biases, writer.params(input).scale, own);
  const operands = [
    writer.activation(input),
    writer.constant(filter!, `weights ${axis} ${scales.join()}`, () => ({
      type: 'int8',
      shape,
      quantization: perAxis(scales, axis ?? 0),
      data: bytesOf(quantizeWeights(weights, shape, axis, scales)),
    })),
  ];
  // Without one, TensorFlow Lite's int8 convolutions fail; fully connected layers do without.
  if (bias < 0 && operator.kind === 'FULLY_CONNECTED') operands.push(-1);
  else
    operands.push(
      writer.constant(bias, `bias ${channels} ${biasScales.join()}`, () => ({
        type: 'int32',
        shape: [channels],
        quantization: perAxis(biasScales, 0),
        data: bytesOf(quantizeBias(biases, biasScales)),
      })),
    );
  return writer.push(operator.kind, operands, results(writer, operator), operator.options);
};

/** An operand that may be a constant, with a scale of its own or with that of the activations it joins. */
function operand(writer: Int8Writer, id: number, wanted?: Affine): number {
  if (writer.model.tensors[id]?.data === undefined) {
    const input = dataOperand(writer, id);
    return wanted === undefined ? writer.activation(input) : writer.activationAs(input, wanted);
  }
  const values = floatConstant(writer.model, id, 'operand');
  const params = wanted ?? activationParams(rangeOf(values));
  return writer.constant(id, `operand ${params.scale} ${params.zeroPoint}`, ({ shape }) => ({
    ...int8Tensor('', shape, params),
    data: bytesOf(quantizeConstant(values, params)),
  }));
}

/** Two operands of one kind; a constant gets a scale of its own. */
const binary: Rewrite<'ADD' | 'SUB' | 'MUL'> = (writer, operator) =>
  writer.push(
    operator.kind,
    operator.inputs.map((id) => operand(writer, id)),
    results(writer, operator),
    operator.options,
  );

/** Slopes are weights with one scale for all (PRELU's operand 1 in tfl_ops.td); computed ones are like any operand. */
const prelu: Rewrite<'PRELU'> = (writer, operator) => {
  const [x, alpha] = operator.inputs as readonly [number, number];
  const { data, shape } = writer.model.tensors[alpha]!;
  const slopes = () => {
    const values = floatConstant(writer.model, alpha, 'slopes');
    const [scale] = weightScales(values, shape, undefined) as [number];
    return writer.constant(alpha, `slopes ${scale}`, () => ({
      ...int8Tensor('', shape, { scale, zeroPoint: 0 }),
      data: bytesOf(quantizeWeights(values, shape, undefined, [scale])),
    }));
  };
  const operands = [operand(writer, x), data === undefined ? operand(writer, alpha) : slopes()];
  return writer.push('PRELU', operands, results(writer, operator), operator.options);
};

/** All parts with the scale of the whole: the kernels move bytes. */
const concatenation: Rewrite<'CONCATENATION'> = (writer, operator) => {
  const wanted = writer.params(operator.outputs[0]!);
  const parts = operator.inputs.map((id) => operand(writer, id, wanted));
  return writer.push(operator.kind, parts, results(writer, operator), operator.options);
};

/** Integer constants (axes, paddings, slices) as int32, which is what every runtime takes. */
function integers(writer: Int8Writer, id: number): number {
  const values = constantInts(writer.model.tensors[id]);
  if (values === undefined) throw new Unquantizable('an axis, a size or a padding is computed');
  return writer.constant(id, 'integers', ({ shape }) => ({
    type: 'int32',
    shape,
    data: bytesOf(Int32Array.from(values)),
  }));
}

type Plain = Exclude<
  OperatorKind,
  | Weighted
  | 'ADD'
  | 'SUB'
  | 'MUL'
  | 'PRELU'
  | 'CONCATENATION'
  | 'RESHAPE'
  | 'EXPAND_DIMS'
  | 'SQUEEZE'
  | 'READ_VARIABLE'
  | 'ASSIGN_VARIABLE'
  | 'QUANTIZE'
  | 'DEQUANTIZE'
  | 'FOREIGN'
>;

/** One data operand, then integer constants. */
const plain: Rewrite<Plain> = (writer, operator) => {
  const [x, ...rest] = operator.inputs;
  const operands = [
    writer.activation(dataOperand(writer, x)),
    ...rest.map((id) => (id < 0 ? id : integers(writer, id))),
  ];
  return writer.push(operator.kind, operands, results(writer, operator), operator.options);
};

/** The shape stands in the options and in the output's own: the operand is left out. */
const reshape: Rewrite<'RESHAPE' | 'EXPAND_DIMS' | 'SQUEEZE'> = (writer, operator) => {
  const x = writer.activation(dataOperand(writer, operator.inputs[0]));
  return writer.push('RESHAPE', [x], results(writer, operator), {});
};

const refused: Rewrite<'QUANTIZE' | 'DEQUANTIZE' | 'FOREIGN'> = (_, { kind }) => {
  throw new Unquantizable(
    kind === 'FOREIGN' ? 'there is no int8 kernel for it' : 'the model is quantized in part already',
  );
};

export const REWRITES: {
  readonly [K in Exclude<OperatorKind, 'ASSIGN_VARIABLE' | 'READ_VARIABLE'>]: Rewrite<K>;
} = {
  CONV_2D: weighted,
  DEPTHWISE_CONV_2D: weighted,
  FULLY_CONNECTED: weighted,
  AVERAGE_POOL_2D: plain,
  MAX_POOL_2D: plain,
  RESHAPE: reshape,
  EXPAND_DIMS: reshape,
  SQUEEZE: reshape,
  TRANSPOSE: plain,
  SOFTMAX: plain,
  LOGISTIC: plain,
  TANH: plain,
  RELU: plain,
  RELU6: plain,
  LEAKY_RELU: plain,
  HARD_SWISH: plain,
  PRELU: prelu,
  ADD: binary,
  SUB: binary,
  MUL: binary,
  MEAN: plain,
  REDUCE_MAX: plain,
  RESIZE_BILINEAR: plain,
  RESIZE_NEAREST_NEIGHBOR: plain,
  PAD: plain,
  QUANTIZE: refused,
  DEQUANTIZE: refused,
  CONCATENATION: concatenation,
  STRIDED_SLICE: plain,
  SPLIT_V: plain,
  FOREIGN: refused,
};

/** State is assigned with the scale it is kept in. */
export function rewriteAssign(
  writer: Int8Writer,
  { inputs, options }: OperatorOf<'ASSIGN_VARIABLE'>,
  kept: Affine,
): number {
  const value = writer.activationAs(dataOperand(writer, inputs[0]), kept);
  return writer.push('ASSIGN_VARIABLE', [value], [], options);
}

export function rewriteRead(writer: Int8Writer, operator: OperatorOf<'READ_VARIABLE'>): number {
  return writer.push('READ_VARIABLE', [], results(writer, operator), operator.options);
}
