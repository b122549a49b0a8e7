/**
 * How much work a kernel call is: what its cost in instructions is a sum of.
 *
 * Owns: the counts that the fitted costs (`kernel-costs.ts`) are multiplied with. Leaves to others: the costs.
 */
import type { KernelName, KernelParams } from '../lowering/call.js';

export interface Work {
  /** Times the kernel is entered. */
  readonly calls: number;
  /** Values that are written. */
  readonly values: number;
  /** Rows of a window under all values: inner loops that are entered. */
  readonly runs: number;
  /** Multiply-accumulates without padding, values that a reduction or a pool reads, bytes of a move. */
  readonly steps: number;
}

export type CostName = `${KernelName}${'' | ' narrow'}${'' | ' quick'}`;

type AnyCall = { readonly kernel: KernelName; readonly params: KernelParams[KernelName] };
type Fields = Readonly<Record<string, number>>;
type Lists = Readonly<Record<string, readonly number[]>>;
type Counts = Omit<Work, 'calls'>;

const product = (list: readonly number[]): number => list.reduce((all, one) => all * one, 1);
const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0);

/** A window along one axis. */
interface Axis {
  readonly size: number;
  readonly places: number;
  readonly kernel: number;
  readonly stride: number;
  /** Padding before the first value. */
  readonly before: number;
  readonly dilation: number;
}

/** Taps of a window that lie inside, over all its places along an axis. */
function taps({ size, places, kernel, stride, before, dilation }: Axis): number {
  let inside = 0;
  for (let place = 0; place < places; place++)
    for (let tap = 0; tap < kernel; tap++) {
      const at = place * stride - before + tap * dilation;
      if (at >= 0 && at < size) inside++;
    }
  return inside;
}

/** @param channels of the output, and of the input under one value of it */
function window(p: Fields, channels: number, inner: number): Counts {
  const axis = (side: 'H' | 'W', before: number): number =>
    taps({
      size: p[`in${side}`]!,
      places: p[`out${side}`]!,
      // The kernel for 3x3 taps has no fields for what is fixed.
      kernel: p[`kernel${side}`] ?? p[`filter${side}`] ?? 3,
      stride: p[`stride${side}`] ?? 1,
      before,
      dilation: p[`dilation${side}`] ?? 1,
    });
  const [rows, columns] = [axis('H', p.padTop!), axis('W', p.padLeft!)];
  const batches = p.batches ?? 1;
  return {
    values: batches * p.outH! * p.outW! * channels,
    runs: batches * rows * p.outW! * channels,
    steps: batches * rows * columns * channels * inner,
  };
}

const dense = (places: number, out: number, inner: number): Counts => ({
  values: places * out,
  runs: places,
  steps: places * out * inner,
});

const each = (values: number, steps = 0): Counts => ({ values, runs: 0, steps });

type Count = (p: Fields, lists: Lists) => Counts;

const COUNTS: readonly (readonly [kernels: RegExp, count: Count])[] = [
  [/^conv_1x1/, (p) => dense(p.pixels!, p.outC!, p.inC!)],
  [/^conv_2d/, (p) => window(p, p.outC!, p.inC!)],
  [/^depthwise/, (p) => window(p, p.inC! * (p.multiplier ?? 1), 1)],
  [/^fully_connected/, (p) => dense(p.batches!, p.outN!, p.inN!)],
  [/^resize/, (p) => each(p.batches! * p.outH! * p.outW! * p.channels!)],
  [/_pool_2d/, (p) => window(p, p.channels!, 1)],
  [/^softmax/, (p) => each(p.rows! * p.depth!, p.rows!)],
  [/^(concat|split)$/, (p, { bytes }) => each(p.outer! * bytes!.length, p.outer! * sum(bytes!))],
  [/^copy$/, (p) => each(0, p.bytes!)],
  [/^(transpose|strided_slice)/, (_, { outDims }) => each(product(outDims!))],
  [
    /^pad/,
    (_, { inDims, before, after }) =>
      each(product(inDims!.map((size, i) => size + before![i]! + after![i]!))),
  ],
  [
    /^(mean|reduce_max)/,
    (_, { dims, reduce }) => each(product(dims!.filter((_, i) => reduce![i] !== 1)), product(dims!)),
  ],
  [
    /^(add|sub|mul|prelu)/,
    (p) => each(product((p as unknown as { shape: { dims: readonly number[] } }).shape.dims)),
  ],
  [/^(lookup|requantize|quantize|dequantize)/, (p) => each(p.count!)],
];

/**
 * Under which name the cost of a call stands: its kernel's; convolutions of few input channels and depthwise ones that
 * multiply channels go other ways within a kernel, and so do sums that are small enough to be rounded in parts
 * (`scalar/choices.ts`); these have rows of their own.
 */
export function costName({ kernel, params }: AnyCall): CostName {
  const p = params as unknown as Fields;
  const narrow = /^(conv_2d|depthwise)/.test(kernel) && p.inC! < 4 ? ' narrow' : '';
  return `${kernel}${narrow}${p.rounding === undefined || p.rounding === 0 ? '' : ' quick'}`;
}

/** The names of costs that a call may have, the nearest first: not every kernel was counted in each of its ways. */
export function costNames(call: AnyCall): readonly CostName[] {
  const name = costName(call);
  return [name, name.replace(' quick', '') as CostName, call.kernel];
}

/** The work of a call, done `repeats` times. */
export function workOf({ kernel, params }: AnyCall, repeats = 1): Work {
  const count = COUNTS.find(([kernels]) => kernels.test(kernel))?.[1];
  if (count === undefined) throw new TypeError(`the work of the kernel ${kernel} is not known`);
  const { values, runs, steps } = count(params as unknown as Fields, params as unknown as Lists);
  return { calls: repeats, values: values * repeats, runs: runs * repeats, steps: steps * repeats };
}
