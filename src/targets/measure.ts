/**
 * What firmware takes of a board, measured: built for a virtual board, or a real board's twin, run there with its
 * instructions counted.
 *
 * Owns: one measurement. Leaves to others: what is said of it, and estimates without a build (`estimate/`).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withPlans } from '../emit/incremental.js';
import { estimateLoad, type LoadEstimate } from '../estimate/load.js';
import { tensorBytes } from '../model/elements.js';
import type { Session } from '../protocol/session.js';
import type { Aim } from './aim.js';
import type { Progress, Stages, Usage } from './stages.js';

export interface Measured {
  readonly flash: Usage;
  readonly ram: Usage;
  /** Of one inference, the mean of a few. */
  readonly models: readonly { readonly name: string; readonly instructions: number }[];
  /** With these instead of the estimated instructions; absent where it cannot be told. */
  readonly load?: LoadEstimate;
}

/** 2^6 ns of the virtual clock for each instruction: exact on every virtual board. */
export const ICOUNT = 6;
const INFERENCES = 3;

/**
 * Mean instructions of `runs` runs, on a virtual board that was started with `ICOUNT`.
 * @param ticks of the board's counter, in all
 * @param tps ticks per second of that counter
 */
export function instructionsOf(ticks: number, tps: number, runs: number): number {
  return Math.round((ticks * 1e9) / tps / 2 ** ICOUNT / Math.max(runs, 1));
}

/**
 * Builds firmware in a folder of its own and counts inferences of every model over zeros: kernels take the same
 * whatever the values are, but for a few instructions.
 *
 * @param aim a virtual board or a twin
 * @throws KwsError as its stages do; exit code 3 where the virtual board does not answer
 */
export async function measureFirmware(
  aim: Aim,
  stages: Pick<Stages, 'render' | 'trust' | 'write' | 'build' | 'count' | 'open'>,
  progress: Progress,
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'kws-measure-'));
  try {
    const firmware = await stages.render(aim);
    await stages.trust?.(aim, firmware, folder);
    await stages.write(firmware, folder);
    const { flash, ram } = await stages.build(aim, folder, progress);
    const running = await stages.count(aim, folder, progress, ICOUNT);
    try {
      const session = await stages.open(running, progress.signal ?? new AbortController().signal);
      try {
        const models = await countInferences(session, aim);
        const load = measuredLoad(aim, models);
        return { flash, ram, models, ...(load === undefined ? {} : { load }) };
      } finally {
        await session.close();
      }
    } finally {
      await running.stop?.();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function countInferences(session: Session, { project }: Aim): Promise<Measured['models']> {
  await session.hello();
  await session.command('reset');
  for (const [index, { model }] of project.models.entries()) {
    const bytes = new Uint8Array(tensorBytes(model.tensors[model.inputs[0]!]!));
    for (let i = 0; i < INFERENCES; i++) await session.input(index, bytes);
  }
  const { models, tps } = await session.stats();
  return project.models.map(({ name }, index) => {
    const { sum, n } = models[index]!;
    return { name, instructions: instructionsOf(sum, tps, n) };
  });
}

/** The load with what was counted of the models. */
function measuredLoad({ project, runtime, realBoard }: Aim, models: Measured['models']) {
  const counted = new Map(models.map(({ name, instructions }) => [name, instructions]));
  return estimateLoad(withPlans(project, realBoard), realBoard, runtime, counted);
}
