/**
 * How the rate of rare events falls with their size, from the largest of them.
 *
 * Beyond a high threshold excesses are about exponential (the generalized Pareto distribution with shape 0; J. Pickands,
 * "Statistical inference using extreme order statistics", Annals of Statistics 3 (1975)); their mean over the k largest
 * is the maximum-likelihood estimate of its scale (B. M. Hill, same volume). For log-odds of a network's outputs.
 */

/** So many of the largest are looked at; fewer than the least are not worth a fit. */
const MOST = 40;
const LEAST = 8;

/**
 * @param sizes of events, falling
 * @param hours in which they happened, above 0
 * @returns events per hour that are larger than a size, an estimate; undefined where they are too few, or all alike
 */
export function fitTail(sizes: readonly number[], hours: number): ((size: number) => number) | undefined {
  const count = Math.min(sizes.length, MOST);
  if (count < LEAST || hours <= 0) return undefined;
  const threshold = sizes[count - 1]!;
  const scale = sizes.slice(0, count).reduce((sum, size) => sum + size - threshold, 0) / (count - 1);
  if (!(scale > 0)) return undefined;
  return (size) => (count / hours) * Math.exp((threshold - size) / scale);
}
