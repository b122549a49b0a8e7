/**
 * How busy a board is with what a project asks of it: estimated before anything is compiled.
 *
 * Owns: the sum over front end, models and the capture of audio. Leaves to others: instructions (`instructions.ts`,
 * `frontend.ts`), cycles per instruction (`cycles.ts`), what is said about it (`commands/`).
 */
import type { InstructionSet, Target } from '../boards/cores.js';
import type { ResolvedBoard } from '../boards/types.js';
import { KwsError } from '../diagnostics/errors.js';
import { type FrontendSpec, frameChannels, stepMs } from '../frontend/spec.js';
import { chooseKernel } from '../lowering/choose.js';
import { lowerModel } from '../lowering/lower.js';
import { elementCount } from '../model/elements.js';
import type { Runtime } from '../model/runtime.js';
import type { Model } from '../model/types.js';
import { planModel } from '../plan/plan.js';
import type { ModelPlan } from '../plan/types.js';
import { CYCLES_PER_INSTRUCTION } from './cycles.js';
import { frontendInstructions } from './frontend.js';
import { compiledInstructions, interpretedInstructions } from './instructions.js';

/** What a board is asked to do again and again. */
interface Task {
  readonly name: string;
  /** Instructions each time. */
  readonly instructions: number;
  /** Milliseconds each time. */
  readonly ms: number;
  /** Milliseconds from one time to the next. */
  readonly everyMs: number;
}

export interface LoadEstimate {
  readonly board: string;
  readonly runtime: Runtime;
  readonly clockHz: number;
  readonly cyclesPerInstruction: number;
  /** Where that factor comes from. */
  readonly source: string;
  /** The front end, then the models in their order. A model's time includes its window's. */
  readonly tasks: readonly Task[];
  /** Part of the processor that the capture of audio takes. */
  readonly capture: number;
  /** Mean milliamperes of processor and microphone, where the board file has their figures. */
  readonly milliamps?: number;
  /** Part of the processor in all; over 1 it falls behind. Every gated model counts as if it always ran. */
  readonly load: number;
}

export interface LoadInput {
  readonly frontend: FrontendSpec;
  readonly models: readonly { readonly name: string; readonly model: Model; readonly hop: number }[];
  /** Of the compiled runtime where hops may compute only what is new: a plan per model. */
  readonly plans?: () => readonly ModelPlan[];
}

/** Instructions of an inference that are known better than by an estimate, by the model's name. */
type Counted = ReadonlyMap<string, number>;

/** A board that is nearly always busy has no time for what nobody counted. */
export const HIGH_LOAD = 0.7;

/**
 * Undefined where it cannot be told: without a front end nothing comes at a rate, virtual boards have no clock of their
 * own, nobody counted instructions on some cores, and some models a runtime does not compute.
 */
export function estimateLoad(
  input: LoadInput,
  board: ResolvedBoard,
  runtime: Runtime,
  counted: Counted = new Map(),
): LoadEstimate | undefined {
  if (board.kind !== 'real') return undefined;
  try {
    return loadOf(input, board, runtime, counted);
  } catch (error) {
    // What a model lacks is said where firmware is made of it.
    if (error instanceof KwsError) return undefined;
    throw error;
  }
}

function loadOf(
  { frontend, models, plans }: LoadInput,
  board: ResolvedBoard,
  runtime: Runtime,
  counted: Counted,
): LoadEstimate | undefined {
  const { clockHz, instructionSet, core } = board.target;
  const cycles = CYCLES_PER_INSTRUCTION[core];
  if (frontend.kind === 'none' || cycles === undefined) return undefined;
  const step = stepMs(frontend);
  const msOf = (instructions: number): number => (1000 * instructions * cycles.factor) / clockHz;
  const task = (name: string, instructions: number, everyMs: number): Task => ({
    name,
    instructions,
    ms: msOf(instructions),
    everyMs,
  });
  const hop = frontendInstructions(frontend, 1, instructionSet)?.hop;
  if (hop === undefined) return undefined;
  const tasks: Task[] = [task('features', hop, step)];
  const planned = runtime === 'aot' ? plans?.() : undefined;
  for (const [i, { name, model, hop: steps }] of models.entries()) {
    const plan = planned?.[i];
    const whole = counted.get(name) ?? modelInstructions(model, board, runtime, plan);
    const own = whole && Math.round(whole * hopShare(plan, instructionSet));
    const frames = elementCount(model.tensors[model.inputs[0]!]!.shape) / frameChannels(frontend);
    const window = frontendInstructions(frontend, frames, instructionSet)?.window;
    if (own === undefined || window === undefined) return undefined;
    tasks.push(task(name, own + window, steps * step));
  }
  const capture = board.microphone?.load ?? 0;
  const load = tasks.reduce((sum, { ms, everyMs }) => sum + ms / everyMs, capture);
  const { factor, source } = cycles;
  const milliamps = milliampsOf(board, load);
  return {
    board: board.id,
    runtime,
    clockHz,
    cyclesPerInstruction: factor,
    source,
    tasks,
    capture,
    load,
    ...(milliamps === undefined ? {} : { milliamps }),
  };
}

