/** Seeded random numbers: the rows of the tests are the same on every machine. */

/** Returns a function that draws an integer from 0 up to `below` (at most 2^32). */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  const word = (): number => {
    // Linear congruential generator (Numerical Recipes), its high bits mixed down.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
  };
  return (below) => Math.floor((word() / 0x100000000) * below);
}
