/**
 * A trained project → its operating point, and what it does on clips that it was neither taught nor tuned with.
 *
 * Owns: which clips say what. Leaves to others: running and counting (`evaluate/`).
 */
import { countable, evaluate } from '../evaluate/evaluate.js';
import type { RanAll } from '../evaluate/run.js';
import { createCounter } from '../evaluate/sweep/count.js';
import type { Setting } from '../evaluate/sweep/grid.js';
import type { TunedModel } from '../evaluate/tune/tune.js';
import { tune } from '../evaluate/tune/tune.js';
import type { LoadedProject } from '../project/resolve.js';
import { accepted, fired as firedOf, type JudgedClip, missed as missedOf, WEIGHTS } from './figures.js';
import type { CutoffRow, Figure } from './types.js';

export interface Clips {
  readonly word: readonly JudgedClip[];
  /** Speech without the word. */
  readonly talk: readonly JudgedClip[];
}

export interface TuneClips extends Clips {
  /** What sounds like the word. */
  readonly alike: readonly JudgedClip[];
  /** Other words, each alone in its recording. */
  readonly single: readonly JudgedClip[];
}

interface Options {
  readonly progress?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Tuned {
  readonly model: TunedModel;
  readonly setting: Setting;
  /** Whether the budget is met. */
  readonly met: boolean;
}

/** The setting for the budget that misses least and is fooled least, or the strictest where none meets it. */
export async function operatingPoint(
  project: LoadedProject,
  { word, talk, alike, single }: TuneClips,
  { maxFaPerHour, ...options }: Options & { readonly maxFaPerHour: number },
): Promise<Tuned> {
  const label = project.models[0]!.labels.at(-1)!;
  const tuning = await tune(project, {
    positives: word.map((clip) => ({ ...clip, label })),
    negatives: talk,
    others: [
      { clips: alike, weight: WEIGHTS.near },
      { clips: single, weight: WEIGHTS.single },
    ],
    expected: true,
    maxFaPerHour,
    ...defined(options),
  });
  const model = tuning.models[0]!;
  if (model.setting !== null) return { model, setting: model.setting, met: true };
  const { cutoff, window } = model.nearest!;
  return {
    model,
    setting: { cutoff, window, refractorySteps: model.model.detector.refractorySteps },
    met: false,
  };
}

export interface Judged {
  readonly figures: readonly Figure[];
  readonly cutoffs: readonly CutoffRow[];
}

/** Every group of clips, counted, and all of them at other cutoffs. */
export async function judged(
  project: LoadedProject,
  { word, talk }: Clips,
  options: Options,
): Promise<Judged> {
  if (word.length + talk.length === 0) return { figures: [], cutoffs: [] };
  const label = project.models[0]!.labels.at(-1)!;
  // Names must tell clips apart.
  const named = (clip: JudgedClip) => ({ path: clip.path, bytes: clip.bytes, name: clip.path });
  const { report, ran } = await evaluate(project, {
    positives: word.map((clip) => ({ ...named(clip), label })),
    negatives: talk.map(named),
    ...defined(options),
  });
  const missed = new Map(report.clips.map(({ clip, detected }) => [clip, !detected]));
  const fired = new Map(report.recordings.map((one) => [one.clip, one]));
  const outcomes = talk.flatMap((clip) => {
    const outcome = fired.get(clip.path);
    if (outcome === undefined) return [];
    return [{ clip: { ...clip, seconds: outcome.seconds }, falseAccepts: outcome.falseAccepts }];
  });
  const near = (clip: JudgedClip) => clip.single === true;
  const figures = [
    ...missedOf(
      word.filter(({ path }) => missed.has(path)).map((clip) => [clip.groups, missed.get(clip.path)!]),
    ),
    ...firedOf(
      outcomes
        .filter(({ clip }) => near(clip))
        .map(({ clip, falseAccepts }) => [clip.groups, falseAccepts > 0]),
    ),
    ...accepted(
      outcomes.filter(({ clip }) => !near(clip)).map(({ clip, falseAccepts }) => [clip, falseAccepts]),
    ),
  ];
  const alike = new Set(talk.filter(near).map(({ path }) => path));
  return { figures, cutoffs: cutoffRows(project, ran, alike) };
}

/** Cutoffs that are shown beside the own one. */
const CUTOFFS = [0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3];

/** @param near which files sound like the word */
function cutoffRows(project: LoadedProject, ran: RanAll, near: ReadonlySet<string>): readonly CutoffRow[] {
  const { detector } = project.models[0]!;
  const counter = createCounter(countable(ran, ran.channels.wake[0]!));
  const clips = ran.negatives.map(({ file, recording: { seconds } }) => ({
    isNear: near.has(file.path),
    seconds,
  }));
  const nearClips = clips.filter((one) => one.isNear).length;
  const hours = clips.reduce((sum, one) => sum + (one.isNear ? 0 : one.seconds), 0) / 3600;
  const rows = [...new Set([detector.cutoff, ...CUTOFFS])].sort((a, b) => b - a);
  const counted = rows.map((cutoff): CutoffRow => {
    const { misses, clips: words, accepts = [] } = counter({ ...detector, cutoff }, true);
    const fired = clips.filter((one, i) => one.isNear && accepts[i]! > 0).length;
    const falseAccepts = clips.reduce((sum, one, i) => sum + (one.isNear ? 0 : accepts[i]!), 0);
    const own = cutoff === detector.cutoff;
    return { cutoff, own, missed: misses, words, fired, near: nearClips, falseAccepts, hours };
  });
  // Where another label would have to be the likelier one, a lower cutoff changes nothing.
  return counted.filter((row, i) => row.own || i === 0 || !sameCounts(row, counted[i - 1]!));
}

const sameCounts = (a: CutoffRow, b: CutoffRow): boolean =>
  a.missed === b.missed && a.fired === b.fired && a.falseAccepts === b.falseAccepts;

const defined = ({ progress, signal }: Options) => ({
  ...(progress === undefined ? {} : { progress }),
  ...(signal === undefined ? {} : { signal }),
});
