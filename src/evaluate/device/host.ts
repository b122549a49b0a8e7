/**
 * The host's half of a take that a device plays: the samples, and what the host says of them.
 *
 * Owns: the order of the two; a thread that works beside the device. Leaves to others: the arithmetic
 * (`host-run.ts`), samples (`record/prepare.ts`). Where the sources run uncompiled (tests), there is no thread.
 */
import { Worker } from 'node:worker_threads';
import { KwsError, type Problem, toolError } from '../../diagnostics/errors.js';
import type { DetectEvent, ScoreEvent } from '../../protocol/events.js';
import type { Said } from '../../targets/said.js';
import { type Prepared, TakeReader } from '../record/prepare.js';
import { createCompute } from '../record/recorder.js';
import type { Listening, Recording, Take } from '../record/types.js';

export interface HostSaid extends Said {
  readonly recording: Recording;
}

export type Samples = { readonly prepared: Prepared } | { readonly problem: Problem };

/** The samples first, so that the device can begin. */
export interface HostTake {
  readonly samples: Promise<Samples>;
  /** Never settles where the samples are a problem. */
  readonly said: Promise<HostSaid>;
}

export interface Host {
  /** Takes wait for each other. */
  hear(take: Take): HostTake;
  close(): Promise<void>;
}

/** What the thread answers, in this order, for each take. */
export type HostAnswer =
  | Samples
  | { readonly said: HostSaid }
  /** What was thrown that is no fault of the file. */
  | { readonly defect: string };

const COMPILED = import.meta.url.endsWith('.js');

export function createHost(listening: Listening): Host {
  return COMPILED ? threadHost(listening) : hereHost(listening);
}

/** Reads a take, then computes it. */
export function createHearing(listening: Listening) {
  const compute = createCompute(listening);
  const reader = new TakeReader(listening);
  return {
    /** @throws what is no fault of the file */
    async read(take: Take): Promise<Samples> {
      try {
        return { prepared: await reader.read(take) };
      } catch (error) {
        if (error instanceof KwsError && error.exitCode === 2) return { problem: error.problems[0]! };
        throw error;
      }
    },
    compute(prepared: Prepared): HostSaid {
      const scores: ScoreEvent[] = [];
      const detections: DetectEvent[] = [];
      const recording = compute(prepared, (events) => {
        for (const event of events)
          if (event.t === 'score') scores.push(event);
          else if (event.t === 'detect') detections.push(event);
      });
      return { scores, detections, recording };
    },
  };
}

function hereHost(listening: Listening): Host {
  const hearing = createHearing(listening);
  let turn: Promise<unknown> = Promise.resolve();
  return {
    hear(take) {
      const samples = turn.then(() => hearing.read(take));
      const said = samples.then((read) =>
        'prepared' in read ? hearing.compute(read.prepared) : new Promise<never>(() => {}),
      );
      turn = samples.then((read) => ('prepared' in read ? said : undefined));
      for (const promise of [samples, said, turn]) promise.catch(() => {});
      return { samples, said };
    },
    async close() {},
  };
}

interface Waiting {
  readonly take: Take;
  readonly read: (samples: Samples) => void;
  readonly done: (said: HostSaid) => void;
  readonly fail: (error: Error) => void;
}

function threadHost(listening: Listening): Host {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: listening });
  const waiting: Waiting[] = [];
  let over: { readonly why: string; readonly cause?: unknown } | undefined;
  const failAll = (why: string, cause?: unknown) => {
    over ??= { why, cause };
    for (const { take, fail } of waiting.splice(0)) fail(ended(take, over.why, over.cause));
  };
  worker.on('message', (answer: HostAnswer) => {
    const [first] = waiting;
    if (first === undefined) return;
    if ('prepared' in answer) return first.read(answer);
    waiting.shift();
    if ('problem' in answer) first.read(answer);
    else if ('said' in answer) first.done(answer.said);
    else first.fail(defect(first.take, answer.defect));
  });
  worker.on('error', (error: Error) => failAll(error.message, error));
  worker.on('exit', () => failAll('it gave no reason'));
  return {
    hear(take) {
      let entry: Waiting | undefined;
      const samples = new Promise<Samples>((read, failRead) => {
        entry = { take, read, done: () => {}, fail: failRead };
      });
      const said = new Promise<HostSaid>((done, failSaid) => {
        const { fail } = entry!;
        const both = (error: Error) => {
          fail(error);
          failSaid(error);
        };
        entry = { ...entry!, done, fail: both };
      });
      for (const promise of [samples, said]) promise.catch(() => {});
      if (over !== undefined) entry!.fail(ended(take, over.why, over.cause));
      else {
        waiting.push(entry!);
        worker.postMessage(take);
      }
      return { samples, said };
    },
    async close() {
      waiting.length = 0;
      await worker.terminate();
    },
  };
}

const ended = ({ name }: Take, why: string, cause: unknown) =>
  toolError(
    {
      what: 'the thread that runs the model beside the board ended',
      where: name,
      why,
      next: 'evaluate fewer or shorter recordings at once, or report it with this file',
    },
    { cause },
  );

const defect = ({ name }: Take, what: string) =>
  toolError({
    what: `unexpected: ${what}`,
    where: name,
    why: 'this is a defect of kws-gen, not of your input',
    next: 'report it with this file, and leave the file out',
  });
