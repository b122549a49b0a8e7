/**
 * "Did you mean …?": the known word nearest to a mistyped one.
 *
 * Leaves to others: what to say about it.
 */

const LONGEST = 100;

/** Edit distance with transposed neighbours counted as one (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, before[j - 2]! + 1);
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length]!;
}

const plain = (text: string) => text.slice(0, LONGEST).toLowerCase().replace(/[\s_]/g, '-');

/**
 * The candidate a user most likely meant, or undefined where none is near: letter case and the choice of
 * `-`, `_` or a space are no difference; beyond that a third of the letters (at least two) may be wrong,
 * or the word may be the beginning of exactly one candidate.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(word);
  const list = [...candidates];
  const allowed = Math.max(wanted.length < 3 ? 1 : 2, Math.floor(wanted.length / 3));
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const name of list) {
    const edits = distance(wanted, plain(name));
    if (edits <= allowed && edits < plain(name).length && (best === undefined || edits < best.edits))
      best = { name, edits };
  }
  if (best !== undefined) return best.name;
  const beginnings = wanted.length >= 3 ? list.filter((name) => plain(name).startsWith(wanted)) : [];
  return beginnings.length === 1 ? beginnings[0] : undefined;
}

/** Longer lists say no more than all of them. */
const MOST_MEANT = 8;

/** A `next` line for a word that is not among the candidates: those it is a part of, or the nearest, else all of them. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const list = [...candidates];
  const wanted = `-${plain(word)}-`;
  const whole = wanted.length > 3 ? list.filter((name) => `-${plain(name)}-`.includes(wanted)) : [];
  const near = nearest(word, list);
  const meant = whole.length > 0 && whole.length <= MOST_MEANT ? whole : near === undefined ? [] : [near];
  return meant.length === 0 ? `known are ${list.join(', ')}` : `did you mean ${meant.join(' or ')}?`;
}
