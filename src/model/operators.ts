/**
 * The one table of operator metadata: codes, tiers, how each runtime takes an operator, how it is quantized,
 * what it costs. A stage that treats some kinds differently asks this table and keeps no list of its own.
 *
 * Owns: facts about operator kinds. Leaves to others: arithmetic (`arithmetic.ts`, `reference/`), shape
 * rules (`verify/rules/`), names of operators we do not compute (`builtins.ts`).
 */
import type { Affine } from './arithmetic.js';
import { elementCount } from './elements.js';
import type { Activation, Model, OperatorKind, OperatorOf, OperatorOptions, Tensor } from './types.js';

/** 1: convolutional networks, 2: streaming, 3: recurrent, 4: the rest. */
type Tier = 1 | 2 | 3 | 4;

/**
 * Where the scale of an int8 output comes from: `own` range; that of the data `operand` (the operator moves or
 * compares values); the same, and what it cuts off may be needed by others (`clamped`); one scale for all that
 * is `joined`; the one that `state` is kept in; or fixed by the function, whatever was measured. TensorFlow:
 * SameOperandsAndResultsScale in compiler/mlir/lite/ir/tfl_ops.td, lite/tools/optimize/operator_property.cc.
 */
type OutputScale = 'own' | 'operand' | 'clamped' | 'joined' | 'state' | Affine;

/**
 * What the operands after the first are: `weights` with a scale of their own and a bias, `values` like the
 * first (computed or constant), `integers` (axes, shapes, amounts; also where there are none).
 */
type FurtherOperands = 'weights' | 'values' | 'integers';

/** Kinds with a fused activation among their attributes. */
export type ActivatedKind = {
  [K in OperatorKind]: OperatorOptions[K] extends { readonly activation: Activation } ? K : never;
}[OperatorKind];

export interface OperatorInfo<K extends OperatorKind = OperatorKind> {
  /** TensorFlow Lite's builtin code; -1 for FOREIGN, whose code stands in its options. */
  readonly builtinCode: number;
  readonly tier: Tier;
  /** Least and greatest number of inputs, and the number of outputs (-1: any, at least one). */
  readonly inputs: readonly [least: number, greatest: number];
  readonly outputs: number;
  /** Operator version TensorFlow's converter writes for int8 operands (operator_property.cc). */
  readonly version: number;
  readonly scale: OutputScale;
  readonly operands: FurtherOperands;
  /** Whether it only moves values: its noise is its input's. */
  readonly moves: boolean;
  /** Whether it gives the bytes it takes, in another shape: it costs nothing. */
  readonly reshapes: boolean;
  /** Whether its kernels clamp to a fused RELU or RELU6, in TensorFlow Lite, TensorFlow Lite Micro and ours. */
  readonly fuses: K extends ActivatedKind ? boolean : false;
  readonly tflm: TflmRegistration | undefined;
  /** Whether the compiled runtime and the reference engine compute it. */
  readonly aot: boolean;
  /** Multiply-accumulates of one inference. */
  readonly macs: (operator: OperatorOf<K>, tensors: readonly Tensor[]) => number;
}

/** How TensorFlow Lite Micro's MicroMutableOpResolver registers an operator. */
export interface TflmRegistration {
  /** Method of the resolver, e.g. `AddConv2D`. */
  readonly method: string;
  /** The source file (without `_common` and extension) that holds its kernel. */
  readonly source: string;
  /** Function that registers the int8 kernel alone, where every library with such functions has it, and its header. */
  readonly int8?: { readonly register: string; readonly header: string };
}

const tflm = (method: string, source: string): TflmRegistration => ({ method, source });

/** The same, with a registration for int8 alone. */
const tflmInt8 = (method: string, source: string, name: string): TflmRegistration => ({
  method,
  source,
  int8: { register: `Register_${name}_INT8`, header: `tensorflow/lite/micro/kernels/${source}.h` },
});

const shapeOf = (tensors: readonly Tensor[], id: number | undefined): readonly number[] =>
  (id === undefined ? undefined : tensors[id])?.shape ?? [0];

/** Each output element sums over the filter's taps: all of them but the output channels. */
function convolutionMacs(operator: OperatorOf<OperatorKind>, tensors: readonly Tensor[]): number {
  const taps = elementCount(shapeOf(tensors, operator.inputs[1]).slice(1));
  return elementCount(shapeOf(tensors, operator.outputs[0])) * taps;
}

