/**
 * Which kernels may write over an input: the aliasing rules of kws_kernels.h in one table. A kernel that states
 * nothing here is never given operands that overlap.
 */
import type { Four } from '../model/arithmetic.js';
import type { Broadcast4, KernelCall } from './call.js';

/**
 * Kernels that work by rows: rows of the output are written in ascending order, so many of them at a time, and once
 * the first byte of those is written, no row of the input before the window of the first is read. Within them bytes
 * may be read and written in any order.
 * y may then begin so far under x that no row is written over one that is still read (`plan/overlap.ts`).
 * The golden models run so on every core (test/native, test/e2e), planned as close as their shapes allow.
 */
export function rowsAtOnce(call: KernelCall): number | undefined {
  switch (call.kernel) {
    case 'conv_2d_s8':
    case 'conv_2d_s8_dsp':
    case 'conv_2d_s8_scalar':
    case 'conv_2d_s8_helium':
    case 'depthwise_conv_2d_s8_helium':
    case 'depthwise_conv_2d_s8':
    case 'depthwise_conv_2d_s8_dsp':
    case 'average_pool_2d_s8':
    case 'max_pool_2d_s8':
      return 1;
    case 'depthwise_conv_3x3_s8_dsp':
      return 2;
    case 'depthwise_conv_2d_s8_scalar':
      // Three pixels, wherever in a row the first is.
      return 1 + Math.ceil(2 / call.params.outW);
    default:
      return undefined;
  }
}

/** Positions of inputs at whose very address the output may begin; no other overlap is allowed. */
export function inPlaceInputs(call: KernelCall): readonly number[] {
  switch (call.kernel) {
    case 'lookup_s8':
    case 'softmax_s8':
    case 'requantize_s8_s8':
    case 'requantize_s8_u8':
    case 'requantize_u8_s8':
    case 'quantize_f32_s8':
    case 'quantize_f32_u8':
    case 'copy':
      return [0];
    case 'add_s8':
    case 'sub_s8':
    case 'mul_s8':
      return fullInputs(call.params.shape);
    case 'prelu_s8':
      return fullInputs(call.params.shape).filter((position) => position === 0);
    case 'strided_slice_8':
      return call.params.stride.every((stride) => stride > 0) ? [0] : [];
    case 'concat':
    case 'split':
      return call.params.outer === 1 ? [0] : [];
    default:
      return [];
  }
}

/** Inputs that are not broadcast: read once, at the index that is written. */
function fullInputs({ dims, aStrides, bStrides }: Broadcast4): readonly number[] {
  const full = (strides: Four): boolean => dims.every((size, axis) => size === 1 || strides[axis] !== 0);
  return [aStrides, bStrides].flatMap((strides, position) => (full(strides) ? [position] : []));
}
