/**
 * Convolutions and pools as rows: which rows of the input a row of the output is computed from, and the same
 * call over some of the rows. Rows are the outer dimension of an image (time, in most models of sound).
 */
import type { Conv2d, DepthwiseConv2d, KernelCall, Pool2d } from './call.js';
import type { DepthwiseConv3x3Dsp } from './dsp-params.js';

export interface RowWindows {
  readonly inRows: number;
  readonly inRowBytes: number;
  readonly outRows: number;
  readonly outRowBytes: number;
  /** Row r of the output reads rows r * stride - pad up to r * stride - pad + reach - 1 of the input. */
  readonly stride: number;
  readonly pad: number;
  readonly reach: number;
}

type Windowed = Conv2d | DepthwiseConv2d | Pool2d;

function windowed(call: KernelCall): Windowed | undefined {
  if (call.kernel === 'depthwise_conv_3x3_s8_dsp') return threeByThree(call.params);
  const params: object = call.params;
  return 'outH' in params && 'strideH' in params && 'padTop' in params ? (params as Windowed) : undefined;
}

/** With what its kernel need not be told. */
function threeByThree(params: DepthwiseConv3x3Dsp): Windowed {
  const taps = { kernelH: 3, kernelW: 3, dilationH: 1, dilationW: 1 };
  return { ...params, ...taps, strideH: 1, strideW: 1 } as unknown as Windowed;
}

/** Undefined for calls that are no windows over one image. */
export function rowWindows(call: KernelCall): RowWindows | undefined {
  const p = windowed(call);
  if (p === undefined || p.batches !== 1) return undefined;
  const inC = 'inC' in p ? p.inC : p.channels;
  // A depthwise convolution without a multiplier has as many channels as its input.
  const outC = 'outC' in p ? p.outC : 'multiplier' in p ? p.inC * p.multiplier : inC;
  return {
    inRows: p.inH,
    inRowBytes: p.inW * inC,
    outRows: p.outH,
    outRowBytes: p.outW * outC,
    stride: p.strideH,
    pad: p.padTop,
    reach: 'kernelH' in p ? (p.kernelH - 1) * p.dilationH + 1 : p.filterH,
  };
}

/** Rows of the input that rows `first` up to `end` (exclusive) of the output read. */
export function rowsRead(
  { inRows, stride, pad, reach }: Pick<RowWindows, 'inRows' | 'stride' | 'pad' | 'reach'>,
  first: number,
  end: number,
): { readonly first: number; readonly end: number } {
  const from = Math.min(inRows, Math.max(0, first * stride - pad));
  const to = Math.min(inRows, Math.max(from, (end - 1) * stride - pad + reach));
  return { first: from, end: to };
}

/** The call over rows `first` up to `end` of its output; its operands begin at the first row read and written. */
export function overRows<C extends KernelCall>(call: C, first: number, end: number): C {
  const windows = rowWindows(call);
  if (windows === undefined) throw new TypeError(`${call.kernel} has no rows`);
  const read = rowsRead(windows, first, end);
  const padTop = Math.max(0, windows.pad - first * windows.stride);
  return {
    ...call,
    params: { ...call.params, inH: read.end - read.first, outH: end - first, padTop },
  };
}
