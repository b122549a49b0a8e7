/**
 * What a model that sees a sliding window computes anew at every hop, and what it has computed before.
 *
 * From one inference to the next the window moves on by `hop` frames. A row of a tensor that depends on frames
 * alone, on no padding above or below, then is the row `shift` further down of the inference before: `clean` rows
 * are kept, the rows of both edges and those of the new frames are computed. The numbers are the same, bit for bit,
 * as every row is computed by the same kernel from the same values.
 *
 * Where a hop moves rows by no whole number of them (half a row, behind a stride), the inference two hops before is
 * the one whose rows are shifted: two hops alternate, each with rows of its own.
 *
 * Owns: which rows are clean, which are computed at a hop, which tensors must survive for it, and what that saves.
 * Leaves to others: which kernels work by rows (`lowering/row-calls.ts`), memory (`places.ts`), the calls on
 * addresses (`plan.ts`), whether it is wanted (`emit/incremental.ts`).
 */
import type { KernelCall } from '../lowering/call.js';
import { type RowCall, type RowShape, rowCall } from '../lowering/row-calls.js';
import { rowsRead } from '../lowering/rows.js';
import { tensorBytes } from '../model/elements.js';
import { operatorMacs } from '../model/operators.js';
import type { Model } from '../model/types.js';
import { viewsOf } from './views.js';

/** How a window of frames slides over a stream of them. */
export interface SlidingWindow {
  /** Frames of the model's input, each a contiguous piece of it. */
  readonly frames: number;
  /** Frames from one inference to the next. */
  readonly hop: number;
}

/** Rows `first` up to `end`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** A tensor of whose rows some stay from one inference to the next. */
interface SlidingTensor extends RowShape {
  /** Row r is row r + shift of the inference so many hops before, where both are clean. */
  readonly shift: number;
  readonly hops: number;
  /** Rows that depend on frames alone. */
  readonly clean: RowRange;
  /** Whether rows that are not computed at a hop are read there: then they must survive. */
  readonly kept: boolean;
}

/** What a call does at a hop: some rows. */
export interface SlidingCall {
  readonly call: RowCall;
  readonly ranges: readonly RowRange[];
  /** Per operand; undefined for those that are the same for every row. */
  readonly inputs: readonly (RowShape | undefined)[];
  readonly outputs: readonly RowShape[];
}

export interface Sliding extends SlidingWindow {
  /** Per call; undefined where the whole is computed at every hop. */
  readonly calls: readonly (SlidingCall | undefined)[];
  /** By tensor; those that are not here are computed as a whole, or given. */
  readonly tensors: ReadonlyMap<number, SlidingTensor>;
  /** The most hops that some tensor reaches back: so many inferences are whole before the first that is not. */
  readonly reachesBack: number;
  /** Multiply-accumulates of a whole inference and of one at a hop. */
  readonly macs: { readonly whole: number; readonly hop: number };
  /** Why not more is kept: strides that do not divide what rows move by. */
  readonly limits: readonly string[];
}

/** Further back nothing is kept: every hop costs the memory once more. */
const MOST_HOPS = 2;

interface Rows extends RowShape {
  readonly shift: number;
  readonly hops: number;
  readonly clean: RowRange;
}

/** Rows that are not the shifted ones of the inference before. */
function rowsComputed({ rows, shift, clean }: Pick<Rows, 'rows' | 'shift' | 'clean'>): readonly RowRange[] {
  const kept = { first: clean.first, end: clean.end - shift };
  if (kept.first >= kept.end) return [{ first: 0, end: rows }];
  return [
    { first: 0, end: kept.first },
    { first: kept.end, end: rows },
  ].filter(({ first, end }) => first < end);
}

const covers = (ranges: readonly RowRange[], { first, end }: RowRange): boolean =>
  first >= end || ranges.some((range) => range.first <= first && end <= range.end);

/** Rows of the outputs that depend on clean rows of the inputs alone. */
function cleanOutput({ rows, stride, pad, reach }: RowCall, clean: RowRange): RowRange {
  const first = Math.max(0, Math.ceil((clean.first + pad) / stride));
  const end = Math.min(rows, Math.floor((clean.end - reach + pad) / stride) + 1);
  return { first, end: Math.max(first, end) };
}

const reads = (call: RowCall, inRows: number, { first, end }: RowRange): RowRange =>
  rowsRead({ ...call, inRows }, first, end);

/** By how many rows an output moves, in how many hops; undefined where that is too many. */
function movedBy({ shift, hops }: Rows, stride: number): Pick<Rows, 'shift' | 'hops'> | undefined {
  for (let times = 1; times * hops <= MOST_HOPS; times++)
    if ((shift * times) % stride === 0) return { shift: (shift * times) / stride, hops: hops * times };
  return undefined;
}

class Analysis {
  readonly tensors = new Map<number, Rows>();
  readonly limits: string[] = [];
  readonly #model: Model;
  readonly #hop: number;
  /** The input and its views: whole at every hop. */
  readonly given: Set<number>;

  constructor(model: Model, { frames, hop }: SlidingWindow) {
    this.#model = model;
    this.#hop = hop;
    this.given = new Set(model.inputs);
    for (const id of model.inputs) {
      const bytes = tensorBytes(model.tensors[id]!);
      if (bytes % frames === 0)
        this.tensors.set(id, {
          rows: frames,
          rowBytes: bytes / frames,
          shift: hop,
          hops: 1,
          clean: { first: 0, end: frames },
        });
    }
  }

