/** Counts of clips → figures with what they prove. */
import type { ClipFile } from '../evaluate/clips.js';
import { acceptRate, missRate } from '../evaluate/rates.js';
import type { Figure } from './types.js';

/** A clip and whatever it is to be counted among. */
export interface JudgedClip extends ClipFile {
  readonly groups: readonly string[];
  /** Of talk: a word or two, said alone. */
  readonly single?: boolean;
  /** Of talk. */
  readonly seconds?: number;
}

/**
 * How bad another word is that fires, in words that are missed: an ordinary word that somebody says by itself is as
 * bad; people rarely say what was sought out because it sounds like the word.
 */
export const WEIGHTS = { near: 0.2, single: 1 } as const;

/** "2 of 60 (3.3 %, 95 % 0.4…11.5)" */
function figureText({ what, count, among, low, high }: Omit<Figure, 'text'>): string {
  const number = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
  if (what !== 'false accepts') {
    const share = (value: number) => number(100 * value);
    const verb = what === 'misses' ? 'missed' : 'fired';
    return `${count} of ${among} ${verb} (${share(count / among)} %, 95 % ${share(low)}…${share(high)})`;
  }
  return `${count} in ${among.toFixed(2)} h (${number(count / among)} per hour, 95 % ${number(low)}…${number(high)})`;
}

const figure = (counted: Omit<Figure, 'text'>): Figure => ({ ...counted, text: figureText(counted) });

/** All first groups, then all second ones. */
function groupsOf(clips: readonly { readonly groups: readonly string[] }[]): readonly string[] {
  const levels = clips.reduce((most, { groups }) => Math.max(most, groups.length), 0);
  const ofLevel = (level: number) => clips.flatMap(({ groups }) => groups[level] ?? []);
  return [...new Set(Array.from({ length: levels }, (_, level) => ofLevel(level)).flat())];
}

/** Clips with what happened: group by group. */
type Outcome = readonly [groups: readonly string[], happened: boolean];

function shares(what: 'misses' | 'clips that fired', clips: readonly Outcome[]): readonly Figure[] {
  return groupsOf(clips.map(([groups]) => ({ groups }))).map((of) => {
    const own = clips.filter(([groups]) => groups.includes(of));
    const count = own.filter(([, happened]) => happened).length;
    const { low, high } = missRate(count, own.length);
    return figure({ of, what, count, among: own.length, low, high });
  });
}

export const missed = (clips: readonly Outcome[]): readonly Figure[] => shares('misses', clips);

/** Of single words: how many it is fooled by. */
export const fired = (clips: readonly Outcome[]): readonly Figure[] => shares('clips that fired', clips);

/** Of talk: how often an hour. */
export function accepted(
  clips: readonly (readonly [clip: Pick<JudgedClip, 'groups' | 'seconds'>, accepts: number])[],
): readonly Figure[] {
  return groupsOf(clips.map(([clip]) => clip)).map((of) => {
    const own = clips.filter(([{ groups }]) => groups.includes(of));
    const count = own.reduce((sum, [, accepts]) => sum + accepts, 0);
    const among = own.reduce((sum, [{ seconds = 0 }]) => sum + seconds, 0) / 3600;
    const { low, high } = acceptRate(count, among);
    return figure({
      of,
      what: 'false accepts',
      count,
      among,
      low,
      high: high ?? Number.POSITIVE_INFINITY,
    });
  });
}
