/** One rule per operator kind. Shapes are TensorFlow Lite's, NHWC. */
import type { OperatorKind } from '../../model/types.js';
import { concatenationRule, sliceRule, splitRule } from './joining.js';
import { convRule, depthwiseRule, fullyConnectedRule, poolRule } from './multiply.js';
import {
  assignRule,
  binaryRule,
  convertRule,
  fixedRule,
  meanRule,
  padRule,
  readRule,
  relu6Rule,
  reshapeRule,
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
  SOFTMAX: fixedRule(1 / 256, -128),
  LOGISTIC: fixedRule(1 / 256, -128),
  TANH: fixedRule(1 / 128, 0),
  RELU: unaryRule,
  RELU6: relu6Rule,
  ADD: binaryRule,
  MUL: binaryRule,
  MEAN: meanRule,
  PAD: padRule,
  QUANTIZE: convertRule,
  DEQUANTIZE: convertRule,
  CONCATENATION: concatenationRule,
  STRIDED_SLICE: sliceRule,
  SPLIT_V: splitRule,
  READ_VARIABLE: readRule,
  ASSIGN_VARIABLE: assignRule,
};
