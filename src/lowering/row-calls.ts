/**
 * Which calls work row by row, and the same calls over some of their rows.
 *
 * Rows are what a tensor is made of along time: `rows` contiguous pieces of `rowBytes`, whatever its shape says.
 * A call works by rows where each row of its outputs is computed from a window of rows of its inputs, the same way
 * for every row that no padding touches.
 *
 * Owns: that knowledge, per kernel. Leaves to others: which rows are worth computing (`plan/sliding.ts`).
 */
import type { Broadcast4, Conv2d, KernelCall, Pool2d } from './call.js';
import { overRows, rowsRead, rowWindows } from './rows.js';

export interface RowShape {
  readonly rows: number;
  readonly rowBytes: number;
}

export interface RowCall {
  /** Rows of the outputs. */
  readonly rows: number;
  /** Row r of the outputs reads rows r * stride - pad up to r * stride - pad + reach - 1 of the inputs. */
  readonly stride: number;
  readonly pad: number;
  readonly reach: number;
  /** The call over rows `first` up to `end`; its operands begin at the first row read and written. */
  readonly over: (first: number, end: number) => KernelCall;
}

/** What a call needs to know of itself to be cut at rows, for kernels that compute a row from the same row. */
type Cut = (share: (whole: number) => number) => KernelCall['params'];

/** Whether `value` splits into `rows` equal parts. */
const splits = (value: number, rows: number): boolean => value % rows === 0;

type Four = readonly [number, number, number, number];

/** The outermost dimension that is more than one. */
const outermost = (dims: readonly number[]): number => dims.findIndex((size) => size > 1);

/** Elements per step of a dimension. */
const step = (dims: readonly number[], axis: number): number =>
  dims.slice(axis + 1).reduce((product, size) => product * size, 1);

const withSize = (dims: Four, axis: number, size: number): Four => dims.with(axis, size) as unknown as Four;

/** Operands that move along with the outermost dimension, or are the same for all of it. */
function cutBroadcast(
  shape: Broadcast4,
  { rows }: RowShape,
  sliding: readonly boolean[],
): ((share: (whole: number) => number) => Broadcast4) | undefined {
  const { dims, aStrides, bStrides } = shape;
  const axis = outermost(dims);
  if (axis < 0 || !splits(dims[axis]!, rows)) return undefined;
  const fits = [aStrides, bStrides].every(
    (strides, operand) => strides[axis] === (sliding[operand] ? step(dims, axis) : 0),
  );
  return fits ? (share) => ({ ...shape, dims: withSize(dims, axis, share(dims[axis]!)) }) : undefined;
}

/** Kernels that compute each row from the row at its place. */
function pointwise(call: KernelCall, shape: RowShape, sliding: readonly boolean[]): Cut | undefined {
  const { rows } = shape;
  switch (call.kernel) {
    case 'lookup_s8':
    case 'requantize_s8_s8':
    case 'requantize_s8_u8':
    case 'requantize_u8_s8':
    case 'quantize_f32_s8':
    case 'quantize_f32_u8':
    case 'dequantize_s8_f32':
    case 'dequantize_u8_f32': {
      const { params } = call;
      return splits(params.count, rows)
        ? (share) => ({ ...params, count: share(params.count) }) as KernelCall['params']
        : undefined;
    }
    case 'copy': {
      const { bytes } = call.params;
      return splits(bytes, rows) ? (share) => ({ bytes: share(bytes) }) : undefined;
    }
    case 'softmax_s8': {
      const { params } = call;
      return splits(params.rows, rows) ? (share) => ({ ...params, rows: share(params.rows) }) : undefined;
    }
    case 'fully_connected_s8': {
      const { params } = call;
      return splits(params.batches, rows)
        ? (share) => ({ ...params, batches: share(params.batches) })
        : undefined;
    }
    case 'concat':
    case 'split': {
      const { params } = call;
      return splits(params.outer, rows) && sliding.every((is) => is)
        ? (share) => ({ ...params, outer: share(params.outer) })
        : undefined;
    }
    case 'add_s8':
    case 'sub_s8':
    case 'mul_s8':
    case 'prelu_s8': {
      const { params } = call;
      const cut = cutBroadcast(params.shape, shape, sliding);
      return cut && ((share) => ({ ...params, shape: cut(share) }));
    }
    case 'mean_s8':
    case 'reduce_max_s8': {
      const { params } = call;
      const axis = outermost(params.dims);
      if (axis < 0 || params.reduce[axis] === 1 || !splits(params.dims[axis]!, rows)) return undefined;
      return (share) => ({ ...params, dims: withSize(params.dims, axis, share(params.dims[axis]!)) });
    }
    case 'transpose_8': {
      const { params } = call;
      const { outDims, strides } = params;
      const axis = outermost(outDims);
      if (axis < 0 || outDims[axis] !== rows || strides[axis] !== shape.rowBytes) return undefined;
      return (share) => ({ ...params, outDims: withSize(outDims, axis, share(outDims[axis]!)) });
    }
    default:
      return undefined;
  }
}

