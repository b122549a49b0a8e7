/**
 * Recordings and a budget → an operating point for every wake-word model of a project.
 *
 * The budget is each model's own. Owns: what is tried, what the change costs. Leaves to others: the choice
 * among points (`choose.ts`), kws.json (`kws-json.ts`).
 */

import type { DetectorSpec } from '../../detector/spec.js';
import { inputError } from '../../diagnostics/errors.js';
import { stepMs } from '../../frontend/spec.js';
import type { ResolvedModel } from '../../project/types.js';
import type { ClipFile } from '../clips.js';
import { countable, operatingPoint, sweepPoint } from '../evaluate.js';
import type { RunningProject } from '../record/types.js';
import { defaultLeadMs, type RanAll, type RunOptions, runClips } from '../run.js';
import { countedBudget, expectedBudget } from '../sweep/budget.js';
import { type Chosen, choose, type OtherWords, withOthers } from '../sweep/choose.js';
import { type Countable, createCounter, sweep } from '../sweep/count.js';
import { bytesOf, families, type Grid, type Setting } from '../sweep/grid.js';
import type { OperatingPoint, SweepPoint } from '../types.js';

export interface TuneOptions extends RunOptions {
  readonly maxFaPerHour: number;
  /** Whether the budget holds for what a fit of the scores lets expect, in place of what was counted. */
  readonly expected?: boolean;
  /**
   * Recordings of other words, each alone. They are no part of the budget: of the settings within it the one is taken
   * for which the share of positives that are missed and the weighted shares of these that fire are least together.
   */
  readonly others?: readonly WeighedWords[];
  /** Whether the refractory time is chosen, too. */
  readonly refractory?: boolean;
}

interface WeighedWords extends Pick<OtherWords, 'weight'> {
  readonly clips: readonly ClipFile[];
}

/**
 * What is to be done with a model's setting:
 * - `measured`: written. False accepts bound its cutoff from below.
 * - `kept`: it stays. No other misses less within the budget, and recordings bound no cutoff at both ends.
 * - `arbitrary`: not written. The own one misses more, but false accepts bound no cutoff from below: any would do.
 * - `deaf`: not written. No setting hears any of the clips.
 * - `over-budget`: not written. No setting has so few false accepts.
 */
type Outcome = 'measured' | 'kept' | 'arbitrary' | 'deaf' | 'over-budget';

export interface TunedModel {
  readonly model: ResolvedModel;
  readonly outcome: Outcome;
  readonly before: OperatingPoint;
  /** null where no setting meets the budget. */
  readonly after: OperatingPoint | null;
  /** What `after` is, as the detector counts. */
  readonly setting: Setting | null;
  /** Cutoffs around it that are as good. */
  readonly plateau: { readonly low: number; readonly high: number } | null;
  /** Which of its ends recordings show; where they show none, it is that of the scale. */
  readonly measured: { readonly low: boolean; readonly high: boolean } | null;
  /** Where no setting meets the budget: the one with the fewest false accepts. */
  readonly nearest: SweepPoint | null;
}

export interface Tuning {
  readonly models: readonly TunedModel[];
  /** Models without positives stay as they are. */
  readonly untouched: readonly string[];
  readonly ran: RanAll;
}

const WINDOWS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
const REFRACTORIES_MS = [500, 750, 1000, 1500, 2000] as const;

/** What is tried of a detector: every cutoff of ten averaging windows, at its own refractory time and others. */
export function tuningGrid(detector: DetectorSpec, refractories: readonly number[] = []): Grid {
  return {
    families: families([...WINDOWS, detector.window], [...refractories, detector.refractorySteps]),
    cutoffs: bytesOf(254, 1),
  };
}