/** Each output element sums over kh * kw taps. */
function depthwiseMacs(operator: OperatorOf<OperatorKind>, tensors: readonly Tensor[]): number {
  const [, kh = 0, kw = 0] = shapeOf(tensors, operator.inputs[1]);
  return elementCount(shapeOf(tensors, operator.outputs[0])) * kh * kw;
}

const none = () => 0;
const common = {
  tier: 1,
  inputs: [1, 1],
  outputs: 1,
  version: 1,
  scale: 'own',
  operands: 'integers',
  moves: false,
  reshapes: false,
  fuses: false,
  aot: true,
  macs: none,
} as const;
const unary = { ...common, version: 2 } as const;
const weighted = {
  ...common,
  inputs: [2, 3],
  version: 3,
  operands: 'weights',
  fuses: true,
  macs: convolutionMacs,
} as const;
const pool = { ...unary, scale: 'operand', fuses: true } as const;
const binary = { ...unary, inputs: [2, 2], operands: 'values', fuses: true } as const;
const movement = { ...common, scale: 'operand', moves: true } as const;
const resize = { ...common, tier: 4, inputs: [2, 2], version: 3, scale: 'operand' } as const;
const reshape = { ...movement, inputs: [1, 2], reshapes: true } as const;

/** Of functions into 0…1 and -1…1 (quantization specification). */
const PROBABILITY: Affine = { scale: 1 / 256, zeroPoint: -128 };
const SIGNED_UNIT: Affine = { scale: 1 / 128, zeroPoint: 0 };

