/** Layer classes that are read, and advice for those that are not. One lowering serves every format. */
import { lowerActivation, lowerLeakyRelu, lowerPrelu, lowerRelu, lowerSoftmax } from './activation.js';
import { lowerBatchNormalization, lowerNormalization, lowerRescaling } from './affine.js';
import { lowerConv1d, lowerConv2d } from './conv.js';
import { lowerDense } from './dense.js';
import { lowerDepthwise1d, lowerDepthwise2d, lowerSeparable1d, lowerSeparable2d } from './depthwise.js';
import { lowerAdd, lowerAverage, lowerConcatenate, lowerMultiply, lowerSubtract } from './merge.js';
import {
  lowerAveragePool1d,
  lowerAveragePool2d,
  lowerGlobalAverage1d,
  lowerGlobalAverage2d,
  lowerGlobalMax1d,
  lowerGlobalMax2d,
  lowerMaxPool1d,
  lowerMaxPool2d,
} from './pool.js';
import { lowerRepeatVector, lowerResizing, lowerUpSampling1d, lowerUpSampling2d } from './resize.js';
import {
  lowerCropping1d,
  lowerCropping2d,
  lowerExpandDims,
  lowerFlatten,
  lowerPermute,
  lowerReshape,
  lowerSqueeze,
  lowerZeroPadding1d,
  lowerZeroPadding2d,
} from './shape.js';
import type { LowerLayer } from './site.js';
import { only } from './site.js';

/** Layers that do something in training only. */
const identity: LowerLayer = (site, inputs) => only(site, inputs);

export const LAYERS: Readonly<Record<string, LowerLayer>> = {
  Activation: lowerActivation,
  ActivityRegularization: identity,
  Add: lowerAdd,
  AlphaDropout: identity,
  Average: lowerAverage,
  AveragePooling1D: lowerAveragePool1d,
  AveragePooling2D: lowerAveragePool2d,
  BatchNormalization: lowerBatchNormalization,
  Concatenate: lowerConcatenate,
  Conv1D: lowerConv1d,
  Conv2D: lowerConv2d,
  Cropping1D: lowerCropping1d,
  Cropping2D: lowerCropping2d,
  Dense: lowerDense,
  DepthwiseConv1D: lowerDepthwise1d,
  DepthwiseConv2D: lowerDepthwise2d,
  Dropout: identity,
  ExpandDims: lowerExpandDims,
  Flatten: lowerFlatten,
  GaussianDropout: identity,
  GaussianNoise: identity,
  GlobalAveragePooling1D: lowerGlobalAverage1d,
  GlobalAveragePooling2D: lowerGlobalAverage2d,
  GlobalMaxPooling1D: lowerGlobalMax1d,
  GlobalMaxPooling2D: lowerGlobalMax2d,
  Identity: identity,
  LeakyReLU: lowerLeakyRelu,
  MaxPooling1D: lowerMaxPool1d,
  MaxPooling2D: lowerMaxPool2d,
  Multiply: lowerMultiply,
  Normalization: lowerNormalization,
  PReLU: lowerPrelu,
  Permute: lowerPermute,
  ReLU: lowerRelu,
  RepeatVector: lowerRepeatVector,
  Rescaling: lowerRescaling,
  Reshape: lowerReshape,
  Resizing: lowerResizing,
  SeparableConv1D: lowerSeparable1d,
  SeparableConv2D: lowerSeparable2d,
  Softmax: lowerSoftmax,
  SpatialDropout1D: identity,
  SpatialDropout2D: identity,
  Squeeze: lowerSqueeze,
  Subtract: lowerSubtract,
  UpSampling1D: lowerUpSampling1d,
  UpSampling2D: lowerUpSampling2d,
  ZeroPadding1D: lowerZeroPadding1d,
  ZeroPadding2D: lowerZeroPadding2d,
};

const RECURRENT = /^(SimpleRNN|LSTM|GRU|RNN|ConvLSTM[123]D|Bidirectional|StackedRNNCells|.*Cell)$/;
const CODE = /^(Lambda|TFOpLambda|SlicingOpLambda|TensorFlowOpLayer|TFSMLayer|TorchModuleWrapper|JaxLayer)$/;

/** What to do about a layer that is not read. */
export function adviceFor(className: string): string {
  if (RECURRENT.test(className))
    return 'train a model of convolutions instead: kws-gen has no recurrent operators';
  if (CODE.test(className))
    return 'replace it by a layer: its code is not in the file, or calls TensorFlow directly';
  return `leave it out, or replace it by layers that are read: ${Object.keys(LAYERS).join(', ')}`;
}