/** Rows taken out of others: a crop, or every so many of them. */
function slice(call: KernelCall, { rows, rowBytes }: RowShape): RowCall | undefined {
  if (call.kernel !== 'strided_slice_8') return undefined;
  const { params } = call;
  const axis = outermost(params.inDims);
  if (axis < 0 || params.inDims[axis] !== rows || step(params.inDims, axis) !== rowBytes) return undefined;
  const [begin, stride] = [params.begin[axis]!, params.stride[axis]!];
  if (stride < 1) return undefined;
  return {
    rows: params.outDims[axis]!,
    stride,
    pad: -begin,
    reach: 1,
    over: (first, end) => ({
      ...call,
      params: {
        ...params,
        inDims: withSize(params.inDims, axis, (end - 1 - first) * stride + 1),
        begin: withSize(params.begin, axis, 0),
        outDims: withSize(params.outDims, axis, end - first),
      },
    }),
  };
}

/** Rows of padding before and after. */
function pad(call: KernelCall, { rows, rowBytes }: RowShape): RowCall | undefined {
  if (call.kernel !== 'pad_8') return undefined;
  const { params } = call;
  const axis = outermost(params.inDims);
  if (axis < 0 || params.inDims[axis] !== rows || step(params.inDims, axis) !== rowBytes) return undefined;
  // Padding further out repeats nothing and would be rows of its own.
  const outer = [...params.before, ...params.after].some((count, at) => at % 4 < axis && count > 0);
  if (outer) return undefined;
  const [before, after] = [params.before[axis]!, params.after[axis]!];
  return {
    rows: before + rows + after,
    stride: 1,
    pad: before,
    reach: 1,
    over: (first, end) => {
      const from = Math.min(rows, Math.max(0, first - before));
      const to = Math.min(rows, Math.max(from, end - before));
      const above = Math.max(0, Math.min(end, before) - first);
      return {
        ...call,
        params: {
          ...params,
          inDims: withSize(params.inDims, axis, to - from),
          before: withSize(params.before, axis, above),
          after: withSize(params.after, axis, end - first - above - (to - from)),
        },
      };
    },
  };
}

/** Convolutions and pools along one line of pixels, which are the rows: time is the width of the image. */
function alongLine(call: KernelCall, { rows, rowBytes }: RowShape): RowCall | undefined {
  const image = rowWindows(call);
  if (image === undefined) return undefined;
  const p = call.params as Conv2d & Pool2d;
  const one = image.inRows === 1 && image.outRows === 1 && image.reach === 1 && image.pad === 0;
  if (!one || p.inW !== rows || image.inRowBytes !== rows * rowBytes) return undefined;
  const { inW, outW, strideW: stride, padLeft } = p;
  const reach = p.kernelW === undefined ? p.filterW : (p.kernelW - 1) * p.dilationW + 1;
  const over = (first: number, end: number): KernelCall => {
    const read = rowsRead({ inRows: inW, stride, pad: padLeft, reach }, first, end);
    const before = Math.max(0, padLeft - first * stride);
    const params = { ...p, inW: read.end - read.first, outW: end - first, padLeft: before };
    return { ...call, params } as KernelCall;
  };
  return { rows: outW, stride, pad: padLeft, reach, over };
}

/** Convolutions and pools over an image whose rows these are. */
function windowed(call: KernelCall, { rows, rowBytes }: RowShape): RowCall | undefined {
  const windows = rowWindows(call);
  if (windows === undefined || windows.inRows !== rows || windows.inRowBytes !== rowBytes) return undefined;
  const { outRows, stride, pad: before, reach } = windows;
  return { rows: outRows, stride, pad: before, reach, over: (first, end) => overRows(call, first, end) };
}

/**
 * A canonical call as one that works by rows; undefined where it does not.
 *
 * @param inputs rows per input, all of the same number; undefined for those that are the same for every row
 */
export function rowCall(call: KernelCall, inputs: readonly (RowShape | undefined)[]): RowCall | undefined {
  const shape = inputs.find((input) => input !== undefined);
  if (shape === undefined || inputs.some((input) => input !== undefined && input.rows !== shape.rows))
    return undefined;
  const sliding = inputs.map((input) => input !== undefined);
  if (sliding.length === 1) {
    const other = windowed(call, shape) ?? alongLine(call, shape) ?? slice(call, shape) ?? pad(call, shape);
    if (other !== undefined) return other;
  }
  const cut = pointwise(call, shape, sliding);
  if (cut === undefined) return undefined;
  const { rows } = shape;
  return {
    rows,
    stride: 1,
    pad: 0,
    reach: 1,
    over: (first, end) => ({ ...call, params: cut((whole) => (whole / rows) * (end - first)) }) as KernelCall,
  };
}
