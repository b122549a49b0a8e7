/**
 * The one table of operator metadata: codes, tiers, how each runtime takes an operator, what it costs.
 *
 * Owns: facts about operator kinds. Leaves to others: arithmetic (`arithmetic.ts`, `reference/`), shape
 * rules (`passes/verify/`), names of operators we do not compute (`builtins.ts`).
 */
import { elementCount } from './elements.js';
import type { Model, OperatorKind, OperatorOf, Tensor } from './types.js';

/** 1: convolutional networks, 2: streaming, 3: recurrent, 4: the rest. */
export type Tier = 1 | 2 | 3 | 4;

export interface OperatorInfo<K extends OperatorKind = OperatorKind> {
  /** TensorFlow Lite's builtin code; -1 for FOREIGN, whose code stands in its options. */
  readonly builtinCode: number;
  readonly tier: Tier;
  /** Least and greatest number of inputs, and the number of outputs (-1: any, at least one). */
  readonly inputs: readonly [least: number, greatest: number];
  readonly outputs: number;
  /** Operator version TensorFlow's converter writes for int8 operands (operator_property.cc). */
  readonly version: number;
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
  /** Function that registers the int8 kernel alone, where the library has one, and its header. */
  readonly int8?: { readonly register: string; readonly header: string };
}

const tflm = (method: string, int8?: string, header?: string): TflmRegistration =>
  int8 === undefined
    ? { method }
    : {
        method,
        int8: { register: `Register_${int8}_INT8`, header: `tensorflow/lite/micro/kernels/${header}.h` },
      };

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
const common = { tier: 1, inputs: [1, 1], outputs: 1, version: 1, aot: true, macs: none } as const;
const unary = { ...common, version: 2 } as const;

export const OPERATORS: { readonly [K in OperatorKind]: OperatorInfo<K> } = {
  CONV_2D: {
    ...common,
    builtinCode: 3,
    inputs: [2, 3],
    version: 3,
    tflm: tflm('AddConv2D', 'CONV_2D', 'conv'),
    macs: convolutionMacs,
  },
  DEPTHWISE_CONV_2D: {
    ...common,
    builtinCode: 4,
    inputs: [2, 3],
    version: 3,
    tflm: tflm('AddDepthwiseConv2D', 'DEPTHWISE_CONV_2D', 'depthwise_conv'),
    macs: depthwiseMacs,
  },
  FULLY_CONNECTED: {
    ...common,
    builtinCode: 9,
    inputs: [2, 3],
    version: 4,
    tflm: tflm('AddFullyConnected', 'FULLY_CONNECTED', 'fully_connected'),
    macs: convolutionMacs,
  },
  AVERAGE_POOL_2D: {
    ...unary,
    builtinCode: 1,
    tflm: tflm('AddAveragePool2D', 'AVERAGE_POOL_2D', 'pooling'),
  },
  MAX_POOL_2D: { ...unary, builtinCode: 17, tflm: tflm('AddMaxPool2D', 'MAX_POOL_2D', 'pooling') },
  RESHAPE: { ...common, builtinCode: 22, inputs: [1, 2], tflm: tflm('AddReshape') },
  SOFTMAX: { ...unary, builtinCode: 25, tflm: tflm('AddSoftmax', 'SOFTMAX', 'softmax') },
  LOGISTIC: { ...unary, builtinCode: 14, tflm: tflm('AddLogistic') },
  TANH: { ...unary, builtinCode: 28, tier: 4, tflm: tflm('AddTanh') },
  RELU: { ...unary, builtinCode: 19, tflm: tflm('AddRelu') },
  RELU6: { ...unary, builtinCode: 21, tflm: tflm('AddRelu6') },
  ADD: { ...unary, builtinCode: 0, inputs: [2, 2], tflm: tflm('AddAdd', 'ADD', 'add') },
  MUL: { ...unary, builtinCode: 18, inputs: [2, 2], tflm: tflm('AddMul', 'MUL', 'mul') },
  MEAN: { ...unary, builtinCode: 40, inputs: [2, 2], tflm: tflm('AddMean') },
  PAD: { ...unary, builtinCode: 34, inputs: [2, 2], tflm: tflm('AddPad', 'PAD', 'pad') },
  QUANTIZE: { ...common, builtinCode: 114, tflm: tflm('AddQuantize') },
  DEQUANTIZE: { ...unary, builtinCode: 6, tflm: tflm('AddDequantize') },
  CONCATENATION: {
    ...unary,
    builtinCode: 2,
    tier: 2,
    inputs: [1, 1024],
    tflm: tflm('AddConcatenation'),
  },
  STRIDED_SLICE: { ...unary, builtinCode: 45, tier: 2, inputs: [4, 4], tflm: tflm('AddStridedSlice') },
  SPLIT_V: { ...unary, builtinCode: 102, tier: 2, inputs: [3, 3], outputs: -1, tflm: tflm('AddSplitV') },
  READ_VARIABLE: { ...common, builtinCode: 143, tier: 2, inputs: [0, 0], tflm: tflm('AddReadVariable') },
  ASSIGN_VARIABLE: { ...common, builtinCode: 144, tier: 2, outputs: 0, tflm: tflm('AddAssignVariable') },
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
