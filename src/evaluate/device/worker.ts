/** A thread that computes what a device plays meanwhile. Leaves to others: which takes (`record.ts`). */
import { parentPort, workerData } from 'node:worker_threads';
import type { Listening, Take } from '../record/types.js';
import { createHearing, type HostAnswer } from './host.js';

const port = parentPort!;
const hearing = createHearing(workerData as Listening);
const answer = (message: HostAnswer) => port.postMessage(message);
let turn: Promise<void> = Promise.resolve();

port.on('message', (take: Take) => {
  turn = turn.then(() => hear(take));
});

async function hear(take: Take): Promise<void> {
  try {
    const read = await hearing.read(take);
    answer(read);
    if ('prepared' in read) answer({ said: hearing.compute(read.prepared) });
  } catch (error) {
    answer({ defect: error instanceof Error ? error.message : String(error) });
  }
}
