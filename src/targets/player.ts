/**
 * Plays takes to a device and gathers what it says of them.
 *
 * Owns: playing again where lines were lost on their way. Leaves to others: pushing audio
 * (`protocol/playback.ts`, which resets the device before each clip), whether lines were lost (`clip-check.ts`),
 * judging what was said (`compare.ts`).
 */

import type { FaultEvent, SessionEvent, StatsEvent } from '../protocol/events.js';
import { checkEvent, type HeardClip, lostError, lostOf } from './clip-check.js';
import type { Device } from './open.js';
import type { Said } from './said.js';

export interface Played extends Said {
  /** Plays before this one that were not whole. */
  readonly again: number;
  /** Feature steps that were done too late; not known of older firmware. */
  readonly late: number | undefined;
}

/** A clip whose lines do not come whole is played so often. */
const PLAYS = 3;
/** Samples that are handed over at a time: so often is progress told. */
const PIECE = 16_000;

export class Player {
  readonly #device: Device;
  #heard: Listener | undefined;
  #plays = 0;

  /** Reads the session's events from now on; nobody else may. */
  constructor(device: Device) {
    this.#device = device;
    void this.#listen();
  }

  /**
   * @param name of the clip, for messages
   * @param progress with the share of the samples that has been handed over
   * @throws KwsError (exit code 3) where the device vanishes, stalls or restarts, or lines are lost every time
   */
  async play(name: string, pcm: Int16Array, progress: (share: number) => void): Promise<Played> {
    let lost: string | undefined;
    for (let again = 0; again < PLAYS; again++) {
      const heard = await this.#once(pcm, progress);
      lost = lostOf(heard, pcm.length, this.#device.hello);
      if (lost === undefined) {
        const { scores, detections, end } = heard;
        return { scores, detections, again, late: end.late };
      }
    }
    throw lostError(`${this.#device.session.path}, ${name}`, lost!, PLAYS);
  }

  /** What the last clip took: the device counts anew with each. */
  stats(): Promise<StatsEvent> {
    return this.#device.session.stats();
  }

  async #once(pcm: Int16Array, progress: (share: number) => void): Promise<HeardClip> {
    const clip = `take ${this.#plays++}`;
    const { session, link, hello } = this.#device;
    const heard = new Listener(clip, (event) => checkEvent(event, hello, session.path));
    this.#heard = heard;
    const source = { name: clip, samples: pieces(pcm, progress), length: pcm.length };
    try {
      // Events come through a queue: the end is there before the last of them are read.
      const [end] = await Promise.all([session.play(source, { link }), heard.ended]);
      return { ...heard, end };
    } finally {
      this.#heard = undefined;
    }
  }

  async #listen(): Promise<void> {
    for await (const event of this.#device.session) this.#heard?.take(event);
  }
}

class Listener {
  readonly scores: Said['scores'][number][] = [];
  readonly detections: Said['detections'][number][] = [];
  readonly faults: FaultEvent[] = [];
  readonly ended: Promise<void>;
  readonly #clip: string;
  readonly #check: (event: SessionEvent) => void;
  #end: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(clip: string, check: (event: SessionEvent) => void) {
    this.#clip = clip;
    this.#check = check;
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    this.ended.catch(() => {}); // whoever plays may have failed before
  }

  take(event: SessionEvent): void {
    if (!('clip' in event) || event.clip !== this.#clip) return;
    try {
      this.#check(event);
    } catch (error) {
      this.#fail(error as Error);
    }
    if (event.t === 'score') this.scores.push(event);
    else if (event.t === 'detect') this.detections.push(event);
    else if (event.t === 'end') this.#end();
    else if (event.t === 'fault') this.faults.push(event);
  }
}

function* pieces(pcm: Int16Array, progress: (share: number) => void): Generator<Int16Array> {
  for (let at = 0; at < pcm.length; at += PIECE) {
    if (at > 0) progress(at / pcm.length);
    yield pcm.subarray(at, at + PIECE);
  }
}
