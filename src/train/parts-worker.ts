/** A thread that makes parts, one after the other. Leaves to others: which (`parts.ts`). */
import { parentPort, workerData } from 'node:worker_threads';
import { createSounds, makePart, type PartJob, type Surroundings } from './make-part.js';

/** What a thread answers for a job: nothing, or what went wrong. */
export interface PartAnswer {
  readonly failed?: unknown;
}

const port = parentPort!;
const { surroundings, share } = workerData as { surroundings: Surroundings; share: number };
const sounds = createSounds(share);

port.on('message', async (job: PartJob) => {
  try {
    await makePart(job, surroundings, sounds);
    port.postMessage({} satisfies PartAnswer);
  } catch (error) {
    port.postMessage({ failed: String(error) } satisfies PartAnswer);
  }
});
