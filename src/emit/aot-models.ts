/** The models of a project as C++ of the compiled runtime, and the kernels that they call. */
import type { ResolvedBoard } from '../boards/types.js';
import type { KernelName } from '../lowering/call.js';
import type { ResolvedProject } from '../project/types.js';
import { renderAotModel } from './aot.js';
import type { GeneratedBy } from './banner.js';
import { checkBudget } from './budget.js';
import { planWindows, type WindowReport } from './incremental.js';
import { renderKernelShape } from './kernel-shape.js';

export interface AotModels {
  /** File name → text. */
  readonly files: ReadonlyMap<string, string>;
  readonly kernels: ReadonlySet<KernelName>;
  /** Text of `KERNEL_SHAPE_FILE`; the library has it where one of the kernels reads it. */
  readonly kernelShape: string;
  /** What became of windows. */
  readonly windows: readonly WindowReport[];
}

export interface AotOptions {
  /** Identifier per model, in order. */
  readonly ids: readonly string[];
  readonly by: GeneratedBy;
  /** See `RenderOptions`. */
  readonly trace?: boolean;
}

/** @throws KwsError (exit code 2) where the board cannot hold them */
export function aotModels(project: ResolvedProject, board: ResolvedBoard, options: AotOptions): AotModels {
  const { ids, by, trace = false } = options;
  const windows = planWindows(project, board);
  const plans = windows.map(({ plan }) => plan);
  checkBudget({
    project,
    board,
    runtime: 'aot',
    models: plans.map(({ cost }, i) => ({
      name: project.models[i]!.name,
      flash: cost.constantBytes,
      ram: cost.ramBytes,
    })),
  });
  const files = new Map(
    plans.map((plan, i) => [
      `model_${ids[i]}.cpp`,
      renderAotModel({ plan, name: project.models[i]!.name, id: ids[i]!, by, trace }),
    ]),
  );
  const calls = plans.flatMap(({ steps, sliding }) =>
    [...steps, ...(sliding?.steps ?? [])].flatMap((step) => step.calls),
  );
  const kernels = new Set(calls.map(({ kernel }) => kernel));
  const kernelShape = renderKernelShape(calls, by);
  return { files, kernels, kernelShape, windows: windows.flatMap(({ report }) => report ?? []) };
}
