/** A thread that records takes, one after the other. Leaves to others: which (`pool.ts`). */
import { parentPort, workerData } from 'node:worker_threads';
import { KwsError } from '../../diagnostics/errors.js';
import type { Answer, Told } from './pool.js';
import { createRecorder } from './recorder.js';
import type { Listening, Take } from './types.js';

const port = parentPort!;
/** So often is it told how far a long take is. */
const TELL_MS = 500;

const recorder = createRecorder(workerData as Listening);

port.on('message', async (take: Take) => {
  try {
    let next = Date.now() + TELL_MS;
    const recording = await recorder.record(take, (share) => {
      if (Date.now() < next) return;
      next = Date.now() + TELL_MS;
      port.postMessage({ share } satisfies Told);
    });
    const buffers = recording.probabilities.map(({ buffer }) => buffer as ArrayBuffer);
    port.postMessage({ recording } satisfies Answer, buffers);
  } catch (error) {
    if (error instanceof KwsError && error.exitCode === 2)
      port.postMessage({ problem: error.problems[0]! } satisfies Answer);
    else
      port.postMessage({ defect: error instanceof Error ? error.message : String(error) } satisfies Answer);
  }
});
