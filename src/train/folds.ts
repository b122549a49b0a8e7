/**
 * Cross-validation: every recording is judged by the model that never heard it, at an operating point that was
 * chosen on the other parts.
 *
 * Owns: what is pooled over the models. Leaves to others: running and counting (`evaluate/`).
 */
import { join } from 'node:path';
import { countable } from '../evaluate/evaluate.js';
import type { RunningProject } from '../evaluate/record/types.js';
import { runClips } from '../evaluate/run.js';
import { expectedBudget } from '../evaluate/sweep/budget.js';
import { choose, type OtherWords, withOthers } from '../evaluate/sweep/choose.js';
import { type Countable, createCounter, type Point, sweep } from '../evaluate/sweep/count.js';
import type { Setting } from '../evaluate/sweep/grid.js';
import { otherWords, tuningGrid } from '../evaluate/tune/tune.js';
import { CONDITIONS, underCondition } from './conditions.js';
import { accepted, fired, type JudgedClip, missed, WEIGHTS } from './figures.js';
import type { UsableRecording } from './recordings.js';
import type { Figure } from './types.js';

/** A model, and the recordings that it did not learn from. */
export interface Fold {
  readonly project: RunningProject;
  readonly word: readonly (JudgedClip & Pick<UsableRecording, 'sha256'>)[];
  readonly talk: readonly JudgedClip[];
}

