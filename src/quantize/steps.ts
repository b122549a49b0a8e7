/**
 * Long work step by step: a generator that gives what is to be known after each step, and in the end its result.
 *
 * Owns: how it is driven, at once or with pauses in which the process hears of signals.
 */
import { setImmediate } from 'node:timers/promises';

export type Steps<Step, Result> = Generator<Step, Result, undefined>;

/** Without a pause. */
export function atOnce<Result>(steps: Steps<unknown, Result>): Result {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

/** The same steps, what they give made into something else. */
export function* mapped<From, To, Result>(
  steps: Steps<From, Result>,
  to: (step: From) => To,
): Steps<To, Result> {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
    yield to(next.value);
  }
}

/** Between two pauses, ms. */
const PAUSE_EVERY = 50;

/** With pauses; an abort throws its reason at the next one. */
export async function withPauses<Step, Result>(
  steps: Steps<Step, Result>,
  { progress, signal }: { readonly progress?: (step: Step) => void; readonly signal?: AbortSignal } = {},
): Promise<Result> {
  let pause = Date.now() + PAUSE_EVERY;
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
    if (Date.now() < pause) continue;
    progress?.(next.value);
    await setImmediate();
    signal?.throwIfAborted();
    pause = Date.now() + PAUSE_EVERY;
  }
}
