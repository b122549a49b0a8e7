/** Random models through the plan and the kernels of a place, against the reference engine. */
import type { KernelCall } from '../../src/lowering/call.js';
import { chooseKernel } from '../../src/lowering/choose.js';
import { lowerModel } from '../../src/lowering/lower.js';
import type { Model } from '../../src/model/types.js';
import { hopCalls } from '../../src/plan/hop-calls.js';
import { mergeGroups } from '../../src/plan/merge.js';
import { planModel } from '../../src/plan/plan.js';
import { analyseSliding } from '../../src/plan/sliding.js';
import { createEngine, type TypedArray } from '../../src/reference/engine.js';
import { type Place, runLines, targetOf } from '../native/kernel-program.js';
import { hex } from '../support/kernel-row.js';
import { type PlannedModel, planRows } from '../support/plan-row.js';
import type { RandomModel } from './random-model.js';

export interface Difference {
  readonly name: string;
  /** Per inference, in hex. */
  readonly expected: readonly string[];
  /** With `!` and a kernel's name where it wrote what is not its own. */
  readonly answers: readonly string[];
}

function typed(model: Model, bytes: Uint8Array): TypedArray {
  const { buffer } = Uint8Array.from(bytes);
  const { type } = model.tensors[model.inputs[0]!]!;
  if (type === 'float32') return new Float32Array(buffer);
  return type === 'uint8' ? new Uint8Array(buffer) : new Int8Array(buffer);
}

/** The outputs of the inputs in turn, and after a reset of the first again. */
export function referenceOutputs({ model, inputs }: RandomModel): readonly string[] {
  const engine = createEngine(model);
  const invoke = (bytes: Uint8Array): string => hex(engine.invoke([typed(model, bytes)])[0]!);
  const outputs = inputs.map(invoke);
  engine.reset();
  return [...outputs, invoke(inputs[0]!)];
}

function planFor({ model, window }: RandomModel, place: Place): PlannedModel {
  const target = targetOf(place);
  const choose = (call: KernelCall): KernelCall => chooseKernel(call, target);
  const canonical = lowerModel(model);
  const calls = canonical.map(choose);
  const plan = planModel(model, target, window);
  const found = window && analyseSliding(model, mergeGroups(canonical, model.outputs), window);
  const hops = found?.calls.map((sliding, at) => {
    return sliding && { sliding, ranges: hopCalls(calls[at]!, sliding, choose) };
  });
  return { model, calls, plan, ...(hops && { hops }) };
}

/** The models whose plan does not compute on `place` what the reference does. */
export async function differences(
  models: readonly RandomModel[],
  place: Place,
): Promise<readonly Difference[]> {
  const planned = models.map((model) => planFor(model, place));
  const lines = models.flatMap(({ inputs }, i) => planRows(planned[i]!, [...inputs, 'reset', inputs[0]!]));
  const calls = planned.flatMap(({ calls, plan }) => [
    ...calls,
    ...plan.steps.flatMap((step) => step.calls.filter(({ kernel }) => kernel === 'copy')),
    ...(plan.sliding?.steps ?? []).flatMap((step) => step.calls),
    // What a ring keeps goes to the front.
    ...plan.state.rings.map(({ kept }) => ({ kernel: 'copy', inputs: [{ bytes: kept }] }) as const),
  ]);
  const answers = await runLines(lines, calls, place);
  const flat = answers.map((parts) => parts.join(' '));
  let at = 0;
  return models.flatMap((one) => {
    const expected = referenceOutputs(one);
    const own = flat.slice(at, at + expected.length);
    at += expected.length;
    return own.join('\n') === expected.join('\n') ? [] : [{ name: one.name, expected, answers: own }];
  });
}
