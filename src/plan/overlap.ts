/**
 * How an output may overlap the input that it is computed from, beyond beginning at its very address.
 *
 * Two ways. A kernel that works by rows (`rowsAtOnce`) never reads again what lies before the window of the rows
 * it writes, so that the output may begin somewhat below the input. A 1x1 convolution can also be called in
 * pieces, from the last to the first; then the output may begin one piece above the input. (The kernels of
 * instruction sets go down by themselves.) A chain of layers that took the first way alone would walk down through memory;
 * both together keep it in place.
 *
 * Owns: the distances, and the calls in pieces. Leaves to others: what a kernel guarantees
 * (`lowering/in-place.ts`), where blocks come to stand (`arena.ts`).
 */
import type { CallOf, KernelCall } from '../lowering/call.js';
import { rowsAtOnce } from '../lowering/in-place.js';
import { rowWindows } from '../lowering/rows.js';

/** Pieces of fewer pixels are not worth a call. */
const LEAST_PIECE = 4;

/**
 * The least bytes by which an output must begin under its input, undefined where it may not. Rows r to r + n - 1,
 * which are written at once, end at (r + n) * outRowBytes while nothing before row r * stride - pad of the input is
 * read any more. Any row may be the first: those of a hop begin where they must.
 */
export function bytesBelow(call: KernelCall): number | undefined {
  if (isGrouped(call)) return Math.max(0, groupDistance(call));
  const atOnce = rowsAtOnce(call);
  const windows = atOnce === undefined ? undefined : rowWindows(call);
  if (atOnce === undefined || windows === undefined) return undefined;
  const { inRows, inRowBytes, outRows, outRowBytes, stride, pad } = windows;
  let most = 0;
  for (let row = 0; row < outRows; row++) {
    const read = Math.min(inRows, Math.max(0, row * stride - pad));
    const written = Math.min(outRows, row + atOnce);
    most = Math.max(most, written * outRowBytes - read * inRowBytes);
  }
  return most;
}

/** 1x1 kernels that read so many pixels before they write them, and go from either end. */
const GROUPS = { conv_1x1_s8_dsp: 3, conv_1x1_s8_scalar: 3, conv_1x1_s8_helium: 2 } as const;

type GroupedCall = { readonly [K in keyof typeof GROUPS]: CallOf<K> }[keyof typeof GROUPS];

export function isGrouped(call: KernelCall): call is GroupedCall {
  return call.kernel in GROUPS;
}

/** By how many bytes more than the input the output has grown where the last group begins. */
function groupDistance({ kernel, params: { pixels, inC, outC } }: GroupedCall): number {
  const group = GROUPS[kernel];
  return (Math.ceil(pixels / group) - 1) * group * (outC - inC);
}

/** A convolution that computes each pixel from the pixel at its place alone. */
function isPointwise(call: KernelCall): call is CallOf<'conv_2d_s8'> {
  if (call.kernel !== 'conv_2d_s8') return false;
  const { batches, kernelH, kernelW, strideH, strideW, padTop, padLeft, inH, inW, outH, outW } = call.params;
  const ones = [batches, kernelH, kernelW, strideH, strideW].every((size) => size === 1);
  return ones && padTop === 0 && padLeft === 0 && inH === outH && inW === outW;
}

/** Bytes by which the output must begin over its input if the call is made in pieces of `pixels`, last first. */
function pieceDistance({ params }: CallOf<'conv_2d_s8'>, pixels: number): number {
  const { inC, outC, outH, outW } = params;
  const before = outH * outW - pixels;
  return Math.max(pixels * inC, (before + pixels) * inC - before * outC);
}

function pieces(call: CallOf<'conv_2d_s8'>): number[] {
  const pixels = call.params.outH * call.params.outW;
  const sizes: number[] = [];
  for (let size = LEAST_PIECE; 2 * size <= pixels; size++) if (pixels % size === 0) sizes.push(size);
  return sizes;
}

/** The least bytes by which an output may begin over its input; undefined where the call has no pieces. */
export function bytesAbove(call: KernelCall): number | undefined {
  if (isGrouped(call)) return Math.max(0, -groupDistance(call));
  if (!isPointwise(call)) return undefined;
  const distances = pieces(call).map((size) => pieceDistance(call, size));
  return distances.length === 0 ? undefined : Math.min(...distances);
}

export interface Pieces {
  readonly call: KernelCall;
  readonly count: number;
  /** Bytes from one piece to the next, of input and output. */
  readonly inputStep: number;
  readonly outputStep: number;
}

/** The call in the largest pieces whose output may begin `distance` bytes over the input. */
export function inPieces(call: KernelCall, distance: number): Pieces {
  if (!isPointwise(call)) throw new TypeError(`${call.kernel} has no pieces`);
  const size = Math.max(...pieces(call).filter((pixels) => pieceDistance(call, pixels) <= distance));
  const { inC, outC, outH, outW } = call.params;
  return {
    call: { ...call, params: { ...call.params, inH: 1, inW: size, outH: 1, outW: size } },
    count: (outH * outW) / size,
    inputStep: size * inC,
    outputStep: size * outC,
  };
}
