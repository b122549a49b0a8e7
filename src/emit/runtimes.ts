/**
 * Which runtime runs a model on a board, why another does not, and what to do then.
 *
 * Owns: the advice, which never names a runtime that refuses. Leaves to others: what the runtimes lack
 * (`verify/support.ts`), what a library gets wrong (`tflm.ts`), memory (`budget.ts`).
 */
import type { ResolvedBoard } from '../boards/types.js';
import { inputError, KwsError, type Problem } from '../diagnostics/errors.js';
import { lowerModel } from '../lowering/lower.js';
import { RUNTIMES, type Runtime } from '../model/runtime.js';
import type { Model } from '../model/types.js';
import { unsupportedOperators } from '../verify/support.js';
import { tflmProblems } from './tflm.js';
import { chooseTflm } from './tflm-library.js';

export interface RuntimeSite {
  readonly board: ResolvedBoard;
  /** Local folder of TensorFlow Lite Micro, absolute. */
  readonly tflmPath?: string | undefined;
}

/** Why a runtime does not run a model on the board, whatever its size; each with a way out that is no runtime. */
export function runtimeProblems(model: Model, runtime: Runtime, site: RuntimeSite): readonly Problem[] {
  try {
    const missing = unsupportedOperators(model, runtime);
    if (missing.length > 0) return missing.map((problem) => ({ ...problem, next: CHANGE }));
    if (runtime === 'tflm') return tflmProblems(model, chooseTflm(site.board, site.tflmPath));
    lowerModel(model);
    return [];
  } catch (error) {
    if (error instanceof KwsError) return error.problems;
    throw error;
  }
}

const CHANGE = 'change the model so that it does without';

/** The runtimes that run all of the models. */
export function runtimesOn(models: readonly Model[], site: RuntimeSite): readonly Runtime[] {
  return RUNTIMES.filter((runtime) =>
    models.every((model) => runtimeProblems(model, runtime, site).length === 0),
  );
}

/** The board's own runtime, or the other one where only that runs the models. */
export function preferredRuntime(models: readonly Model[], site: RuntimeSite): Runtime {
  const { defaultRuntime } = site.board;
  const able = runtimesOn(models, site);
  return able.includes(defaultRuntime) ? defaultRuntime : (able[0] ?? defaultRuntime);
}

/** @throws KwsError (exit code 2) where the runtime does not run the models on the board, with what does */
export function requireRuntime(models: readonly Model[], runtime: Runtime, site: RuntimeSite): void {
  const problems = models.flatMap((model) => runtimeProblems(model, runtime, site));
  if (problems.length > 0) throw inputError(withAdvice(problems, runtimesOn(models, site)));
}

/** @param able the runtimes that take all of it */
export function withAdvice(problems: readonly Problem[], able: readonly Runtime[]): readonly Problem[] {
  const [other] = able;
  if (other === undefined) return problems;
  const use = `use "runtime": "${other}"`;
  return problems.map((problem) => ({
    ...problem,
    next: problem.next === undefined ? use : `${use}, or ${problem.next}`,
  }));
}
