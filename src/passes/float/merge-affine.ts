/** Pass: MULs and ADDs with constants that follow each other become one MUL and one ADD, in this order. */
import type { Model, Operator, OperatorOf } from '../../model/types.js';
import { type Draft, rewrite } from '../draft.js';
import { type ChannelStep, channelStep } from './channels.js';

export function mergeAffine(model: Model): Model {
  return rewrite(
    model,
    (draft, operator, slot) =>
      mergeSame(draft, operator, slot, 'ADD') ||
      mergeSame(draft, operator, slot, 'MUL') ||
      scaleFirst(draft, operator, slot),
  );
}

interface Pair {
  readonly firstSlot: number;
  readonly first: OperatorOf<'ADD' | 'MUL'>;
  /** Of the first operator. */
  readonly before: ChannelStep;
  /** Of the second. */
  readonly after: ChannelStep;
}

/** The operator as the second of two, the first without an activation and read by nothing else. */
function pair(
  draft: Draft,
  second: Operator,
  kind: 'ADD' | 'MUL',
  firstKind: 'ADD' | 'MUL',
): Pair | undefined {
  const after = channelStep(draft, second, kind);
  const made = after && draft.isReadOnce(after.x) ? draft.makerOf(after.x, firstKind) : undefined;
  if (made === undefined || made[1].options.activation !== 'NONE') return undefined;
  const before = channelStep(draft, made[1] as Operator, firstKind);
  return before && { firstSlot: made[0], first: made[1] as OperatorOf<'ADD' | 'MUL'>, before, after: after! };
}

/** Element-wise on constants of one value or one per channel. */
function combine(a: Float32Array, b: Float32Array, f: (a: number, b: number) => number): Float64Array {
  const at = (list: Float32Array, i: number) => list[list.length === 1 ? 0 : i]!;
  return Float64Array.from({ length: Math.max(a.length, b.length) }, (_, i) => f(at(a, i), at(b, i)));
}

function constantName(draft: Draft, { inputs }: Operator): string {
  return inputs.map((id) => draft.tensor(id)!).find(({ data }) => data !== undefined)!.name;
}

/** x + a + b = x + (a + b); x * a * b = x * (a * b). */
function mergeSame(draft: Draft, second: Operator, slot: number, kind: 'ADD' | 'MUL'): boolean {
  const found = pair(draft, second, kind, kind);
  if (found === undefined) return false;
  const { before, after } = found;
  const values = combine(before.values, after.values, kind === 'ADD' ? (a, b) => a + b : (a, b) => a * b);
  const constant = draft.addFloats(constantName(draft, second), [values.length], values);
  draft.remove(found.firstSlot);
  draft.set(slot, { ...second, inputs: [before.x, constant] });
  return true;
}

/** (x + a) * m = x * m + a * m, in the same slots: the next passes look for MUL, then ADD. */
function scaleFirst(draft: Draft, second: Operator, slot: number): boolean {
  const found = pair(draft, second, 'MUL', 'ADD');
  if (found === undefined) return false;
  const { first, firstSlot, before, after } = found;
  const shift = combine(before.values, after.values, (a, m) => a * m);
  const scale = draft.addFloats(constantName(draft, second), [after.values.length], after.values);
  const constant = draft.addFloats(constantName(draft, first as Operator), [shift.length], shift);
  const { options } = second as OperatorOf<'MUL'>;
  const none = { activation: 'NONE' } as const;
  const inner = first.outputs;
  draft.set(firstSlot, { ...first, kind: 'MUL', inputs: [before.x, scale], options: none } as Operator);
  draft.set(slot, {
    kind: 'ADD',
    index: second.index,
    inputs: [inner[0]!, constant],
    outputs: second.outputs,
    options,
  });
  return true;
}
