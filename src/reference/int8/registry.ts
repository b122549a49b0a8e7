/**
 * The reference implementation of every kernel.
 *
 * Those that multiply by weights put these and their values in a better order first; the others are functions of
 * their arrays.
 */
import type { CanonicalName, CanonicalParams } from '../../lowering/call.js';
import { add, mul, prelu, sub } from './binary.js';
import { prepareConv2d } from './conv-2d.js';
import { prepareDepthwiseConv2d } from './depthwise-conv-2d.js';
import { prepareFullyConnected } from './fully-connected.js';
import { lookup } from './lookup.js';
import { mean } from './mean.js';
import { concat, copy, split } from './movement.js';
import { pad } from './pad.js';
import { averagePool2d, maxPool2d } from './pool-2d.js';
import { dequantize, quantize, requantize } from './quantize.js';
import { reduceMax } from './reduce-max.js';
import { resize } from './resize.js';
import { softmax } from './softmax.js';
import { stridedSlice } from './strided-slice.js';
import { transpose } from './transpose.js';

/** Arrays come in the types of the kernel's name; those that only move bytes get whatever the tensor is. */
type Kernel<P> = (params: P, inputs: readonly never[], outputs: readonly never[]) => void;
/** The arrays are always the same ones. */
type PreparedKernel<P> = (params: P, x: Int8Array, y: Int8Array) => () => void;

type Prepared = 'conv_2d_s8' | 'depthwise_conv_2d_s8' | 'fully_connected_s8';

export const PREPARED_KERNELS: { readonly [K in Prepared]: PreparedKernel<CanonicalParams[K]> } = {
  conv_2d_s8: prepareConv2d,
  depthwise_conv_2d_s8: prepareDepthwiseConv2d,
  fully_connected_s8: prepareFullyConnected,
};

export const KERNELS: { readonly [K in Exclude<CanonicalName, Prepared>]: Kernel<CanonicalParams[K]> } = {
  average_pool_2d_s8: averagePool2d,
  max_pool_2d_s8: maxPool2d,
  lookup_s8: lookup,
  softmax_s8: softmax,
  add_s8: add,
  sub_s8: sub,
  mul_s8: mul,
  prelu_s8: prelu,
  mean_s8: mean,
  reduce_max_s8: reduceMax,
  resize_s8: resize,
  pad_8: pad,
  requantize_s8_s8: requantize('int8'),
  requantize_s8_u8: requantize('uint8'),
  requantize_u8_s8: requantize('int8'),
  quantize_f32_s8: quantize('int8'),
  quantize_f32_u8: quantize('uint8'),
  dequantize_s8_f32: dequantize,
  dequantize_u8_f32: dequantize,
  concat,
  split,
  strided_slice_8: stridedSlice,
  transpose_8: transpose,
  copy,
};
