/** What an operation throws, as text. */
import { expect } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';

/** Message of the input error (exit code 2) that `run` must throw. */
export function inputErrorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(KwsError);
    expect((error as KwsError).exitCode).toBe(2);
    return (error as KwsError).message;
  }
  return expect.fail('nothing was thrown');
}

/** The same of what is awaited. */
export async function inputErrorIn(work: Promise<unknown>): Promise<string> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome === undefined) return expect.fail('nothing was thrown');
  expect(outcome).toBeInstanceOf(KwsError);
  expect((outcome as KwsError).exitCode).toBe(2);
  return (outcome as KwsError).message;
}
