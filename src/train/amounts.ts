/** How much of everything: the usual run, and a short one that shows that all of it works. */
import type { Recipe } from './fit.js';
import { RECIPE } from './fit.js';
import type { Role } from './voices/types.js';
import type { Said } from './words/orders.js';

export interface Amounts {
  readonly clips: Readonly<Record<Role, Readonly<Record<Said, number>>>>;
  /** How often everything is heard anew: another room, microphone, noise, pace. */
  readonly rounds: number;
  readonly recipe: Recipe;
}

const FULL: Amounts = {
  clips: {
    train: { word: 1200, near: 1300, talk: 1300 },
    // Of talk as much as costs little: a cutoff that lets none of a fifth of an hour through lets more through than
    // is asked for. It is only said and heard, not learned from.
    tune: { word: 150, near: 100, talk: 1200 },
    judge: { word: 250, near: 250, talk: 600 },
  },
  rounds: 3,
  recipe: RECIPE,
};

const QUICK: Amounts = {
  clips: {
    train: { word: 200, near: 80, talk: 110 },
    tune: { word: 24, near: 16, talk: 24 },
    judge: { word: 24, near: 16, talk: 16 },
  },
  rounds: 1,
  // So short a training cannot tell near words apart: it is to hear the word first.
  recipe: {
    ...RECIPE,
    steps: 600,
    batch: 128,
    others: { ...RECIPE.others, near: 0.15 },
    hard: 0.1,
    sample: 6000,
    minings: [0.5],
  },
};

/** From so many recordings on people are much of what is learned: there is more to learn, and each says less of it. */
const MANY_RECORDINGS = 1000;

const MANY: Amounts = { ...FULL, rounds: 2, recipe: { ...RECIPE, steps: 5000 } };

/** @param recordings of people, with the word and without, that can be used */
export function amountsOf({ quick }: { readonly quick: boolean }, recordings: number): Amounts {
  if (quick) return QUICK;
  return recordings >= MANY_RECORDINGS ? MANY : FULL;
}