/** The part of a whole inference that one at a hop is, all but the first. */
function hopShare(plan: ModelPlan | undefined, instructionSet: InstructionSet): number {
  if (plan?.sliding === undefined) return 1;
  const [hop, whole] = [plan.sliding.steps, plan.steps].map((steps) =>
    compiledInstructions(steps, instructionSet),
  );
  return hop === undefined || whole === undefined ? 1 : hop / whole;
}

/** A processor that sleeps takes nothing that counts beside these. */
function milliampsOf({ power, clockHz }: ResolvedBoard, load: number): number | undefined {
  if (power === undefined) return undefined;
  const active = Math.min(load, 1) * power.activeMicroampsPerMegahertz * (clockHz / 1e6);
  return (active + power.microphoneMicroamps) / 1000;
}

/**
 * Instructions of one whole inference; undefined where the core's kernels were not counted.
 * @param plan of the compiled runtime, where there is one already
 */
export function modelInstructions(
  model: Model,
  { target }: Pick<ResolvedBoard, 'target'>,
  runtime: Runtime,
  plan?: ModelPlan,
): number | undefined {
  if (runtime === 'tflm') return interpretedInstructions(lowerModel(model), target.instructionSet);
  return compiledInstructions((plan ?? planModel(model, target)).steps, target.instructionSet);
}

/** Instructions of whole inferences in the kernels that a target runs, without the time that a plan takes. */
const unplanned = new WeakMap<Model, Map<string, number | undefined>>();

function unplannedInstructions(
  model: Model,
  { target }: ResolvedBoard,
  runtime: Runtime,
): number | undefined {
  const known = unplanned.get(model) ?? new Map<string, number | undefined>();
  unplanned.set(model, known);
  const key = `${runtime} ${target.instructionSet}`;
  if (!known.has(key)) known.set(key, countUnplanned(model, target, runtime));
  return known.get(key);
}

function countUnplanned(model: Model, target: Target, runtime: Runtime): number | undefined {
  try {
    const calls = lowerModel(model);
    if (runtime === 'tflm') return interpretedInstructions(calls, target.instructionSet);
    return compiledInstructions(
      [{ calls: calls.map((call) => chooseKernel(call, target)) }],
      target.instructionSet,
    );
  } catch (error) {
    // An operator that only the interpreter computes.
    if (error instanceof KwsError) return undefined;
    throw error;
  }
}

/**
 * Milliseconds of one step of the front end and one whole inference of every model, one after the other; more than
 * it takes where a plan saves moves. Undefined where nobody counted on the board's core.
 */
export function estimateStretch(
  { frontend, models }: Pick<LoadInput, 'frontend' | 'models'>,
  board: ResolvedBoard,
  runtime: Runtime,
): number | undefined {
  const { clockHz, instructionSet, core } = board.target;
  const cycles = CYCLES_PER_INSTRUCTION[core];
  if (frontend.kind === 'none' || cycles === undefined) return undefined;
  let instructions = frontendInstructions(frontend, 1, instructionSet)?.hop;
  for (const { model } of models) {
    const frames = elementCount(model.tensors[model.inputs[0]!]!.shape) / frameChannels(frontend);
    const own = unplannedInstructions(model, board, runtime);
    const window = frontendInstructions(frontend, frames, instructionSet)?.window;
    if (instructions === undefined || own === undefined || window === undefined) return undefined;
    instructions += own + window;
  }
  return instructions && (1000 * instructions * cycles.factor) / clockHz;
}
