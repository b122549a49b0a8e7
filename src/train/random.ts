/** Random numbers that are the same for the same seed, whatever else was drawn: every passage has its own. */

export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  uniform(low: number, high: number): number;
  /** Whole, low ≤ x < high. */
  integer(low: number, high: number): number;
  normal(mean: number, deviation: number): number;
  pick<T>(items: readonly T[]): T;
}

/** @param seed any text: "passage-3-17" */
export function createRandom(seed: string): Random {
  let state = hash(seed);
  // mulberry32: 32 bits of state are plenty for the draws of one passage.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const uniform = (low: number, high: number) => low + (high - low) * next();
  const integer = (low: number, high: number) => Math.floor(uniform(low, high));
  const normal = (mean: number, deviation: number) => {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * next());
  };
  return { next, uniform, integer, normal, pick: (items) => items[integer(0, items.length)]! };
}

/** The items in another order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = random.integer(0, i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

/** FNV-1a, and a round of mixing. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return value ^ (value >>> 13);
}
