/**
 * Which boards can run a model, in which runtime, and why the others cannot: the checks that rendering
 * makes, without rendering.
 *
 * Leaves to others: what is checked (`passes/`, `plan/`, `emit/`), showing it (`inspect.ts`).
 */
import { loadBoards, type ResolvedBoard } from '../boards/index.js';
import { DETECTOR_PRESETS, detectorSpec } from '../detector/settings.js';
import { inputError, KwsError, type Problem } from '../diagnostics/errors.js';
import { checkBudget, type ModelCost } from '../emit/budget.js';
import { tflmProblems } from '../emit/tflm.js';
import { tflmArenaBytes } from '../emit/tflm-arena.js';
import { chooseTflm } from '../emit/tflm-library.js';
import { FRONTEND_PRESETS } from '../frontend/spec.js';
import type { Model } from '../model/types.js';
import { requireInt8 } from '../passes/int8.js';
import { unsupportedOperators } from '../passes/support.js';
import { planModel } from '../plan/plan.js';
import { guessFrontend } from '../project/fit.js';
import type { ResolvedProject, Runtime } from '../project/types.js';

/** Of the compiled runtime: bytes of constants, arena and state, without code. */
export interface Needs {
  readonly flash: number;
  readonly arena: number;
  readonly state: number;
}

export interface Candidate {
  readonly board: string;
  readonly runtimes: readonly Runtime[];
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

export function boardsFor(model: Model): Verdict {
  const plan = attempt(() => {
    refuseAny(unsupportedOperators(requireInt8(model), 'aot'));
    return planModel(model);
  });
  const costs: Readonly<Record<Runtime, Cost>> = {
    aot() {
      if ('error' in plan) throw plan.error;
      return { flash: plan.value.cost.constantBytes, ram: plan.value.cost.ramBytes };
    },
    tflm(board) {
      refuseAny(unsupportedOperators(requireInt8(model), 'tflm'));
      const library = chooseTflm(board, undefined);
      refuseAny(tflmProblems(model, library));
      const pointerBytes = board.core === 'host' ? 8 : 4;
      const ram = tflmArenaBytes(model, { pointerBytes, legacy: library.legacy });
      return { flash: model.source.bytes.length, ram };
    },
  };
  return {
    needs: 'error' in plan ? undefined : needsOf(plan.value),
    boards: [...loadBoards().values()].map((board) => candidate(model, board, costs)),
  };
}

const needsOf = ({ arena, state, cost }: ReturnType<typeof planModel>): Needs => ({
  flash: cost.constantBytes,
  arena: arena.bytes,
  state: state.bytes,
});

function candidate(model: Model, board: ResolvedBoard, costs: Readonly<Record<Runtime, Cost>>): Candidate {
  const tried = (Object.keys(costs) as Runtime[]).map((runtime) => {
    const { name } = model;
    const check = () =>
      checkBudget({ project: alone(model), board, models: [{ name, ...costs[runtime](board) }] });
    return { runtime, ...attempt(check) };
  });
  return {
    board: board.id,
    runtimes: tried.flatMap((one) => ('error' in one ? [] : [one.runtime])),
    refused: tried.flatMap((one) =>
      'error' in one ? [{ runtime: one.runtime, ...one.error.problems[0]! }] : [],
    ),
  };
}

/** The smallest project with it. */
function alone(model: Model): ResolvedProject {
  const preset = guessFrontend(model).candidates[0] ?? 'none';
  const detector = detectorSpec(DETECTOR_PRESETS.general, { stepMs: 10, hop: 1 }, [0]);
  return {
    name: model.name,
    frontend: FRONTEND_PRESETS[preset],
    models: [{ name: model.name, model, labels: [], detector, hop: 1 }],
  };
}

function refuseAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw inputError(problems);
}

function attempt<T>(run: () => T): { readonly value: T } | { readonly error: KwsError } {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof KwsError) return { error };
    throw error;
  }
}
