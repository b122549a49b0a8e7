/** A board that runs → a conversation with it, begun by its hello; one or several, ended together. */
import { KwsError } from '../diagnostics/errors.js';
import type { AudioLinkLocation } from '../protocol/audio-link.js';
import type { HelloEvent } from '../protocol/events.js';
import type { Session } from '../protocol/session.js';
import type { Running, Stages } from './stages.js';

/** A board that has said hello. */
export interface Device {
  readonly session: Session;
  readonly hello: HelloEvent;
  /** Memory shared with a virtual board, for audio. */
  readonly link?: AudioLinkLocation;
  /** Its time is an emulator's, which may be a small part of this computer's. */
  readonly slow?: boolean;
  /** A file that an emulated microphone hears. */
  readonly sound?: string;
}

type End = () => Promise<void> | undefined;

/** What has to be ended, in the order in which it was begun. */
export class Endings {
  readonly #ends: { readonly end: End; readonly leave: End }[] = [];

  /** @param leave in its place where what was begun shall go on without us */
  add(end: End, leave: End = end): void {
    this.#ends.push({ end, leave });
  }

  /** The last first; one that cannot be ended keeps none of the others. May be called twice. */
  all(): Promise<void> {
    return this.#each(({ end }) => end());
  }

  /** As `all`, but what can go on goes on. */
  leave(): Promise<void> {
    return this.#each(({ leave }) => leave());
  }

  async #each(end: (one: { readonly end: End; readonly leave: End }) => Promise<void> | undefined) {
    const ended = await Promise.allSettled(this.#ends.splice(0).reverse().map(end));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }
}

/** Times a board may go away before its hello: after an upload some restart more than once. */
const MOST_LOSSES = 3;

/** What a chip may take to answer that is emulated on a busy computer. */
export const SLOW_MS = 120_000;

/** What is said of a port that is not there (any more), in place of a board that is silent or a port that is busy. */
const LOST: ReadonlySet<string> = new Set([
  'the device went away',
  'there is no such port',
  'the port could not be opened',
  'the device does not take what is sent to it',
]);

/**
 * Opens a board and waits for its hello. A board that is known by its USB ids and goes away before is looked for
 * again.
 * @throws KwsError (exit code 3) where nobody answers; what was begun is in `endings` all the same
 */
export async function openDevice(
  running: Running,
  endings: Endings,
  signal: AbortSignal,
  stages: Pick<Stages, 'open'>,
): Promise<Device> {
  endings.add(
    () => running.stop?.(),
    () => running.release?.(),
  );
  let current = running;
  for (let losses = 0; ; losses++) {
    try {
      return await greet(current, endings, signal, stages);
    } catch (error) {
      if (losses === MOST_LOSSES || current.again === undefined || !isLost(error)) throw error;
      current = await current.again(signal);
    }
  }
}

async function greet(
  running: Running,
  endings: Endings,
  signal: AbortSignal,
  stages: Pick<Stages, 'open'>,
): Promise<Device> {
  const session = await stages.open(running, signal);
  endings.add(() => session.close());
  const { link, sound, slow = false } = running;
  const hello = await session.hello(slow ? SLOW_MS : undefined);
  return {
    ...{ session, hello },
    ...(link === undefined ? {} : { link }),
    ...(sound === undefined ? {} : { sound }),
    ...(slow ? { slow } : {}),
  };
}

function isLost(error: unknown): boolean {
  return error instanceof KwsError && LOST.has(error.problems[0]?.what ?? '');
}
