/** A planned model and its inferences as text rows for the driver in test/native/drivers (plan_rows.h). */
import { isDeepStrictEqual } from 'node:util';
import type { KernelCall } from '../../src/lowering/call.js';
import { tensorBytes } from '../../src/model/elements.js';
import type { Model } from '../../src/model/types.js';
import { ConstantPool } from '../../src/plan/constants.js';
import type { HopCall } from '../../src/plan/hop-calls.js';
import { operandBytes, type SlidingCall } from '../../src/plan/sliding.js';
import type { BufferRef, ModelPlan, PlannedCall, PlanStep } from '../../src/plan/types.js';
import { hex, paramTokens } from './kernel-row.js';

/** @param windows where the window of each ring is, in bytes of the state */
function reference(ref: BufferRef, windows: readonly number[], bytes?: number): string {
  const end = bytes === undefined ? '' : `:${bytes}`;
  if (ref.region === 'constant') return `@c${ref.constant}+${ref.offset}${end}`;
  if (ref.region === 'ring') return `@s${windows[ref.ring]! + ref.offset}${end}`;
  return `@${ref.region === 'arena' ? 'a' : 's'}${ref.offset}${end}`;
}

export interface PlannedModel {
  readonly model: Model;
  readonly plan: ModelPlan;
  /** Of every operator, as the plan was made of them. */
  readonly calls: readonly KernelCall[];
  /** Of plans for a sliding window, per operator: what of it is computed at a hop. */
  readonly hops?: readonly (PlannedHop | undefined)[];
}

interface PlannedHop {
  readonly sliding: SlidingCall;
  readonly ranges: readonly HopCall[];
}

/** Bytes that each output of a call has, and its scratch memory. */
function writtenBytes({ model, calls }: PlannedModel, step: number, call: PlannedCall): readonly number[] {
  if (call.kernel === 'copy') return [call.params.bytes];
  const outputs = calls[step]!.outputs.map(({ kind, id }) =>
    tensorBytes(kind === 'tensor' ? model.tensors[id]! : model.variables[id]!),
  );
  return call.outputs.map((_, i) => outputs[i]!);
}

/**
 * An inference per input; where it is `reset` the state begins anew. One answer per inference. Of plans for a sliding
 * window the first, and the first after a reset, are whole, the others hops.
 */
export function planRows(
  planned: PlannedModel,
  inputs: readonly (Uint8Array | 'reset')[],
): readonly string[] {
  const { model, plan, calls } = planned;
  const pool = new ConstantPool(plan.constants);
  const arrayToken = (values: ArrayBufferView): string => `c${pool.add('', values as Int8Array)}`;
  const constants = plan.constants.map(({ values }) => `x${hex(values)}`);
  const head = ['.plan', plan.arena.bytes, plan.state.bytes, constants.length, ...constants].join(' ');
  const reset = plan.state.resets.map((one) =>
    one.kind === 'fill'
      ? `.fill ${one.offset} ${one.bytes} ${one.value}`
      : `.load ${one.offset} ${one.bytes} ${one.constant}`,
  );
  const lineOf = (
    call: Pick<PlannedCall, 'kernel' | 'params' | 'inputs' | 'outputs'>,
    windows: readonly number[],
    bytes: readonly number[],
    scratch: string | 0 = 0,
  ): string =>
    [
      ...[call.kernel, -1, 0],
      ...paramTokens(call as unknown as KernelCall, arrayToken),
      ...[call.inputs.length, ...call.inputs.map((ref) => reference(ref, windows))],
      ...[call.outputs.length, ...call.outputs.map((ref, i) => reference(ref, windows, bytes[i]))],
      scratch,
    ].join(' ');
  const whole = (windows: readonly number[], step: PlanStep, at: number): string[] =>
    step.calls.flatMap((call) => {
      const scratch = call.scratch && reference(call.scratch, windows, calls[at]!.scratch);
      const { repeat } = call;
      if (repeat === undefined) return lineOf(call, windows, writtenBytes(planned, at, call), scratch);
      const shifted = (refs: readonly BufferRef[], by: number): BufferRef[] =>
        refs.map((ref) => ({ ...ref, offset: ref.offset + by }));
      return Array.from({ length: repeat.count }, (_, i) => repeat.count - 1 - i).map((i) => {
        const inputs = shifted(call.inputs, i * repeat.inputStep);
        const outputs = shifted(call.outputs, i * repeat.outputStep);
        return lineOf({ ...call, inputs, outputs }, windows, [repeat.outputStep], scratch);
      });
    });
  const rows = (windows: readonly number[], step: PlanStep, { sliding, ranges }: PlannedHop): string[] =>
    step.calls.map((call) => {
      // Where two ranges are alike, so are their sizes.
      const own = ranges.find(({ chosen }) => isDeepStrictEqual(chosen.params, call.params));
      // What became of one that only moves.
      if (own === undefined) return lineOf(call, windows, writtenBytes(planned, -1, call));
      const { range, chosen } = own;
      const scratch = call.scratch && reference(call.scratch, windows, chosen.scratch);
      const bytes = operandBytes(sliding, range).outputs.map(({ first, end }) => end - first);
      return lineOf(call, windows, bytes, scratch);
    });
  const body = (windows: readonly number[]): string[] =>
    plan.steps.flatMap((step, at) => whole(windows, step, at));
  const hopBody = (windows: readonly number[]): string[] =>
    plan.sliding!.steps.flatMap((step, at) => {
      const hop = planned.hops?.[at];
      return hop === undefined ? whole(windows, step, at) : rows(windows, step, hop);
    });
  /** What generated code does after an inference, or before a hop (kws_kernels/ring.h): windows move on, or to the front. */
  const advance = (windows: number[], others: number[]): string[] =>
    plan.state.rings.flatMap(({ offset: first, capacity, edge, kept, shift, turns }, ring) => {
      if (turns > 1) [windows[ring], others[ring]] = [others[ring]!, windows[ring]!];
      const offset = windows[ring]! < first + capacity ? first : first + capacity;
      const at = windows[ring]! + shift;
      const front = at - offset + edge + kept + shift > capacity;
      windows[ring] = front ? offset : at;
      if (!front || kept === 0) return [];
      const state = (from: number): BufferRef => ({ region: 'state', offset: from + edge });
      const move = { kernel: 'copy', params: { bytes: kept }, inputs: [state(at)], outputs: [state(offset)] };
      return [lineOf(move as unknown as PlannedCall, windows, [kept])];
    });
  const bytesOf = (id: number): number => tensorBytes(model.tensors[id]!);
  const start = (): number[] => plan.state.rings.map(({ offset }) => offset);
  const starts = () => ({
    windows: start(),
    others: plan.state.rings.map(({ offset, capacity }) => offset + capacity),
    before: 0,
  });
  let { windows, others, before: follows } = starts();
  const inferences = inputs.flatMap((input) => {
    if (input === 'reset') {
      ({ windows, others, before: follows } = starts());
      return reset;
    }
    const hop = follows >= (plan.sliding?.reachesBack ?? Number.POSITIVE_INFINITY);
    const before = follows > 0 && plan.sliding !== undefined ? advance(windows, others) : [];
    follows += 1;
    const ending = `.output ${reference(plan.output.ref, windows, bytesOf(plan.output.tensor))}`;
    const first = `.input ${reference(plan.input.ref, windows)} x${hex(input)}`;
    const lines = [...before, first, ...(hop ? hopBody(windows) : body(windows)), ending];
    return plan.sliding === undefined ? [...lines, ...advance(windows, others)] : lines;
  });
  return [head, ...reset, ...inferences];
}
