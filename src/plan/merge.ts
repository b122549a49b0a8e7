/**
 * Depthwise convolutions of groups of channels, as mixed kernel sizes are trained (split, the newest rows of each
 * group, one convolution per group, put together again): one depthwise convolution over all channels, whose
 * shorter filters begin with taps of weight zero. The same numbers, as a weight of zero adds nothing and every
 * channel keeps its own multiplier; no channel is moved, for a few multiplications more.
 *
 * Owns: that rewrite of canonical calls, one per operator as before. Leaves to others: everything else.
 */
import type { CallOf, KernelCall } from '../lowering/call.js';

/** Where an operator has become part of another one's call. */
export const NOTHING: KernelCall = { kernel: 'copy', params: { bytes: 0 }, inputs: [], outputs: [] };

/** More multiplications than this times those of the groups are not worth what is saved. */
const MOST = 2;

interface Group {
  /** Positions of the calls that become part of the merged one. */
  readonly parts: readonly number[];
  readonly conv: CallOf<'depthwise_conv_2d_s8'>;
}

class Flow {
  readonly #calls: readonly KernelCall[];

  constructor(calls: readonly KernelCall[]) {
    this.#calls = calls;
  }

  /** The one call that reads a tensor. */
  reader(id: number): { readonly at: number; readonly call: KernelCall } | undefined {
    const readers = this.#calls.flatMap((call, at) =>
      call.inputs.some((place) => place.kind === 'tensor' && place.id === id) ? [{ at, call }] : [],
    );
    return readers.length === 1 ? readers[0] : undefined;
  }
}

/** From one output of the split to the convolution of its newest `rows` rows. */
function groupOf(flow: Flow, part: number, rows: number, channels: number): Group | undefined {
  const reader = flow.reader(part);
  if (reader === undefined) return undefined;
  if (reader.call.kernel === 'depthwise_conv_2d_s8')
    return reader.call.params.inH === rows ? { parts: [reader.at], conv: reader.call } : undefined;
  if (reader.call.kernel !== 'strided_slice_8') return undefined;
  const { inDims, begin, stride, outDims } = reader.call.params;
  // The last rows, all channels of them.
  const taken = outDims[1];
  const whole =
    inDims.join() === [1, rows, 1, channels].join() && outDims.join() === [1, taken, 1, channels].join();
  const newest = begin.join() === [0, rows - taken, 0, 0].join() && stride.every((step) => step === 1);
  const next = flow.reader(reader.call.outputs[0]!.id);
  if (!whole || !newest || next?.call.kernel !== 'depthwise_conv_2d_s8') return undefined;
  return { parts: [reader.at, next.at], conv: next.call };
}

const SHARED = ['outH', 'inputOffset', 'outputOffset', 'activationMin', 'activationMax'] as const;

/** Convolutions along time that differ in length and weights only. */
function alike(groups: readonly Group[], rows: number): boolean {
  const first = groups[0]!.conv.params;
  return groups.every(({ conv: { params: p } }) => {
    const ones = [p.batches, p.inW, p.outW, p.kernelW, p.strideH, p.strideW, p.dilationH, p.multiplier];
    const plain = ones.every((value) => value === 1) && p.padTop === 0 && p.padLeft === 0;
    return plain && p.kernelH + p.outH - 1 <= rows && SHARED.every((field) => p[field] === first[field]);
  });
}

function merged(
  groups: readonly Group[],
  rows: number,
  from: KernelCall,
  to: KernelCall,
): CallOf<'depthwise_conv_2d_s8'> {
  const params = groups.map(({ conv }) => conv.params);
  const channels = params.reduce((sum, { inC }) => sum + inC, 0);
  const kernelH = rows - params[0]!.outH + 1;
  const filter = new Int8Array(kernelH * channels);
  let first = 0;
  for (const p of params) {
    const skipped = kernelH - p.kernelH;
    for (let tap = 0; tap < p.kernelH; tap++)
      filter.set(p.filter.subarray(tap * p.inC, (tap + 1) * p.inC), (skipped + tap) * channels + first);
    first += p.inC;
  }
  return {
    kernel: 'depthwise_conv_2d_s8',
    params: {
      ...params[0]!,
      inH: rows,
      inC: channels,
      kernelH,
      filter,
      bias: Int32Array.from(params.flatMap((p) => [...(p.bias ?? new Int32Array(p.inC))])),
      multipliers: Int32Array.from(params.flatMap((p) => [...p.multipliers])),
      shifts: Int8Array.from(params.flatMap((p) => [...p.shifts])),
    },
    inputs: from.inputs,
    outputs: to.outputs,
  };
}

/** One rewrite, or the calls as they are. */
function mergeAt(
  calls: readonly KernelCall[],
  at: number,
  outputs: readonly number[],
): readonly KernelCall[] {
  const split = calls[at]!;
  if (split.kernel !== 'split') return calls;
  const { outer: rows, bytes } = split.params;
  const flow = new Flow(calls);
  const groups = split.outputs.map(({ id }, i) => groupOf(flow, id, rows, bytes[i]!));
  if (
    !groups.every((group) => group !== undefined) ||
    groups.some(({ conv }, i) => conv.params.inC !== bytes[i])
  )
    return calls;
  if (!alike(groups, rows)) return calls;
  const ends = groups.map(({ conv }) => flow.reader(conv.outputs[0]!.id));
  const [end] = ends;
  if (end?.call.kernel !== 'concat' || ends.some((other) => other?.at !== end.at)) return calls;
  const order = groups.map(({ conv }) => conv.outputs[0]!.id);
  if (end.call.params.outer !== groups[0]!.conv.params.outH) return calls;
  if (end.call.inputs.map(({ id }) => id).join() !== order.join()) return calls;
  const inner = groups.flatMap(({ parts }) => parts);
  const hidden = [at, ...inner].flatMap((position) => calls[position]!.outputs.map(({ id }) => id));
  if (hidden.some((id) => outputs.includes(id))) return calls;
  const taps = (p: CallOf<'depthwise_conv_2d_s8'>['params']) => p.inC * p.kernelH;
  const whole = merged(groups, rows, split, end.call);
  if (taps(whole.params) > MOST * groups.reduce((sum, { conv }) => sum + taps(conv.params), 0)) return calls;
  const gone = new Set([at, ...inner]);
  return calls.map((call, i) => (i === end.at ? whole : gone.has(i) ? NOTHING : call));
}

/** @param outputs the model's outputs, which stay */
export function mergeGroups(calls: readonly KernelCall[], outputs: readonly number[]): readonly KernelCall[] {
  return calls.reduce((all, _, at) => mergeAt(all, at, outputs), calls);
}
