/**
 * Runs a project on clips and keeps what the models say.
 *
 * Owns: nothing of the arithmetic: the host's own run (`host-run.ts`) computes, this listens to it.
 */
import { createHostRun, type HostEvent } from '../host-run.js';
import { type Prepared, TakeReader } from './prepare.js';
import type { Listening, Recording, Take } from './types.js';

/** Samples at a time: events and frames of an hour need not be there at once. */
const PIECE = 16_000;

export interface Recorder {
  /**
   * @param progress with the share of the samples that have been heard
   * @throws KwsError (exit code 2) where the take cannot be read
   */
  record(take: Take, progress?: (share: number) => void): Promise<Recording>;
}

/** @param told after each piece: what the host says in it, and the share of the samples that have been heard */
export type Compute = (
  prepared: Prepared,
  told?: (events: readonly HostEvent[], share: number) => void,
) => Recording;

/** Computes takes whose samples are there, each from reset. */
export function createCompute({ project, numbers }: Listening): Compute {
  const rows: number[][] = project.models.map(() => []);
  let steps = 0;
  const run = createHostRun(project, numbers, {
    frame: () => {
      steps++;
    },
    inference: (model, probabilities) => {
      for (const probability of probabilities) rows[model]!.push(probability);
    },
  });
  return ({ pcm, leadMs, seconds }, told) => {
    run.reset();
    steps = 0;
    for (const row of rows) row.length = 0;
    for (let at = 0; at < pcm.length; at += PIECE) {
      const events = run.push(pcm.subarray(at, at + PIECE));
      told?.(events, Math.min(1, (at + PIECE) / pcm.length));
    }
    return { seconds, leadMs, steps, probabilities: rows.map((row) => Uint8Array.from(row)) };
  };
}

export function createRecorder(listening: Listening): Recorder {
  const compute = createCompute(listening);
  const reader = new TakeReader(listening);
  return {
    async record(take, progress) {
      return compute(await reader.read(take), (_, share) => {
        if (share < 1) progress?.(share);
      });
    },
  };
}
