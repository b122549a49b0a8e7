/**
 * The kernels that compute the rows of a hop: those of the whole call over fewer rows.
 *
 * Owns: how a call that a target runs is cut at rows. Leaves to others: which rows (`sliding.ts`), addresses
 * (`plan.ts`).
 */
import type { KernelCall } from '../lowering/call.js';
import type { RowRange, SlidingCall } from './sliding.js';

export interface HopCall {
  readonly range: RowRange;
  readonly chosen: KernelCall;
}

interface Image {
  readonly batches: number;
  readonly inH: number;
  readonly inW: number;
  readonly outH: number;
  readonly outW: number;
  readonly padTop: number;
  readonly padLeft: number;
}

const isImage = (params: object): params is Image =>
  'inH' in params && 'outH' in params && 'padTop' in params;

/**
 * The kernel that was chosen for the whole, with its constants, wherever it takes rows or pixels; another kernel
 * might want the weights in another layout and so a second copy of them.
 */
function cut(chosen: KernelCall, part: KernelCall, choose: (call: KernelCall) => KernelCall): KernelCall {
  if (chosen.kernel === part.kernel || !isImage(part.params)) return choose(part);
  const { batches, inH, inW, outH, outW, padTop, padLeft } = part.params;
  if (isImage(chosen.params)) {
    const size = { inH, inW, outH, outW, padTop, padLeft };
    return { ...chosen, params: { ...chosen.params, ...size } } as KernelCall;
  }
  if ('pixels' in chosen.params)
    return { ...chosen, params: { ...chosen.params, pixels: batches * inH * inW } } as KernelCall;
  return choose(part);
}

/** Per range of rows the call that computes it. */
export function hopCalls(
  chosen: KernelCall,
  { call, ranges }: SlidingCall,
  choose: (call: KernelCall) => KernelCall,
): readonly HopCall[] {
  return ranges.map((range) => ({ range, chosen: cut(chosen, call.over(range.first, range.end), choose) }));
}
