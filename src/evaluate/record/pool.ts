/**
 * Records many takes on all cores.
 *
 * Owns: threads, their number and end; which take comes next. Results are in the order of the takes, whoever
 * had them first. Where the sources run uncompiled (tests), everything runs in this thread.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { KwsError, type Problem, toolError } from '../../diagnostics/errors.js';
import { createRecorder } from './recorder.js';
import type { Listening, Recording, Take } from './types.js';

export type Answer =
  | { readonly recording: Recording }
  /** The file cannot be used. */
  | { readonly problem: Problem }
  | { readonly defect: string };

/** What a thread says while it records. */
export interface Told {
  readonly share: number;
}

/** What became of a take. */
export type Outcome = Exclude<Answer, { readonly defect: string }>;

export interface PoolOptions {
  /** Threads; 0 for this one. All cores unless given. */
  readonly threads?: number;
  /** A take is done. */
  readonly done?: (take: number, outcome: Outcome) => void;
  /** So much of a take is done, 0…1, where that is known before its end. */
  readonly part?: (take: number, share: number) => void;
  readonly signal?: AbortSignal;
}

/** Takes in, what became of each out, in their order. */
export type RecordAll = typeof recordAll;

const COMPILED = import.meta.url.endsWith('.js');

/** @throws what aborted the signal; KwsError (exit code 3) where a thread fails */
export async function recordAll(
  listening: Listening,
  takes: readonly Take[],
  { threads = COMPILED ? availableParallelism() : 0, done, part, signal }: PoolOptions = {},
): Promise<readonly Outcome[]> {
  const outcomes = new Array<Outcome>(takes.length);
  const queue = takes.entries();
  const settle = (index: number, outcome: Outcome) => {
    outcomes[index] = outcome;
    done?.(index, outcome);
  };
  if (threads === 0) await recordHere(listening, queue, settle, signal);
  else {
    const count = Math.min(threads, takes.length);
    const workers = Array.from({ length: count }, () => startWorker(listening));
    const stop = () => Promise.all(workers.map((worker) => worker.terminate()));
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await Promise.all(workers.map((worker) => feed(worker, queue, { settle, part, signal })));
    } finally {
      signal?.removeEventListener('abort', stop);
      await stop();
    }
  }
  signal?.throwIfAborted();
  return outcomes;
}

type Queue = IterableIterator<[number, Take]>;
type Settle = (index: number, outcome: Outcome) => void;

async function recordHere(listening: Listening, queue: Queue, settle: Settle, signal?: AbortSignal) {
  const recorder = createRecorder(listening);
  for (const [index, take] of queue) {
    signal?.throwIfAborted();
    try {
      settle(index, { recording: await recorder.record(take) });
    } catch (error) {
      if (!(error instanceof KwsError) || error.exitCode !== 2) throw error;
      settle(index, { problem: error.problems[0]! });
    }
  }
}

/** Without options of Node's: one that says how to read a script that is no file (`node -e`) ends every thread. */
function startWorker(listening: Listening): Worker {
  return new Worker(new URL('./worker.js', import.meta.url), { workerData: listening, execArgv: [] });
}

interface Feeding {
  readonly settle: Settle;
  readonly part: PoolOptions['part'];
  readonly signal: AbortSignal | undefined;
}

async function feed(worker: Worker, queue: Queue, { settle, part, signal }: Feeding): Promise<void> {
  for (const [index, take] of queue) {
    if (signal?.aborted === true) return;
    const answer = await ask(worker, take, (share) => part?.(index, share), signal);
    if (answer === undefined) return;
    if ('defect' in answer)
      throw toolError({
        what: `unexpected: ${answer.defect}`,
        where: take.name,
        why: 'this is a defect of kws-gen, not of your input',
        next: 'report it with this file, and leave the file out',
      });
    settle(index, answer);
  }
}

/** Undefined where the thread was ended. */
function ask(
  worker: Worker,
  take: Take,
  tell: (share: number) => void,
  signal: AbortSignal | undefined,
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      settle();
    };
    const failed = (why: string, cause?: unknown) =>
      toolError(
        {
          what: 'a thread that runs the model ended',
          where: take.name,
          why,
          next: 'evaluate fewer or shorter recordings at once, or report it with this file',
        },
        { cause },
      );
    const onMessage = (said: Answer | Told) => {
      if ('share' in said) tell(said.share);
      else finish(() => resolve(said));
    };
    const onError = (error: Error) => finish(() => reject(failed(error.message, error)));
    const onExit = () =>
      finish(() => (signal?.aborted === true ? resolve(undefined) : reject(failed('it gave no reason'))));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(take);
  });
}