export interface FoldOptions {
  readonly maxFaPerHour: number;
  /** What sounds like the word, of voices that no model learned from. */
  readonly alike: readonly JudgedClip[];
  /** For recordings as they would be elsewhere. */
  readonly folder: string;
  readonly progress?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface CrossValidated {
  readonly figures: readonly Figure[];
  /** Of each fold, chosen on the others. */
  readonly settings: readonly Setting[];
  /** Chosen on all of them; what it does on what it was chosen on is no figure. */
  readonly setting: Setting;
  readonly chosenOn: Point;
  readonly met: boolean;
  /** Names of recordings: words that were missed, talk that fired. */
  readonly missed: readonly string[];
  readonly fired: readonly string[];
}

/** What a fold's model did at every setting. */
interface Ran {
  readonly own: Countable;
  /** Words alone in their recordings. */
  readonly single: Countable;
  readonly others: readonly OtherWords[];
  readonly points: readonly Point[];
}

export async function crossValidated(
  folds: readonly Fold[],
  { maxFaPerHour, alike, folder, progress, signal }: FoldOptions,
): Promise<CrossValidated> {
  const common = signal === undefined ? {} : { signal };
  const said = (n: number) => (text: string) => progress?.(`model ${n + 1} of ${folds.length}: ${text}`);
  const label = ({ project }: Fold) => project.models[0]!.labels.at(-1)!;
  const run = async (
    fold: Fold,
    n: number,
    { word, talk }: { readonly word: readonly JudgedClip[]; readonly talk: readonly JudgedClip[] },
  ) => {
    const positives = word.map((clip) => ({ ...clip, label: label(fold) }));
    const ran = await runClips(fold.project, { ...common, positives, negatives: talk, progress: said(n) });
    return { ran, counted: countable(ran, ran.channels.wake[0]!) };
  };
  const all: Ran[] = [];
  const usable: (Pick<Fold, 'word' | 'talk'> & { readonly single: readonly JudgedClip[] })[] = [];
  for (const [n, fold] of folds.entries()) {
    const { ran, counted } = await run(fold, n, {
      word: fold.word,
      talk: fold.talk.filter((clip) => clip.single !== true),
    });
    const { ran: ranSingle, counted: single } = await run(fold, n, {
      word: [],
      talk: fold.talk.filter((clip) => clip.single === true),
    });
    const near = (await run(fold, n, { word: [], talk: alike })).counted;
    const words = new Map(fold.word.map((clip) => [clip.path, clip]));
    const talks = new Map(fold.talk.map((clip) => [clip.path, clip]));
    usable.push({
      word: ran.positives.map(({ file }) => words.get(file.path)!),
      talk: ran.negatives.map(({ file }) => talks.get(file.path)!),
      single: ranSingle.negatives.map(({ file }) => talks.get(file.path)!),
    });
    const grid = tuningGrid(fold.project.models[0]!.detector);
    all.push({
      own: counted,
      single,
      others: [otherWords(near, WEIGHTS.near), otherWords(single, WEIGHTS.single)],
      points: await sweep(counted, grid, common),
    });
  }
  const detector = folds[0]!.project.models[0]!.detector;
  const chosenOf = (some: readonly Ran[]) => chosen(some, maxFaPerHour, detector);
  const settings = folds.map((_, n) => chosenOf(all.filter((__, other) => other !== n)).point);
  const outcomes = settings.map((setting, n) => createCounter(all[n]!.own)(setting, true));
  const figures: Figure[] = [];
  const words = usable.flatMap(({ word }, n) =>
    word.map((clip, i) => ({ clip, bad: outcomes[n]!.missed![i] === 1 })),
  );
  const talks = usable.flatMap(({ talk }, n) =>
    talk.map((clip, i) => ({ clip, count: outcomes[n]!.accepts![i]! })),
  );
  const singles = usable.flatMap(({ single }, n) => {
    const { accepts } = createCounter(all[n]!.single)(settings[n]!, true);
    return single.map((clip, i) => ({ clip, count: accepts![i]! }));
  });
  figures.push(...missed(words.map(({ clip, bad }) => [clip.groups, bad])));
  for (const condition of CONDITIONS) {
    const changed: [readonly string[], boolean][] = [];
    for (const [n, fold] of folds.entries()) {
      const word: JudgedClip[] = [];
      for (const clip of usable[n]!.word) {
        signal?.throwIfAborted();
        word.push({ ...clip, path: await underCondition(clip, condition, join(folder, 'conditions')) });
      }
      const { counted } = await run(fold, n, { word, talk: [] });
      for (const bad of createCounter(counted)(settings[n]!, true).missed!)
        changed.push([[`kept out, ${condition[0]}`], bad === 1]);
    }
    figures.push(...missed(changed));
  }
  figures.push(
    ...accepted(talks.map(({ clip, count }) => [clip, count])),
    ...fired(singles.map(({ clip, count }) => [clip.groups, count > 0])),
  );
  const { point, met } = chosenOf(all);
  return {
    figures,
    settings,
    setting: point,
    chosenOn: point,
    met,
    missed: words.filter(({ bad }) => bad).map(({ clip }) => clip.name),
    fired: [...talks, ...singles].filter(({ count }) => count > 0).map(({ clip }) => clip.name),
  };
}

/** The setting for the budget over several models' recordings, or the strictest where none meets it. */
function chosen(
  some: readonly Ran[],
  maxFaPerHour: number,
  detector: Setting,
): { readonly point: Point; readonly met: boolean } {
  const points = pooled(some.map((one) => one.points));
  const hours = some.reduce((sum, { own }) => sum + own.hours, 0);
  const allows = expectedBudget(points, maxFaPerHour, hours);
  const judged = withOthers(points, allows, pooledWords(some.map(({ others }) => others)));
  const best = choose(judged, allows, detector);
  if (best !== undefined) {
    const point = points[judged.findIndex((one) => keyOf(one) === keyOf(best.point))] ?? best.point;
    return { point, met: true };
  }
  return {
    point: points.reduce((least, one) => (one.falseAccepts < least.falseAccepts ? one : least)),
    met: false,
  };
}

/** Kind by kind, over several models. */
function pooledWords(all: readonly (readonly OtherWords[])[]): readonly OtherWords[] {
  return (all[0] ?? []).map(({ weight }, kind) => {
    const own = all.map((others) => others[kind]!);
    return {
      weight,
      clips: own.reduce((sum, { clips }) => sum + clips, 0),
      firing: (setting) => own.reduce((sum, { firing }) => sum + firing(setting), 0),
    };
  });
}

const keyOf = ({ window, refractorySteps, cutoff }: Setting): string =>
  `${window} ${refractorySteps} ${cutoff}`;

/** Counts of equal settings together; those that a sweep did not come to are left out. */
export function pooled(sweeps: readonly (readonly Point[])[]): readonly Point[] {
  const [first = [], ...rest] = sweeps.map((points) => new Map(points.map((one) => [keyOf(one), one])));
  return [...first.values()].flatMap((point) => {
    const others = rest.flatMap((points) => points.get(keyOf(point)) ?? []);
    if (others.length < rest.length) return [];
    const sum = (field: 'clips' | 'misses' | 'repeats' | 'others' | 'falseAccepts' | 'hours') =>
      others.reduce((total, one) => total + one[field], point[field]);
    const { window, refractorySteps, cutoff } = point;
    return [
      {
        window,
        refractorySteps,
        cutoff,
        clips: sum('clips'),
        misses: sum('misses'),
        repeats: sum('repeats'),
        others: sum('others'),
        falseAccepts: sum('falseAccepts'),
        hours: sum('hours'),
      },
    ];
  });
}
