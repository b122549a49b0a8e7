/**
 * Whether models can fit a board at all, before minutes of compiling: their own bytes and the application's
 * buffers against what the board has. The code comes on top; the linker has the last word about that.
 */
import type { ResolvedBoard } from '../boards/types.js';
import { inputError, type Problem } from '../diagnostics/errors.js';
import type { Runtime } from '../model/runtime.js';
import type { ResolvedProject } from '../project/types.js';
import { bufferSizes } from './buffers.js';
import { serialBytes } from './serial.js';

export interface ModelCost {
  readonly name: string;
  /** Constant data. */
  readonly flash: number;
  /** Arena and state. */
  readonly ram: number;
}

export interface BudgetInput {
  readonly project: ResolvedProject;
  readonly board: ResolvedBoard;
  readonly runtime: Runtime;
  readonly models: readonly ModelCost[];
}

/** sizeof(MicroFrontend) and its tables; stack and application: below what any build has shown. */
const FRONTEND_RAM = 3 * 1024;
const FRONTEND_FLASH = 6 * 1024;
const LEAST_CODE = 12 * 1024;
const LEAST_STACK = 2 * 1024;

interface Budget {
  readonly flash: { readonly models: number; readonly rest: number; readonly total: number };
  readonly ram: { readonly models: number; readonly rest: number; readonly total: number };
}

/** The least that the firmware needs. */
export function leastBudget({ project, board, runtime, models }: BudgetInput): Budget {
  const sum = (pick: (model: ModelCost) => number) => models.reduce((total, model) => total + pick(model), 0);
  const buffers = bufferSizes(project, board, runtime);
  const frontend = project.frontend.kind === 'micro';
  return {
    flash: {
      models: sum(({ flash }) => flash),
      rest: LEAST_CODE + (frontend ? FRONTEND_FLASH : 0),
      total: board.flashBytes,
    },
    ram: {
      models: sum(({ ram }) => ram),
      rest:
        LEAST_STACK +
        buffers.featureBytes +
        buffers.windowBytes +
        2 * buffers.audioSamples +
        serialBytes(project) +
        (frontend ? FRONTEND_RAM : 0),
      total: board.ramBytes,
    },
  };
}

const kb = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;

/** @throws KwsError (exit code 2) that says how much is missing and what would fit */
export function checkBudget(input: BudgetInput): void {
  const budget = leastBudget(input);
  const problems: Problem[] = [];
  for (const [kind, { models, rest, total }] of [
    ['flash', budget.flash],
    ['RAM', budget.ram],
  ] as const) {
    const over = models + rest - total;
    if (over <= 0) continue;
    const parts = input.models.map(
      (model) => `${model.name} ${kb(kind === 'flash' ? model.flash : model.ram)}`,
    );
    const room = Math.max(0, total - rest);
    problems.push({
      what: `the firmware needs at least ${kb(over)} more ${kind} than ${input.board.name} has`,
      where: `${input.board.id}, ${kind}`,
      why: `${parts.join(', ')}; the application needs ${kb(rest)} at least; there are ${kb(total)}`,
      next:
        room === 0
          ? 'choose a larger board'
          : `models that need ${kb(room)} of ${kind} or less together would fit; or choose a larger board`,
    });
  }
  if (problems.length > 0) throw inputError(problems);
}
