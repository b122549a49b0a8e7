/** Sources → parts of features, group by group: what a fold's models must not hear is never mixed with the rest. */
import type { IntegerFrontendSpec } from '../frontend/spec.js';
import type { Part } from './make-part.js';
import { makeParts, planPassages } from './parts.js';
import type { PassagePlan, Source } from './passages.js';

/** Sources that are heard together. */
export interface Group {
  /** Which part of the recordings by people it is; undefined for what every model may hear. */
  readonly fold: number | undefined;
  readonly sources: readonly Source[];
  /** Without the word, of which others talk in the background: of the same fold, or of voices. */
  readonly talk: readonly Source[];
  readonly plans: readonly PassagePlan[];
}

export interface FoldedPart extends Part {
  readonly fold: number | undefined;
}

/** A source, and the fold of the recordings that it is one of. */
export type Folded = readonly [source: Source, fold: number | undefined];

/** All of it in one group where there are no folds; otherwise a group per fold and one of voices. */
export function groupsOf(
  sources: readonly Folded[],
  folds: number,
  { rounds, seed }: { readonly rounds: number; readonly seed: number },
): readonly Group[] {
  const talkOf = (list: readonly Source[]) => list.filter(({ hasWord }) => !hasWord);
  const of = (fold: number | undefined) =>
    sources.filter(([, own]) => own === fold).map(([source]) => source);
  const voices = of(undefined);
  const group = (fold: number | undefined, own: readonly Source[], name: number | string): Group => ({
    fold,
    sources: own,
    talk: talkOf(fold === undefined ? own : [...own, ...voices]),
    plans: planPassages(own, rounds, name),
  });
  if (folds === 0)
    return [
      group(
        undefined,
        sources.map(([source]) => source),
        seed,
      ),
    ];
  return [
    ...Array.from({ length: folds }, (_, fold) => group(fold, of(fold), `${seed} fold ${fold}`)),
    group(undefined, voices, `${seed} voices`),
  ];
}

interface FeatureOptions {
  readonly folder: string;
  readonly frontend: IntegerFrontendSpec;
  readonly noises: readonly Source[];
  readonly progress: (part: number) => void;
  readonly signal?: AbortSignal | undefined;
}

export async function makeFeatures(
  groups: readonly Group[],
  { progress, ...options }: FeatureOptions,
): Promise<readonly FoldedPart[]> {
  const total = groups.reduce((sum, { plans }) => sum + plans.length, 0);
  const parts: FoldedPart[] = [];
  let before = 0;
  for (const { fold, talk, plans } of groups) {
    const done = (share: number) => progress((before + share * plans.length) / total);
    const made = await makeParts(plans, { ...options, talk, progress: (n, of) => done(n / Math.max(1, of)) });
    parts.push(...made.map((part) => ({ ...part, fold })));
    before += plans.length;
  }
  return parts;
}

/** What a model that leaves a fold out learns from. */
export const withoutFold = (parts: readonly FoldedPart[], left: number | undefined): readonly Part[] =>
  parts
    .filter(({ fold }) => fold === undefined || fold !== left)
    .map(({ frames, passages }) => ({ frames, passages }));
