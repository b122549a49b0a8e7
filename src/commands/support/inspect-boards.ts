/**
 * Which boards can run a model, in which runtime, and why the others cannot: the checks that rendering
 * makes, without rendering.
 *
 * Leaves to others: what is checked (`passes/`, `plan/`, `emit/`), showing it (`inspect.ts`).
 */
import {
  type Boards,
  coreTarget,
  type InstructionSet,
  type ResolvedBoard,
  type Target,
} from '../../boards/index.js';
import { DETECTOR_PRESETS, detectorSpec } from '../../detector/settings.js';
import { inputError, KwsError, type Problem } from '../../diagnostics/errors.js';
import { checkBudget, type ModelCost } from '../../emit/budget.js';
import { runtimeProblems, withAdvice } from '../../emit/runtimes.js';
import { chooseTflm } from '../../emit/tflm-library.js';
import { estimateLoad } from '../../estimate/load.js';
import { FRONTEND_PRESETS } from '../../frontend/presets.js';
import { type FrontendSpec, frameChannels } from '../../frontend/spec.js';
import { framesOf, inputOf, isStreaming } from '../../model/fit.js';
import type { Runtime } from '../../model/runtime.js';
import type { Model } from '../../model/types.js';
import { firmwareModel } from '../../passes/firmware-model.js';
import { planModel } from '../../plan/plan.js';
import { tflmArenaBytes } from '../../plan/tflm-arena.js';
import type { ModelPlan } from '../../plan/types.js';
import { guessFrontend } from '../../project/guess.js';
import { windowHop } from '../../project/resolve.js';
import type { ResolvedProject } from '../../project/types.js';
import { requireInt8 } from '../../verify/int8.js';
import { unsupportedOperators } from '../../verify/support.js';

/** Of the compiled runtime: bytes of constants, arena and state, without code. */
export interface Needs {
  readonly flash: number;
  readonly arena: number;
  readonly state: number;
}

export interface Candidate {
  readonly board: string;
  readonly runtimes: readonly Runtime[];
  /** Of a board whose inferences can be told to take so long: in the first of the runtimes. */
  readonly estimate?: { readonly ms: number; readonly everyMs: number; readonly load: number };
  /** Why the other runtimes cannot: the first reason of each. */
  readonly refused: readonly ({ readonly runtime: Runtime } & Problem)[];
}

export interface Verdict {
  /** Undefined where the compiled runtime cannot compute the model. */
  readonly needs: Needs | undefined;
  readonly boards: readonly Candidate[];
}

/** A runtime on a board: what the model costs there, or a KwsError that says why it cannot run. */
type Cost = (board: ResolvedBoard) => Omit<ModelCost, 'name'>;

/** @param given int8; its operators are those of the firmware after what is folded */
export function boardsFor(given: Model, boards: Boards): Verdict {
  const int8 = attempt(() => firmwareModel(given));
  const model = 'value' in int8 ? int8.value : given;
  const planFor = plannedOnce(model);
  const plan = planFor(coreTarget('cortex-m4f'));
  const able = (board: ResolvedBoard): readonly Runtime[] => [
    ...('error' in planFor(board.target) ? [] : (['aot'] as const)),
    ...(runtimeProblems(model, 'tflm', { board }).length > 0 ? [] : (['tflm'] as const)),
  ];
  const costs: Readonly<Record<Runtime, Cost>> = {
    aot(board) {
      const own = planFor(board.target);
      if ('error' in own) {
        if ('error' in int8) throw int8.error;
        refuseAny(withAdvice(runtimeProblems(model, 'aot', { board }), able(board)));
        throw own.error;
      }
      return { flash: own.value.cost.constantBytes, ram: own.value.cost.ramBytes };
    },
    tflm(board) {
      refuseAny(withAdvice(runtimeProblems(requireInt8(model), 'tflm', { board }), able(board)));
      const library = chooseTflm(board, undefined);
      const { pointerBytes } = board.target;
      const ram = tflmArenaBytes(model, { pointerBytes, legacy: library.legacy });
      return { flash: model.source.bytes.length, ram };
    },
  };
  return {
    needs: 'error' in plan ? undefined : needsOf(plan.value),
    boards: [...boards.values()].map((board) => candidate(model, board, costs, planFor)),
  };
}

type PlanFor = (target: Target) => Attempt<ModelPlan>;

/** Plans differ by instruction set, not by board. */
function plannedOnce(model: Model): PlanFor {
  const plans = new Map<InstructionSet, Attempt<ModelPlan>>();
  return (target) => {
    const plan =
      plans.get(target.instructionSet) ??
      attempt(() => {
        refuseAny(unsupportedOperators(requireInt8(model), 'aot'));
        return planModel(model, target);
      });
    plans.set(target.instructionSet, plan);
    return plan;
  };
}

const needsOf = ({ arena, state, cost }: ReturnType<typeof planModel>): Needs => ({
  flash: cost.constantBytes,
  arena: arena.bytes,
  state: state.bytes,
});

function candidate(
  model: Model,
  board: ResolvedBoard,
  costs: Readonly<Record<Runtime, Cost>>,
  planFor: PlanFor,
): Candidate {
  const tried = (Object.keys(costs) as Runtime[]).map((runtime) => {
    const { name } = model;
    const check = () =>
      checkBudget({ project: alone(model), board, runtime, models: [{ name, ...costs[runtime](board) }] });
    return { runtime, ...attempt(check) };
  });
  const runtimes = tried.flatMap((one) => ('error' in one ? [] : [one.runtime]));
  const plan = planFor(board.target);
  const plans = 'error' in plan ? {} : { plans: () => [plan.value] };
  const load =
    runtimes[0] === undefined ? undefined : estimateLoad({ ...alone(model), ...plans }, board, runtimes[0]);
  const own = load?.tasks[1];
  return {
    board: board.id,
    runtimes,
    ...(load === undefined || own === undefined
      ? {}
      : { estimate: { ms: own.ms, everyMs: own.everyMs, load: load.load } }),
    refused: tried.flatMap((one) =>
      'error' in one ? [{ runtime: one.runtime, ...one.error.problems[0]! }] : [],
    ),
  };
}

/** The smallest project with it. */
function alone(model: Model): ResolvedProject {
  const frontend: FrontendSpec = FRONTEND_PRESETS[guessFrontend(model).candidates[0] ?? 'none'];
  const input = inputOf(model);
  const frames =
    frontend.kind === 'none' || input === undefined ? undefined : framesOf(input, frameChannels(frontend));
  const hop =
    frames === undefined || frontend.kind === 'none'
      ? 1
      : isStreaming(model)
        ? frames
        : windowHop(frames, frontend);
  const detector = detectorSpec(DETECTOR_PRESETS.general, { stepMs: 10, hop }, [0]);
  return {
    name: model.name,
    frontend,
    models: [{ name: model.name, model: requireInt8(model), labels: [], detector, hop }],
  };
}

function refuseAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw inputError(problems);
}

type Attempt<T> = { readonly value: T } | { readonly error: KwsError };

function attempt<T>(run: () => T): Attempt<T> {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof KwsError) return { error };
    throw error;
  }
}
