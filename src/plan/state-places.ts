/**
 * Which tensors live in the streaming state itself: values read that stay intact for as long as they are
 * needed, and values that are produced right there because nobody still needs the old ones.
 */

import type { KernelCall } from '../lowering/call.js';
import { tensorBytes } from '../model/elements.js';
import type { Model } from '../model/types.js';
import type { View } from './views.js';

interface Access {
  readonly at: number;
  /** The tensor read into, or assigned from. */
  readonly tensor: number;
}

/** The calls that read a variable (`inputs`) or assign it (`outputs`). */
export function accesses(
  calls: readonly KernelCall[],
  side: 'inputs' | 'outputs',
  variable: number,
): Access[] {
  const other = side === 'inputs' ? 'outputs' : 'inputs';
  return calls.flatMap((call, at) => {
    const place = call[side][0];
    if (place?.kind !== 'variable' || place.id !== variable) return [];
    return [{ at, tensor: call[other][0]!.id }];
  });
}

/** The tensor that is really produced where `tensor` is a view of the whole of it. */
export function rootOf(model: Model, views: ReadonlyMap<number, View>, tensor: number): number {
  const view = views.get(tensor);
  if (view === undefined || view.offset !== 0) return tensor;
  const whole = tensorBytes(model.tensors[view.of]!) === tensorBytes(model.tensors[tensor]!);
  return whole ? rootOf(model, views, view.of) : tensor;
}

export interface StateInput {
  readonly model: Model;
  readonly calls: readonly KernelCall[];
  /** A view that is better written straight into the state (a slice of what comes next) is taken out. */
  readonly views: Map<number, View>;
  /** Step that writes each tensor, -1 for inputs and constants. */
  readonly producer: readonly number[];
  /** Last step that reads each tensor or a view of it. */
  readonly lastRead: readonly number[];
  /** Variables that have a place of their own. */
  readonly rings: ReadonlySet<number>;
}

/** Tensor → variable. */
export function tensorsInState(input: StateInput): Map<number, number> {
  const { model, calls, views, producer, lastRead, rings } = input;
  const inState = new Map<number, number>();
  model.variables.forEach((variable, v) => {
    if (rings.has(v)) return;
    const reads = accesses(calls, 'inputs', v);
    const assigns = accesses(calls, 'outputs', v);
    for (const { at, tensor } of reads) {
      const overwritten = assigns.find((assign) => assign.at > at)?.at ?? Number.POSITIVE_INFINITY;
      if (lastRead[tensor]! < overwritten) inState.set(tensor, v);
    }
    // Produced in the state: one assignment, no read between it and the producer, none still in use then.
    const [assign] = assigns;
    if (assign === undefined || assigns.length > 1) return;
    const root = rootOf(model, views, assign.tensor);
    const from = producer[root]!;
    if (from < 0 || inState.has(root) || calls[from]!.inputs[0]?.kind === 'variable') return;
    if (tensorBytes(model.tensors[root]!) !== variable.initial.length) return;
    const free = reads.every(
      ({ at, tensor }) => at > assign.at || (at < from && (!inState.has(tensor) || lastRead[tensor]! < from)),
    );
    if (!free) return;
    views.delete(root);
    inState.set(root, v);
  });
  return inState;
}
