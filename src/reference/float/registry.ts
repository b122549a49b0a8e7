/** How every operator computes on float32. */
import { lowerOperator } from '../../lowering/lower.js';
import type { OperatorKind } from '../../model/types.js';
import { prepareCall } from '../int8/prepare.js';
import { prepareAdd, prepareMul, preparePrelu, prepareSub } from './binary.js';
import { prepareConv2d } from './conv-2d.js';
import { prepareDepthwiseConv2d } from './depthwise-conv-2d.js';
import { prepareFullyConnected } from './fully-connected.js';
import { prepareMean, prepareReduceMax } from './mean.js';
import { preparePad } from './pad.js';
import { prepareAveragePool2d, prepareMaxPool2d } from './pool-2d.js';
import { prepareDequantize, prepareQuantize } from './quantize.js';
import { prepareResizeBilinear, prepareResizeNearest } from './resize.js';
import type { FloatSite, Prepare } from './site.js';
import { prepareSoftmax } from './softmax.js';
import { prepareStridedSlice } from './strided-slice.js';
import { prepareTranspose } from './transpose.js';
import { hardSwish, logistic, prepareLeakyRelu, relu, relu6, unary } from './unary.js';

/** Bytes move the same way whatever they mean. */
const moveBytes = <K extends OperatorKind>(site: FloatSite<K>): (() => void) =>
  prepareCall(lowerOperator(site.model, site.operator), site.store);

export const FLOAT_OPERATORS: { readonly [K in OperatorKind]: Prepare<K> } = {
  CONV_2D: prepareConv2d,
  DEPTHWISE_CONV_2D: prepareDepthwiseConv2d,
  FULLY_CONNECTED: prepareFullyConnected,
  AVERAGE_POOL_2D: prepareAveragePool2d,
  MAX_POOL_2D: prepareMaxPool2d,
  RESHAPE: moveBytes,
  EXPAND_DIMS: moveBytes,
  SQUEEZE: moveBytes,
  TRANSPOSE: prepareTranspose,
  SOFTMAX: prepareSoftmax,
  LOGISTIC: unary(logistic),
  TANH: unary(Math.tanh),
  RELU: unary(relu),
  RELU6: unary(relu6),
  LEAKY_RELU: prepareLeakyRelu,
  HARD_SWISH: unary(hardSwish),
  PRELU: preparePrelu,
  ADD: prepareAdd,
  SUB: prepareSub,
  MUL: prepareMul,
  MEAN: prepareMean,
  REDUCE_MAX: prepareReduceMax,
  RESIZE_BILINEAR: prepareResizeBilinear,
  RESIZE_NEAREST_NEIGHBOR: prepareResizeNearest,
  PAD: preparePad,
  QUANTIZE: prepareQuantize,
  DEQUANTIZE: prepareDequantize,
  CONCATENATION: moveBytes,
  STRIDED_SLICE: prepareStridedSlice,
  SPLIT_V: moveBytes,
  READ_VARIABLE: moveBytes,
  ASSIGN_VARIABLE: moveBytes,
  FOREIGN: (site) =>
    site.fail(
      'the engine does not compute this operator',
      'change the model so that it does without, and convert it again',
    ),
};
