/** Which kernels may write over an input: the aliasing rules of kws_kernels.h in one table. */
import type { Four } from '../model/arithmetic.js';
import type { Broadcast4, KernelCall } from './call.js';

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
    case 'mul_s8':
      return fullInputs(call.params.shape);
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