export const OPERATORS: { readonly [K in OperatorKind]: OperatorInfo<K> } = {
  CONV_2D: { ...weighted, builtinCode: 3, tflm: tflmInt8('AddConv2D', 'conv', 'CONV_2D') },
  DEPTHWISE_CONV_2D: {
    ...weighted,
    builtinCode: 4,
    tflm: tflmInt8('AddDepthwiseConv2D', 'depthwise_conv', 'DEPTHWISE_CONV_2D'),
    macs: depthwiseMacs,
  },
  FULLY_CONNECTED: {
    ...weighted,
    builtinCode: 9,
    version: 4,
    tflm: tflmInt8('AddFullyConnected', 'fully_connected', 'FULLY_CONNECTED'),
  },
  AVERAGE_POOL_2D: {
    ...pool,
    builtinCode: 1,
    tflm: tflmInt8('AddAveragePool2D', 'pooling', 'AVERAGE_POOL_2D'),
  },
  MAX_POOL_2D: { ...pool, builtinCode: 17, tflm: tflmInt8('AddMaxPool2D', 'pooling', 'MAX_POOL_2D') },
  RESHAPE: { ...reshape, builtinCode: 22, tflm: tflm('AddReshape', 'reshape') },
  EXPAND_DIMS: {
    ...reshape,
    builtinCode: 70,
    tier: 4,
    inputs: [2, 2],
    tflm: tflm('AddExpandDims', 'expand_dims'),
  },
  SQUEEZE: { ...reshape, builtinCode: 43, tier: 4, inputs: [1, 1], tflm: tflm('AddSqueeze', 'squeeze') },
  TRANSPOSE: {
    ...movement,
    builtinCode: 39,
    tier: 4,
    inputs: [2, 2],
    version: 2,
    tflm: tflm('AddTranspose', 'transpose'),
  },
  SOFTMAX: {
    ...unary,
    builtinCode: 25,
    scale: PROBABILITY,
    tflm: tflmInt8('AddSoftmax', 'softmax', 'SOFTMAX'),
  },
  LOGISTIC: { ...unary, builtinCode: 14, scale: PROBABILITY, tflm: tflm('AddLogistic', 'logistic') },
  TANH: { ...unary, builtinCode: 28, tier: 4, scale: SIGNED_UNIT, tflm: tflm('AddTanh', 'tanh') },
  RELU: { ...unary, builtinCode: 19, tflm: tflm('AddRelu', 'activations') },
  // TensorFlow Lite Micro's kernel clamps and does not rescale (micro/kernels/activations.cc). TensorFlow gives
  // the output a scale of its own, which only its larger runtimes compute.
  RELU6: { ...unary, builtinCode: 21, scale: 'clamped', tflm: tflm('AddRelu6', 'activations') },
  LEAKY_RELU: { ...unary, builtinCode: 98, tier: 4, tflm: tflm('AddLeakyRelu', 'leaky_relu') },
  HARD_SWISH: { ...common, builtinCode: 117, tier: 4, tflm: tflm('AddHardSwish', 'hard_swish') },
  PRELU: {
    ...common,
    builtinCode: 54,
    tier: 4,
    inputs: [2, 2],
    operands: 'values',
    tflm: tflm('AddPrelu', 'prelu'),
  },
  ADD: { ...binary, builtinCode: 0, tflm: tflmInt8('AddAdd', 'add', 'ADD') },
  SUB: { ...binary, builtinCode: 41, tier: 4, tflm: tflm('AddSub', 'sub') },
  MUL: { ...binary, builtinCode: 18, tflm: tflmInt8('AddMul', 'mul', 'MUL') },
  MEAN: { ...unary, builtinCode: 40, inputs: [2, 2], tflm: tflm('AddMean', 'reduce') },
  REDUCE_MAX: {
    ...unary,
    builtinCode: 82,
    tier: 4,
    inputs: [2, 2],
    scale: 'operand',
    tflm: tflm('AddReduceMax', 'reduce'),
  },
  RESIZE_BILINEAR: { ...resize, builtinCode: 23, tflm: tflm('AddResizeBilinear', 'resize_bilinear') },
  RESIZE_NEAREST_NEIGHBOR: {
    ...resize,
    builtinCode: 97,
    moves: true,
    tflm: tflm('AddResizeNearestNeighbor', 'resize_nearest_neighbor'),
  },
  PAD: { ...unary, builtinCode: 34, inputs: [2, 2], scale: 'operand', tflm: tflm('AddPad', 'pad') },
  QUANTIZE: { ...common, builtinCode: 114, tflm: tflm('AddQuantize', 'quantize') },
  DEQUANTIZE: { ...unary, builtinCode: 6, tflm: tflm('AddDequantize', 'dequantize') },
  CONCATENATION: {
    ...unary,
    builtinCode: 2,
    tier: 2,
    inputs: [1, 1024],
    scale: 'joined',
    operands: 'values',
    tflm: tflm('AddConcatenation', 'concatenation'),
  },
  STRIDED_SLICE: {
    ...movement,
    builtinCode: 45,
    tier: 2,
    inputs: [4, 4],
    version: 2,
    tflm: tflm('AddStridedSlice', 'strided_slice'),
  },
  SPLIT_V: {
    ...movement,
    builtinCode: 102,
    tier: 2,
    inputs: [3, 3],
    outputs: -1,
    version: 2,
    tflm: tflm('AddSplitV', 'split_v'),
  },
  READ_VARIABLE: {
    ...common,
    builtinCode: 143,
    tier: 2,
    inputs: [0, 0],
    scale: 'state',
    moves: true,
    tflm: tflm('AddReadVariable', 'read_variable'),
  },
  ASSIGN_VARIABLE: {
    ...common,
    builtinCode: 144,
    tier: 2,
    outputs: 0,
    scale: 'state',
    tflm: tflm('AddAssignVariable', 'assign_variable'),
  },
  FOREIGN: {
    ...common,
    builtinCode: -1,
    tier: 4,
    inputs: [0, 1024],
    outputs: -1,
    tflm: undefined,
    aot: false,
  },
};

/** The scale and zero point of an int8 output that the function fixes. */
export function fixedOutput(kind: OperatorKind): Affine | undefined {
  const { scale } = OPERATORS[kind];
  return typeof scale === 'object' ? scale : undefined;
}

/** Whether it takes RELU and RELU6 in. */
export function fusesActivations(
  operator: Model['operators'][number],
): operator is Extract<Model['operators'][number], { readonly kind: ActivatedKind }> {
  return OPERATORS[operator.kind].fuses;
}

/** Kinds by builtin code. */
export const KIND_OF_CODE: ReadonlyMap<number, Exclude<OperatorKind, 'FOREIGN'>> = new Map(
  Object.entries(OPERATORS)
    .filter(([kind]) => kind !== 'FOREIGN')
    .map(([kind, info]) => [info.builtinCode, kind as Exclude<OperatorKind, 'FOREIGN'>]),
);

/** Multiply-accumulates of one operator per inference. */
export function operatorMacs(operator: Model['operators'][number], tensors: readonly Tensor[]): number {
  const info: OperatorInfo<never> = OPERATORS[operator.kind];
  return info.macs(operator as never, tensors);
}

/** What an operator is called in messages: the kind, or a foreign operator's own name. */
export function operatorName(operator: Model['operators'][number]): string {
  return operator.kind === 'FOREIGN' ? operator.options.name : operator.kind;
}
