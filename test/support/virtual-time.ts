/**
 * Time that passes only while nothing else is left to do: a test with timeouts is the same on a busy machine, and waits
 * for none of them. For devices and lines in memory, whose every step is a promise or a `setImmediate`; what the
 * operating system answers comes too late. Leaves to others: what is timed.
 */
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { vi } from 'vitest';

/** What `work` comes to, with timers and `Date` of a clock of its own, which begins at 0. */
export async function inVirtualTime<T>(work: () => Promise<T>): Promise<T> {
  const turn = setImmediate;
  const sleep = timersPromises.setTimeout;
  let underWay = 0;
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
    now: 0,
  });
  timersPromises.setTimeout = <T>(ms?: number, value?: T) =>
    new Promise<T>((resolve) => setTimeout(() => resolve(value as T), ms));
  syncBuiltinESMExports();
  vi.stubGlobal('setImmediate', (todo: (...values: unknown[]) => void, ...values: unknown[]) => {
    underWay++;
    return turn(() => {
      underWay--;
      todo(...values);
    });
  });
  try {
    let over = false;
    const result = work().finally(() => {
      over = true;
    });
    result.catch(() => {});
    while (!over) {
      // All that promises lead to happens before the turn.
      await new Promise<void>((resolve) => turn(resolve));
      if (underWay === 0 && !over) vi.advanceTimersToNextTimer();
    }
    return await result;
  } finally {
    vi.unstubAllGlobals();
    timersPromises.setTimeout = sleep;
    syncBuiltinESMExports();
    vi.useRealTimers();
  }
}