  /** Follows rows through one call. */
  follow(call: KernelCall, at: number): SlidingCall | undefined {
    const ids = call.inputs.map(({ kind, id }) => (kind === 'tensor' ? id : -1));
    const isConstant = (id: number) => this.#model.tensors[id]?.data !== undefined;
    const shapes = ids.map((id) => this.tensors.get(id));
    const from = shapes.filter((shape) => shape !== undefined);
    const [shape] = from;
    if (shape === undefined || ids.some((id, i) => shapes[i] === undefined && !isConstant(id)))
      return undefined;
    const found = rowCall(call, shapes);
    if (found === undefined) return undefined;
    if (from.some(({ shift, hops }) => shift !== shape.shift || hops !== shape.hops)) return undefined;
    const moved = movedBy(shape, found.stride);
    if (moved === undefined) {
      // One row is what becomes of the whole: nothing is lost with it.
      if (found.rows === 1) return undefined;
      const operator = this.#model.operators[at]!;
      const frames = ((this.#hop * shape.hops) / shape.shift) * found.stride;
      this.limits.push(
        `whole from operator ${operator.index} (${operator.kind}) on: neither a hop nor two are a multiple of ${frames} frames`,
      );
      return undefined;
    }
    return this.#outputsOf(call, { found, moved }, shapes);
  }

  #outputsOf(
    call: KernelCall,
    { found, moved }: { readonly found: RowCall; readonly moved: Pick<Rows, 'shift' | 'hops'> },
    inputs: readonly (Rows | undefined)[],
  ): SlidingCall | undefined {
    const from = inputs.filter((shape) => shape !== undefined);
    const clean = cleanOutput(found, {
      first: Math.max(...from.map(({ clean: { first } }) => first)),
      end: Math.min(...from.map(({ clean: { end } }) => end)),
    });
    const { rows } = found;
    const { shift } = moved;
    const viewed = viewsOf(call).some(({ of }) => this.given.has(of));
    const computed = rowsComputed({ rows, shift, clean });
    // A call over rows of padding alone has no input.
    if (
      computed.some(
        (range) => reads(found, from[0]!.rows, range).first >= reads(found, from[0]!.rows, range).end,
      )
    )
      return undefined;
    const fits = call.outputs.every(
      ({ kind, id }) => kind === 'tensor' && tensorBytes(this.#model.tensors[id]!) % rows === 0,
    );
    const kept = !covers(computed, { first: 0, end: rows });
    if (!fits || !kept) return undefined;
    const outputs = call.outputs.map(({ id }) => {
      const shape = { rows, rowBytes: tensorBytes(this.#model.tensors[id]!) / rows };
      this.tensors.set(id, { ...shape, ...moved, clean });
      if (viewed) this.given.add(id);
      return shape;
    });
    return viewed ? undefined : { call: found, ranges: computed, inputs, outputs };
  }
}

/** Tensors of which a call reads rows at a hop that are not computed there. */
function keptTensors(
  model: Model,
  calls: readonly KernelCall[],
  sliding: readonly (SlidingCall | undefined)[],
  { tensors, given }: Analysis,
): Set<number> {
  const kept = new Set<number>();
  const follows = (id: number) => tensors.has(id) && !given.has(id);
  for (const id of model.outputs) if (follows(id)) kept.add(id);
  for (let at = calls.length - 1; at >= 0; at--) {
    const call = calls[at]!;
    const views = viewsOf(call);
    for (const { kind, id } of call.inputs) {
      if (kind !== 'tensor' || !follows(id)) continue;
      const rows = tensors.get(id)!;
      const computed = rowsComputed(rows);
      const own = sliding[at];
      const ranges = own?.ranges.map((range) => reads(own.call, rows.rows, range)) ?? [
        { first: 0, end: rows.rows },
      ];
      const viewKept = views.some((view) => view.of === id && kept.has(view.tensor));
      if (viewKept || !ranges.every((range) => covers(computed, range))) kept.add(id);
    }
    // A view lives where the whole does.
    for (const { tensor } of views) kept.delete(tensor);
  }
  return kept;
}

/**
 * What a window that slides saves, which may be nothing: then no call has rows of its own.
 *
 * @param calls canonical calls of the model, one per operator
 */
export function analyseSliding(model: Model, calls: readonly KernelCall[], window: SlidingWindow): Sliding {
  const analysis = new Analysis(model, window);
  // What a streaming model keeps is not what its windows share.
  const streaming = model.variables.length > 0;
  const sliding = calls.map((call, at) => (streaming ? undefined : analysis.follow(call, at)));
  const kept = keptTensors(model, calls, sliding, analysis);
  const tensors = new Map<number, SlidingTensor>();
  for (const [id, rows] of analysis.tensors)
    if (!analysis.given.has(id)) tensors.set(id, { ...rows, kept: kept.has(id) });
  let [whole, hop] = [0, 0];
  model.operators.forEach((operator, at) => {
    const macs = operatorMacs(operator, model.tensors);
    const own = sliding[at];
    const rows = own?.ranges.reduce((sum, { first, end }) => sum + end - first, 0) ?? 1;
    whole += macs;
    hop += (macs * rows) / (own?.call.rows ?? 1);
  });
  const reachesBack = Math.max(1, ...[...tensors.values()].map(({ hops }) => hops));
  return { ...window, calls: sliding, tensors, reachesBack, macs: { whole, hop }, limits: analysis.limits };
}

/** Bytes of the operands of a call over some rows, `first` up to `end`; undefined for the whole of one. */
export function operandBytes({ call, inputs, outputs }: SlidingCall, range: RowRange) {
  const bytes = ({ first, end }: RowRange, { rowBytes }: RowShape): RowRange => ({
    first: first * rowBytes,
    end: end * rowBytes,
  });
  return {
    inputs: inputs.map((shape) => shape && bytes(reads(call, shape.rows, range), shape)),
    outputs: outputs.map((shape) => bytes(range, shape)),
  };
}
