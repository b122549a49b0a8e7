/**
 * Whether models that see whole windows compute at a hop only what is new: where it is wanted, possible, worth it and
 * fits the board; and what there is to say about it.
 *
 * Owns: that decision. Leaves to others: what can be kept (`plan/sliding.ts`), memory (`plan/`, `budget.ts`), when a
 * model is called for a hop (kws_app).
 */
import type { ResolvedBoard } from '../boards/types.js';
import { normalizesWindow } from '../frontend/spec.js';
import { isStreaming } from '../model/fit.js';
import { planModel, windowLimits } from '../plan/plan.js';
import type { ModelPlan } from '../plan/types.js';
import type { ResolvedModel, ResolvedProject } from '../project/types.js';
import { leastBudget } from './budget.js';
import { modelFrames, takesTransposed } from './buffers.js';

/** What became of a model's window, as plain data. */
export interface WindowReport {
  readonly model: string;
  /** Whether hops compute only what is new. */
  readonly taken: boolean;
  /** Multiply-accumulates of a whole window and at a hop; absent where nothing can be kept. */
  readonly macs?: { readonly whole: number; readonly hop: number };
  /** Bytes of RAM and of constants beyond those of whole windows; absent where nothing can be kept. */
  readonly bytes?: number;
  /** Why it is not taken, or what keeps it from saving more. */
  readonly notes: readonly string[];
}

interface PlannedWindow {
  readonly plan: ModelPlan;
  /** Undefined for models whose windows do not overlap: streaming ones, and inputs that are pushed. */
  readonly report: WindowReport | undefined;
}

/** Less than this part of the multiplications saved is not worth any memory. */
const LEAST_SAVED = 0.1;
/** This part of a board's RAM is left to its framework, which no budget knows. */
const LEFT_FREE = 1 / 4;

interface Candidate {
  readonly entry: ResolvedModel;
  readonly whole: ModelPlan;
  readonly hops: ModelPlan | undefined;
  readonly notes: readonly string[];
}

/** Why frames that wait do not become inputs that slide. */
function obstacle(project: ResolvedProject, entry: ResolvedModel): string | undefined {
  const { frontend } = project;
  if (entry.incremental === 'off') return 'turned off in kws.json';
  if (frontend.kind !== 'none' && normalizesWindow(frontend))
    return 'the front end normalises over the whole window, so that all of it changes';
  if (takesTransposed(project, entry)) return 'its input has all frames of one channel after the other';
  return undefined;
}

function candidateOf(project: ResolvedProject, board: ResolvedBoard, entry: ResolvedModel): Candidate {
  const { model, hop } = entry;
  const window = { frames: modelFrames(project, entry), hop };
  const whole = planModel(model, board.target);
  const why = obstacle(project, entry);
  if (why !== undefined) return { entry, whole, hops: undefined, notes: [why] };
  const hops = planModel(model, board.target, window);
  if (hops.sliding !== undefined) return { entry, whole, hops, notes: hops.sliding.limits };
  const limits = windowLimits(model, window);
  const nothing = 'no row of any layer is the same from one window to the next';
  return { entry, whole, hops: undefined, notes: limits.length > 0 ? limits : [nothing] };
}

const bytesMore = ({ whole, hops }: Candidate): number =>
  hops === undefined
    ? 0
    : hops.cost.ramBytes + hops.cost.constantBytes - whole.cost.ramBytes - whole.cost.constantBytes;

/** What `auto` does not take by itself: what saves too little. */
function worth({ entry, hops }: Candidate): boolean {
  if (hops?.sliding === undefined) return false;
  const { macs } = hops.sliding;
  return entry.incremental === 'on' || macs.hop <= (1 - LEAST_SAVED) * macs.whole;
}

function fits(project: ResolvedProject, board: ResolvedBoard, plans: readonly ModelPlan[]): boolean {
  const models = plans.map(({ name, cost }) => ({ name, flash: cost.constantBytes, ram: cost.ramBytes }));
  const { ram, flash } = leastBudget({ project, board, runtime: 'aot', models });
  return ram.models + ram.rest <= (1 - LEFT_FREE) * ram.total && flash.models + flash.rest <= flash.total;
}

/** Plans of all models on a board; those whose windows slide as far as the board has room, the cheapest first. */
export function planWindows(project: ResolvedProject, board: ResolvedBoard): readonly PlannedWindow[] {
  const slides = (entry: ResolvedModel) =>
    project.frontend.kind !== 'none' && !isStreaming(entry.model) && entry.hop < modelFrames(project, entry);
  const candidates = project.models.map((entry) =>
    slides(entry) ? candidateOf(project, board, entry) : undefined,
  );
  const plans = project.models.map(({ model }, i) => candidates[i]?.whole ?? planModel(model, board.target));
  const tooMuch = new Set<Candidate>();
  const order = candidates.flatMap((one, i) => (one && worth(one) ? [{ one, i }] : []));
  for (const { one, i } of order.sort((a, b) => bytesMore(a.one) - bytesMore(b.one))) {
    const tried = plans.with(i, one.hops!);
    if (one.entry.incremental === 'on' || fits(project, board, tried)) plans[i] = one.hops!;
    else tooMuch.add(one);
  }
  return plans.map((plan, i) => {
    const one = candidates[i];
    return { plan, report: one && reportOf(one, plan, tooMuch.has(one) ? board : undefined) };
  });
}

/** A project with its plans on a board, for estimates. */
export function withPlans<P extends ResolvedProject>(project: P, board: ResolvedBoard) {
  return { ...project, plans: () => planWindows(project, board).map(({ plan }) => plan) };
}

/** @param without room there, where it was not taken for that */
function reportOf(one: Candidate, plan: ModelPlan, without: ResolvedBoard | undefined): WindowReport {
  const { entry, hops, notes } = one;
  const { name: model } = entry;
  if (hops?.sliding === undefined) return { model, taken: false, notes };
  const numbers = { macs: hops.sliding.macs, bytes: bytesMore(one) };
  if (plan === hops) return { model, taken: true, ...numbers, notes };
  const why = without ? [`${without.name} has too little RAM left`] : ['it would save too little'];
  return { model, taken: false, ...numbers, notes: [...why, ...notes] };
}

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
const millions = (macs: number): string => `${(macs / 1e6).toFixed(2)} M`;

/** For the user: a line, and one for each note. */
export function windowLines({ model, taken, macs, bytes = 0, notes }: WindowReport): readonly string[] {
  const numbers =
    macs &&
    `${millions(macs.hop)} of ${millions(macs.whole)} multiplications, for ${kilobytes(bytes)} of memory`;
  const whole = `${model} at a hop: the whole window`;
  const first = taken
    ? `${model} at a hop: ${numbers}`
    : numbers
      ? `${whole}; what is new: ${numbers}`
      : whole;
  return [first, ...notes.map((note) => `  ${note}`)];
}
