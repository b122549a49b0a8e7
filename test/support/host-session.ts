/**
 * A session in memory with a board that says what the host's own run says: for tests of what is made of a
 * board's lines. Mishaps on demand. Leaves to others: lines and ports (`fake-device.ts`).
 */

import { createHostRun } from '../../src/evaluate/host-run.js';
import type { RunningProject } from '../../src/evaluate/record/types.js';
import { frontendHash } from '../../src/frontend/spec.js';
import { EventQueue } from '../../src/protocol/event-queue.js';
import type { DeviceEvent, EndEvent, HelloEvent, StatsEvent } from '../../src/protocol/events.js';
import type { PcmSource } from '../../src/protocol/pcm.js';
import type { Session } from '../../src/protocol/session.js';

/** A line of a clip; undefined: it is lost. */
type Mishap = (event: DeviceEvent, play: number) => DeviceEvent | undefined;

export interface HostSessionOptions {
  readonly hello?: Partial<HelloEvent>;
  readonly mishap?: Mishap;
  /** Ends the session in the middle of a clip with this error. */
  readonly fails?: (play: number) => Error | undefined;
  readonly signal?: AbortSignal;
  readonly stats?: Partial<StatsEvent>;
}

export interface HostSession extends Session {
  readonly closed: boolean;
  /** Samples of each clip that was played. */
  readonly played: readonly number[];
}

export function helloOf(project: RunningProject): HelloEvent {
  const models = project.models.map(({ name, model, labels, hop }) => ({
    m: name,
    model: model.source.sha256,
    labels: [...labels],
    hop,
    gate: project.gate === name,
    arena: 1,
    used: 1,
  }));
  return {
    kws: 1,
    t: 'hello',
    protocol: 1,
    tool: '0.0.0-test',
    build: '0123456789ab',
    board: 'virtual-cortex-m4',
    runtime: 'aot',
    model: models[0]!.model,
    labels: models[0]!.labels,
    frontend: frontendHash(project.frontend),
    rate: 16_000,
    step: 10,
    mic: false,
    models,
  };
}

export function hostSession(project: RunningProject, options: HostSessionOptions = {}): HostSession {
  const { mishap = (event) => event, fails, signal } = options;
  const queue = new EventQueue({ onFull: () => {}, onRoom: () => {} });
  const run = createHostRun(project);
  const played: number[] = [];
  let closed = false;
  const unasked = async (): Promise<never> => {
    throw new Error('nobody asks for this');
  };
  const close = async () => {
    closed = true;
    queue.end();
  };
  signal?.addEventListener('abort', close, { once: true });
  return {
    path: 'memory',
    played,
    get closed() {
      return closed;
    },
    [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator](),
    hello: async () => ({ ...helloOf(project), ...options.hello }),
    async play({ name, samples }: PcmSource) {
      const play = played.length;
      played.push(0);
      run.reset();
      const say = <Event extends DeviceEvent>(event: Event): Event => {
        const said = mishap(event, play);
        if (said !== undefined) queue.push({ ...said, clip: name } as DeviceEvent);
        return said as Event;
      };
      for await (const piece of samples as Iterable<Int16Array>) {
        signal?.throwIfAborted();
        const failure = fails?.(play);
        if (failure !== undefined) {
          await close();
          throw failure;
        }
        played[play]! += piece.length;
        for (const event of run.push(piece)) say(event);
      }
      return say<EndEvent>(run.end());
    },
    command: unasked,
    input: unasked,
    // A millisecond per step and 5 per inference.
    stats: async () => ({
      kws: 1,
      t: 'stats',
      samples: 0,
      hops: 0,
      overruns: 0,
      tps: 1000,
      hop: { n: 100, min: 1, max: 1, sum: 100 },
      input: { n: 0, min: 0, max: 0, sum: 0 },
      models: project.models.map(({ name }) => ({ m: name, n: 50, min: 5, max: 5, sum: 250 })),
      ...options.stats,
    }),
    close,
  };
}