/** @throws KwsError (exit code 2) where no clip can be used, or no model has positives */
export async function tune(project: RunningProject, options: TuneOptions): Promise<Tuning> {
  const longest = options.refractory === true ? Math.max(...REFRACTORIES_MS) : 0;
  const leadMs = options.leadMs ?? Math.max(longest, defaultLeadMs(project));
  const ran = await runClips(project, { ...options, leadMs });
  const { others: sets = [], noise: _, ...rest } = options;
  const others: { readonly ran: RanAll; readonly weight: number }[] = [];
  for (const { clips, weight } of sets)
    if (clips.length > 0)
      others.push({
        ran: await runClips(project, { ...rest, leadMs, positives: [], negatives: clips }),
        weight,
      });
  const models: TunedModel[] = [];
  const untouched: string[] = [];
  for (const channel of ran.channels.wake) {
    const own = countable(ran, channel);
    const model = project.models[channel.index]!;
    if (own.positives.every(({ wanted }) => wanted === undefined)) untouched.push(model.name);
    else
      models.push(
        await tuneModel(
          model,
          { own, others: others.map(({ ran, weight }) => otherWords(countable(ran, channel), weight)) },
          ran,
          options,
        ),
      );
  }
  if (models.length === 0)
    throw inputError({
      what: 'no positive clip can be used',
      where: '--positives',
      next: 'give clips with the wake word (WAV or FLAC)',
    });
  return { models, untouched, ran };
}

async function tuneModel(
  model: ResolvedModel,
  { own, others }: { readonly own: Countable; readonly others: readonly OtherWords[] },
  { listening }: RanAll,
  { maxFaPerHour, expected, refractory, progress, signal }: TuneOptions,
): Promise<TunedModel> {
  const { frontend } = listening.project;
  const step = frontend.kind === 'none' ? 1 : stepMs(frontend);
  const { detector } = model;
  const refractories = refractory === true ? REFRACTORIES_MS.map((ms) => Math.ceil(ms / step)) : [];
  const points = await sweep(own, tuningGrid(detector, refractories), {
    progress: (done, of) => progress?.(`${model.name}: trying settings, ${done} of ${of}`),
    ...(signal === undefined ? {} : { signal }),
  });
  const before = operatingPoint(createCounter(own)(detector), step);
  const allows =
    expected === true
      ? expectedBudget(points, maxFaPerHour, own.hours)
      : countedBudget(maxFaPerHour, own.hours);
  const judged = withOthers(points, allows, others);
  const chosen = choose(judged, allows, detector);
  if (chosen === undefined) {
    const nearest = points.reduce((least, point) =>
      point.falseAccepts < least.falseAccepts ? point : least,
    );
    return {
      model,
      outcome: 'over-budget',
      before,
      after: null,
      setting: null,
      plateau: null,
      measured: null,
      nearest: sweepPoint(nearest, step),
    };
  }
  const { plateau, measured } = chosen;
  const point = points[judged.findIndex((one) => sameAs(one, chosen.point))] ?? chosen.point;
  return {
    model,
    outcome: outcomeOf({ ...chosen, point }),
    before,
    after: operatingPoint(point, step),
    setting: point,
    plateau,
    measured,
    nearest: null,
  };
}

/** Other words that have run. */
export function otherWords(ran: Countable, weight: number): OtherWords {
  const counter = createCounter(ran);
  return { clips: ran.negatives.length, weight, firing: (setting) => counter(setting).falseAccepts };
}

const sameAs = (a: Setting, b: Setting): boolean =>
  a.cutoff === b.cutoff && a.window === b.window && a.refractorySteps === b.refractorySteps;

function outcomeOf({ point, own, measured }: Chosen): Outcome {
  if (point.misses === point.clips) return 'deaf';
  if (own) return 'kept';
  return measured.low ? 'measured' : 'arbitrary';
}

/** Whether every model has a setting that recordings speak for, or none against. */
export function isSettled({ models }: Pick<Tuning, 'models'>): boolean {
  return models.every(({ outcome }) => outcome === 'measured' || outcome === 'kept');
}
