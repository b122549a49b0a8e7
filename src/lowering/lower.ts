/**
 * From the operators of a model to kernel calls, one to one.
 *
 * Owns: which kernel computes an operator, its constants, and every check a kernel relies on.
 * Leaves to others: where tensors lie and which calls can be left out (`plan/`), computing (`reference/`, the
 * device's kws_kernels), C++ text (`emit/`).
 */
import { inputError, KwsError, type Problem } from '../diagnostics/errors.js';
import type { Model, Operator, OperatorKind, OperatorOf } from '../model/types.js';
import { lowerHardSwish, lowerLeakyRelu, lowerLookup, lowerPrelu, lowerSoftmax } from './activations.js';
import type { CanonicalCall } from './call.js';
import { lowerConv2d, lowerDepthwiseConv2d } from './conv-2d.js';
import { lowerAdd, lowerMean, lowerMul, lowerReduceMax, lowerSub } from './elementwise.js';
import { lowerFullyConnected } from './fully-connected.js';
import {
  lowerAssignVariable,
  lowerConcatenation,
  lowerPad,
  lowerReadVariable,
  lowerReshape,
  lowerSplitV,
  lowerStridedSlice,
} from './movement.js';
import { Operands, operatorPlace } from './operands.js';
import { lowerPool2d } from './pool-2d.js';
import { lowerDequantize, lowerQuantize } from './quantize.js';
import { lowerResizeBilinear, lowerResizeNearest } from './resize.js';
import { lowerTranspose } from './transpose.js';

type Lowering<K extends OperatorKind> = (operands: Operands, operator: OperatorOf<K>) => CanonicalCall;

const LOWERINGS: { readonly [K in OperatorKind]: Lowering<K> } = {
  CONV_2D: lowerConv2d,
  DEPTHWISE_CONV_2D: lowerDepthwiseConv2d,
  FULLY_CONNECTED: lowerFullyConnected,
  AVERAGE_POOL_2D: (operands, operator) => lowerPool2d('average_pool_2d_s8', operands, operator),
  MAX_POOL_2D: (operands, operator) => lowerPool2d('max_pool_2d_s8', operands, operator),
  RESHAPE: lowerReshape,
  EXPAND_DIMS: lowerReshape,
  SQUEEZE: lowerReshape,
  TRANSPOSE: lowerTranspose,
  SOFTMAX: lowerSoftmax,
  LOGISTIC: (operands) => lowerLookup('LOGISTIC', operands),
  TANH: (operands) => lowerLookup('TANH', operands),
  RELU: (operands) => lowerLookup('RELU', operands),
  RELU6: (operands) => lowerLookup('RELU6', operands),
  LEAKY_RELU: lowerLeakyRelu,
  HARD_SWISH: lowerHardSwish,
  PRELU: lowerPrelu,
  ADD: lowerAdd,
  SUB: lowerSub,
  MUL: lowerMul,
  MEAN: lowerMean,
  REDUCE_MAX: lowerReduceMax,
  RESIZE_BILINEAR: lowerResizeBilinear,
  RESIZE_NEAREST_NEIGHBOR: lowerResizeNearest,
  PAD: lowerPad,
  QUANTIZE: lowerQuantize,
  DEQUANTIZE: lowerDequantize,
  CONCATENATION: lowerConcatenation,
  STRIDED_SLICE: lowerStridedSlice,
  SPLIT_V: lowerSplitV,
  READ_VARIABLE: lowerReadVariable,
  ASSIGN_VARIABLE: lowerAssignVariable,
  FOREIGN: (operands, operator) =>
    operands.fail(
      `the operator ${operator.options.name} has no kernel`,
      'change the model so that it does without',
    ),
};

/**
 * The kernel call of one operator.
 *
 * @throws KwsError (exit code 2) naming the operator where it is not supported or its tensors do not fit
 */
export function lowerOperator<K extends OperatorKind>(model: Model, operator: OperatorOf<K>): CanonicalCall {
  try {
    return LOWERINGS[operator.kind](new Operands(model, operator as unknown as Operator), operator);
  } catch (error) {
    // What the arithmetic cannot express: scales out of range, shapes that do not broadcast.
    if (!(error instanceof RangeError)) throw error;
    throw inputError(
      {
        what: error.message,
        where: operatorPlace(model, operator as unknown as Operator),
        next: 'check how the model was converted: its scales or shapes do not fit the operator',
      },
      { cause: error },
    );
  }
}

/** The calls of all operators in execution order; all problems of the model in one error. */
export function lowerModel(model: Model): readonly CanonicalCall[] {
  const problems: Problem[] = [];
  const calls: CanonicalCall[] = [];
  for (const operator of model.operators) {
    try {
      calls.push(lowerOperator(model, operator as OperatorOf<OperatorKind>));
    } catch (error) {
      if (!(error instanceof KwsError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw inputError(problems);
  return calls;
}
