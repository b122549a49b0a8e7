/** One rule per operator kind. Shapes are TensorFlow Lite's, NHWC. */
import type { OperatorKind } from '../../model/types.js';
import { concatenationRule, sliceRule, splitRule } from './joining.js';
import { convRule, depthwiseRule, fullyConnectedRule, poolRule } from './multiply.js';
import { expandDimsRule, squeezeRule, transposeRule } from './rearranging.js';
import { resizeRule } from './resize.js';
import {
  assignRule,
  binaryRule,
  convertRule,
  fixedRule,
  padRule,
  preluRule,
  readRule,
  reduceRule,
  reshapeRule,
  sameScaleUnaryRule,
  unaryRule,
} from './simple.js';
import type { OperatorSite } from './site.js';

type Rules = {
  readonly [K in Exclude<OperatorKind, 'FOREIGN'>]: (site: OperatorSite<K>) => void;
};

export const OPERATOR_RULES: Rules = {
  CONV_2D: convRule,
  DEPTHWISE_CONV_2D: depthwiseRule,
  FULLY_CONNECTED: fullyConnectedRule,
  AVERAGE_POOL_2D: poolRule,
  MAX_POOL_2D: poolRule,
  RESHAPE: reshapeRule,
  EXPAND_DIMS: expandDimsRule,
  SQUEEZE: squeezeRule,
  TRANSPOSE: transposeRule,
  SOFTMAX: fixedRule,
  LOGISTIC: fixedRule,
  TANH: fixedRule,
  RELU: unaryRule,
  RELU6: sameScaleUnaryRule,
  LEAKY_RELU: unaryRule,
  HARD_SWISH: unaryRule,
  PRELU: preluRule,
  ADD: binaryRule,
  SUB: binaryRule,
  MUL: binaryRule,
  MEAN: reduceRule,
  REDUCE_MAX: reduceRule,
  RESIZE_BILINEAR: resizeRule,
  RESIZE_NEAREST_NEIGHBOR: resizeRule,
  PAD: padRule,
  QUANTIZE: convertRule,
  DEQUANTIZE: convertRule,
  CONCATENATION: concatenationRule,
  STRIDED_SLICE: sliceRule,
  SPLIT_V: splitRule,
  READ_VARIABLE: readRule,
  ASSIGN_VARIABLE: assignRule,
};
