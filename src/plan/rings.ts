/**
 * Streaming state as rings: a buffer that a causal layer keeps is not moved along by one step at every inference;
 * the window onto it moves, through somewhat more memory than the window is long.
 *
 * What is recognised is what streaming converters write: a variable is read, put before the new rows, and the
 * newest part of the whole is assigned back. Then the whole stands in the ring, the old part of it is the
 * variable, the new rows are computed (or fed) at their place, and after the inference the window moves on by the
 * length of the new rows. Only when it reaches the end, what is kept is moved to the front.
 *
 * Tensors of a sliding window that survive from one inference to the next stand in rings of the same kind
 * (`sliding.ts`): their window is the whole tensor, which moves on before an inference.
 *
 * Owns: which tensors are in rings and how long these are. Leaves to others: what stands in them (`places.ts`), the
 * move (kws_kernels/ring.h).
 */
import type { KernelCall } from '../lowering/call.js';
import { tensorBytes } from '../model/elements.js';
import type { Model } from '../model/types.js';
import { align } from './arena.js';
import type { Sliding } from './sliding.js';
import { accesses } from './state-places.js';
import type { View } from './views.js';

export interface Ring {
  /** The variable of a streaming model, and the tensor that its value is read into; none of a sliding window. */
  readonly variable?: number;
  readonly read?: number;
  /** The tensor that is what is kept and the new rows behind it. */
  readonly whole: number;
  /** Bytes before what is kept: rows at the upper edge of a sliding window. */
  readonly edge: number;
  /** Bytes that are kept (those of the variable), and by how many the window moves on: those of the new rows. */
  readonly kept: number;
  readonly shift: number;
  /** Bytes of memory. */
  readonly capacity: number;
  /** So many rings take turns, inference by inference. */
  readonly turns: number;
}

/**
 * A ring has room for this part of what it keeps beyond one window, so that on average at most as many bytes are
 * moved per inference as four steps are long; memory is worth more than the rest of them.
 */
const SLACK = 1 / 4;

function capacityOf(kept: number, shift: number): number {
  return kept + shift * (1 + Math.floor((SLACK * kept) / shift));
}

/** Where a tensor lies in what it is a view of, however often. */
function resolve(
  views: ReadonlyMap<number, View>,
  id: number,
): { readonly of: number; readonly offset: number } {
  let [of, offset] = [id, 0];
  for (let view = views.get(of); view !== undefined; view = views.get(of)) {
    of = view.of;
    offset += view.offset;
  }
  return { of, offset };
}

export function findRings(
  model: Model,
  calls: readonly KernelCall[],
  views: ReadonlyMap<number, View>,
): readonly Ring[] {
  const taken = new Set(model.outputs.map((id) => resolve(views, id).of));
  return model.variables.flatMap((variable, v) => {
    const reads = accesses(calls, 'inputs', v);
    const assigns = accesses(calls, 'outputs', v);
    const [read, assign] = [reads[0], assigns[0]];
    if (read === undefined || assign === undefined || reads.length > 1 || assigns.length > 1) return [];
    const { of: whole, offset: shift } = resolve(views, assign.tensor);
    const concat = calls.find(({ outputs }) => outputs[0]?.kind === 'tensor' && outputs[0].id === whole);
    if (concat?.kernel !== 'concat' || concat.params.outer !== 1) return [];
    const [first] = concat.inputs;
    if (first?.kind !== 'tensor' || first.id !== read.tensor || read.at > assign.at) return [];
    const kept = variable.initial.length;
    if (shift === 0 || shift + kept !== tensorBytes(model.tensors[whole]!)) return [];
    if (taken.has(whole) || taken.has(read.tensor)) return [];
    taken.add(whole);
    const capacity = capacityOf(kept, shift);
    return [{ variable: v, whole, read: read.tensor, edge: 0, kept, shift, capacity, turns: 1 }];
  });
}

/** Of a sliding window: half the slack, as rings hold whole tensors and hops are few. */
export function slidingRings({ tensors }: Sliding): readonly Ring[] {
  return [...tensors].flatMap(
    ([whole, { rows, rowBytes, shift: moved, hops: turns, clean, kept: keeps }]) => {
      if (!keeps) return [];
      const [edge, shift] = [clean.first * rowBytes, moved * rowBytes];
      const kept = rows * rowBytes - edge - shift;
      const slack = shift * Math.floor((SLACK * kept) / 2 / shift);
      return [{ whole, edge, kept, shift, capacity: align(rows * rowBytes + slack), turns }];
    },
  );
}
