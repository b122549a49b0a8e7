/**
 * How long a board computes, from its own statistics; of a twin, from the estimate for the board it stands for.
 *
 * Leaves to others: limits (`checks.ts`).
 */
import type { LoadEstimate } from '../estimate/load.js';
import type { StatsEvent } from '../protocol/events.js';
import type { Pace, Timing } from './types.js';

type Ticks = StatsEvent['hop'];

/**
 * @param stats of every clip that was played
 * @param stepMs from one frame of features to the next
 * @param of whose clock ticked
 */
export function measuredTiming(
  stats: readonly StatsEvent[],
  stepMs: number,
  of: Exclude<Timing['of'], 'estimate'>,
): Timing | null {
  const [first] = stats;
  if (first === undefined || first.tps === 0) return null;
  const ms = (ticks: number) => (1000 * ticks) / first.tps;
  const total = (pick: (one: StatsEvent) => Ticks | undefined): Ticks =>
    stats.map(pick).reduce<Ticks>(
      (sum, one) => ({
        n: sum.n + (one?.n ?? 0),
        min: Math.min(sum.min, one?.min ?? sum.min),
        max: Math.max(sum.max, one?.max ?? 0),
        sum: sum.sum + (one?.sum ?? 0),
      }),
      { n: 0, min: Number.POSITIVE_INFINITY, max: 0, sum: 0 },
    );
  const hop = total((one) => one.hop);
  const input = total((one) => one.input);
  const models = first.models.map(({ m }) => ({
    m,
    ticks: total((one) => one.models.find((model) => model.m === m)),
  }));
  // What a clip was is forgotten at its end, but for the steps it took.
  if (hop.n === 0) return null;
  const busy = hop.sum + input.sum + models.reduce((sum, { ticks }) => sum + ticks.sum, 0);
  return {
    of,
    frontendMs: ms((hop.sum + input.sum) / hop.n),
    models: models.map(({ m, ticks }) => ({
      name: m,
      meanMs: ticks.n === 0 ? 0 : ms(ticks.sum / ticks.n),
      longestMs: ms(ticks.max),
    })),
    load: ms(busy) / (hop.n * stepMs),
  };
}

/**
 * @param stats of every clip that was played
 * @param rate of the samples, Hz
 * @returns null where the firmware is too old to tell
 */
export function measuredPace(stats: readonly StatsEvent[], rate: number): Pace | null {
  if (stats.some(({ late, tps }) => late === undefined || tps === 0)) return null;
  const seconds = Math.max(0, ...stats.map(({ behind = 0, tps }) => behind / tps));
  return {
    late: stats.reduce((sum, { late = 0 }) => sum + late, 0),
    behindMs: 1000 * seconds,
    behindSamples: Math.round(rate * seconds),
  };
}

export function estimatedTiming({ tasks, load }: LoadEstimate): Timing {
  const [frontend, ...models] = tasks;
  return {
    of: 'estimate',
    frontendMs: frontend?.ms ?? 0,
    models: models.map(({ name, ms }) => ({ name, meanMs: ms })),
    load,
  };
}
