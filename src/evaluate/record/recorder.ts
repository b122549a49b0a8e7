/**
 * Runs a project on clips and keeps what the models say.
 *
 * Owns: nothing of the arithmetic: the host's own run (`host-run.ts`) computes, this listens to it.
 */
import { createHostRun } from '../host-run.js';
import { TakeReader } from './prepare.js';
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

export function createRecorder(listening: Listening): Recorder {
  const { project, numbers } = listening;
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
  const reader = new TakeReader(listening);
  return {
    async record(take, progress) {
      const { pcm, leadMs, seconds } = await reader.read(take);
      run.reset();
      steps = 0;
      for (const row of rows) row.length = 0;
      for (let at = 0; at < pcm.length; at += PIECE) {
        if (at > 0) progress?.(at / pcm.length);
        run.push(pcm.subarray(at, at + PIECE));
      }
      return { seconds, leadMs, steps, probabilities: rows.map((row) => Uint8Array.from(row)) };
    },
  };
}
