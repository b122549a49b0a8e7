/** The streaming state: where each variable stands, and how it comes to its initial value. */
import type { Model } from '../model/types.js';
import { align } from './arena.js';
import type { ConstantPool } from './constants.js';
import type { Ring } from './rings.js';
import type { StatePlan, StateReset } from './types.js';

/** Lays out the variables that some operator reads or assigns, and rings without a variable. */
export function layOutState(
  model: Model,
  rings: readonly Ring[],
): Pick<StatePlan, 'bytes' | 'offsets' | 'rings'> {
  const used = new Set(
    model.operators.flatMap((op) =>
      op.kind === 'READ_VARIABLE' || op.kind === 'ASSIGN_VARIABLE' ? [op.options.variable] : [],
    ),
  );
  let bytes = 0;
  const offsets = model.variables.map((variable, v) => {
    if (!used.has(v)) return undefined;
    const offset = bytes;
    const ring = rings.find((other) => other.variable === v);
    bytes += align(ring?.capacity ?? variable.initial.length);
    return offset;
  });
  const planned = rings.map(({ variable, capacity, edge, kept, shift, turns }) => {
    const sizes = { capacity, edge, kept, shift, turns };
    if (variable !== undefined) return { variable, offset: offsets[variable]!, ...sizes };
    bytes += turns * align(capacity);
    return { offset: bytes - turns * align(capacity), ...sizes };
  });
  return { bytes, offsets, rings: planned };
}

/** A fill per run of variables with one value throughout, a copy from constant data for the others. */
export function planResets(
  model: Model,
  offsets: StatePlan['offsets'],
  constants: ConstantPool,
): StateReset[] {
  const resets: StateReset[] = [];
  model.variables.forEach((variable, v) => {
    const offset = offsets[v];
    const bytes = variable.initial.length;
    if (offset === undefined || bytes === 0) return;
    const value = variable.initial[0]!;
    if (!variable.initial.every((byte) => byte === value)) {
      const constant = constants.add(`variable ${v} initial value`, variable.initial);
      resets.push({ kind: 'copy', offset, bytes, constant });
      return;
    }
    const last = resets.at(-1);
    if (last?.kind === 'fill' && last.value === value)
      resets[resets.length - 1] = { ...last, bytes: offset + bytes - last.offset };
    else resets.push({ kind: 'fill', offset, bytes, value });
  });
  return resets;
}
