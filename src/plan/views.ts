/** Kernel calls that move nothing when their operands share memory: what is a part of what. */
import type { KernelCall } from '../lowering/call.js';

/** Tensor `tensor` is the bytes from `offset` on of tensor `of`. */
export interface View {
  readonly tensor: number;
  readonly of: number;
  readonly offset: number;
}

/** Outputs of a call that are contiguous pieces of its input; empty for everything else. */
export function viewsOf(call: KernelCall): readonly View[] {
  const [x] = call.inputs;
  const [y] = call.outputs;
  if (x?.kind !== 'tensor' || y?.kind !== 'tensor') return [];
  switch (call.kernel) {
    case 'copy':
      return [{ tensor: y.id, of: x.id, offset: 0 }];
    case 'strided_slice_8': {
      const offset = contiguousOffset(call.params);
      return offset === undefined ? [] : [{ tensor: y.id, of: x.id, offset }];
    }
    case 'split':
      if (call.params.outer !== 1) return [];
      return partOffsets(call.params.bytes).map((offset, part) => ({
        tensor: call.outputs[part]!.id,
        of: x.id,
        offset,
      }));
    default:
      return [];
  }
}

/** Where each part of a contiguous whole begins. */
export function partOffsets(bytes: readonly number[]): number[] {
  let offset = 0;
  return bytes.map((size) => {
    offset += size;
    return offset - size;
  });
}

interface Slice {
  readonly inDims: readonly number[];
  readonly begin: readonly number[];
  readonly stride: readonly number[];
  readonly outDims: readonly number[];
}

/** Offset of a slice that is one contiguous piece of its input. */
export function contiguousOffset({ inDims, begin, stride, outDims }: Slice): number | undefined {
  let offset = 0;
  let step = 1;
  let whole = true; // whether every dimension further right is taken in full
  for (let d = inDims.length - 1; d >= 0; d--) {
    const count = outDims[d]!;
    if (count === 0 || (count > 1 && (stride[d] !== 1 || !whole))) return undefined;
    if (count !== inDims[d]) whole = false;
    offset += begin[d]! * step;
    step *= inDims[d]!;
  }
  return offset;
}
