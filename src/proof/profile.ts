/**
 * What each operator and each stage of the front end takes on a board: instructions where they can be counted (virtual
 * boards in QEMU), microseconds elsewhere.
 *
 * Owns: what the ticks mean. Leaves to others: counting them (kws_app/tracer.h), starting boards (`targets/`).
 */
import type { ResolvedProject } from '../project/types.js';
import type { TicksEvent } from '../protocol/events.js';
import type { Aim } from '../targets/aim.js';
import type { Stages } from '../targets/stages.js';
import type { ProofClip } from './prove.js';
import { type KernelTest, kernelNames, selfTest } from './self-test.js';
import { stageNames } from './stage-names.js';
import { onTracedBoard, proofNumbers, type VerifyOptions } from './verify.js';

/** Of one run of something. */
export interface Cost {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Runs that were counted. */
  readonly runs: number;
}

interface StageCost extends Cost {
  readonly name: string;
}

interface OperatorCost extends Cost {
  readonly index: number;
  readonly kind: string;
  /** What computes it; `tflm` and its kind in the interpreter. */
  readonly kernel?: string;
}

export interface ProfileReport {
  readonly board: string;
  readonly runtime: string;
  readonly build: string;
  readonly unit: 'instructions' | 'microseconds';
  readonly audioSeconds: number;
  /** Of a frame. */
  readonly frontend: readonly StageCost[];
  /** Of an inference. */
  readonly models: readonly {
    readonly name: string;
    readonly inference: Cost;
    readonly operators: readonly OperatorCost[];
  }[];
  /** Each kernel on inputs that are drawn. */
  readonly kernels: readonly KernelTest[];
  /** Whether all kernels were right. */
  readonly right: boolean;
}

/** 2^6 ns of the virtual clock for each instruction: exact on every virtual board. */
const ICOUNT = 6;

/**
 * @param clip at the rate of `proofNumbers`
 * @throws KwsError as the stages do; nothing is left running then
 */
export async function profileBoard(
  aim: Aim,
  clip: ProofClip,
  options: VerifyOptions,
  stages: Stages,
): Promise<ProfileReport> {
  const { arithmetic, captureRate } = proofNumbers(aim);
  const counts = aim.board.hal === 'virtual';
  const counting: Stages = counts
    ? { ...stages, upload: (target, folder, progress) => stages.count(target, folder, progress, ICOUNT) }
    : stages;
  return onTracedBoard(aim, options, counting, async (board) => {
    const { hello } = board;
    options.playing?.(clip.name);
    const { ticks, stats } = await board.ticks(clip.samples);
    const scale = counts ? 1e9 / 2 ** ICOUNT : 1e6;
    const costOf = ({ n, min, max, sum }: Pick<TicksEvent, 'n' | 'min' | 'max' | 'sum'>): Cost => {
      const unit = (value: number) => (value * scale) / stats.tps;
      return { mean: unit(sum / Math.max(n, 1)), min: unit(min), max: unit(max), runs: n };
    };
    const names = stageNames(aim.project.frontend, arithmetic);
    const kernels = await selfTest(board, aim.project, aim.board);
    return {
      board: hello.board,
      runtime: hello.runtime,
      build: hello.build,
      unit: counts ? 'instructions' : 'microseconds',
      audioSeconds: clip.samples.length / captureRate,
      frontend: ticks
        .filter(({ s }) => s === 'frame')
        .map((event) => ({ name: names[event.i] ?? `stage ${event.i}`, ...costOf(event) })),
      models: modelsOf(aim, ticks, costOf).map((operators, i) => ({
        name: aim.project.models[i]!.name,
        inference: costOf(stats.models[i]!),
        operators,
      })),
      kernels,
      right: kernels.every(({ answers, right }) => answers === right),
    };
  });
}

function modelsOf(
  { project, board, runtime }: Aim,
  ticks: readonly TicksEvent[],
  costOf: (event: TicksEvent) => Cost,
): readonly (readonly OperatorCost[])[] {
  const kernels = kernelNames(project, board, runtime === 'aot');
  const kindOf = ({ models }: ResolvedProject, model: number, index: number) =>
    models[model]!.model.operators.find((op) => op.index === index)?.kind ?? 'unknown';
  return project.models.map((_, model) =>
    ticks
      .filter(({ s, m }) => s === 'operator' && m === model)
      .map((event) => {
        const kernel = kernels[model]!.get(event.i);
        return {
          index: event.i,
          kind: kindOf(project, model, event.i),
          ...(kernel === undefined ? {} : { kernel }),
          ...costOf(event),
        };
      })
      .filter(({ kernel }) => kernel !== undefined),
  );
}
