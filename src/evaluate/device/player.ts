/**
 * Plays takes to a device and gathers what it says of them.
 *
 * Owns: noticing that lines were lost on their way, and playing again then. Leaves to others: pushing audio
 * (`device/playback.ts`, which resets the device before each clip), judging what was said (`compare.ts`).
 */
import type { AudioLinkLocation } from '../../device/audio-link.js';
import type { EndEvent, FaultEvent, HelloEvent, SessionEvent } from '../../device/events.js';
import type { Session } from '../../device/session.js';
import { toolError } from '../../diagnostics/errors.js';
import type { Said } from './types.js';

/** A board that runs the project's firmware. */
export interface Device {
  readonly session: Session;
  readonly hello: HelloEvent;
  /** Memory shared with a virtual board, for audio. */
  readonly link?: AudioLinkLocation;
}

export interface Played extends Said {
  /** Plays before this one that were not whole. */
  readonly again: number;
}

/** A clip whose lines do not come whole is played so often. */
const PLAYS = 3;
/** Samples that are handed over at a time: so often is progress told. */
const PIECE = 16_000;
/** Faults that mean that something of the clip is missing; a damaged frame is sent again. */
const LOSSES: ReadonlySet<string> = new Set(['overrun', 'line-too-long', 'microphone']);

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
      if (lost === undefined) return { scores: heard.scores, detections: heard.detections, again };
    }
    throw toolError({
      what: `what the board says does not arrive whole, ${PLAYS} times in a row`,
      where: `${this.#device.session.path}, ${name}`,
      why: lost!,
      next: 'connect the board directly, with another cable, and close other programs that read its port',
    });
  }

  async #once(pcm: Int16Array, progress: (share: number) => void): Promise<Heard> {
    const clip = `take ${this.#plays++}`;
    const heard = new Listener(clip);
    this.#heard = heard;
    const { session, link } = this.#device;
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

interface Heard extends Said {
  readonly faults: readonly FaultEvent[];
  readonly end: EndEvent;
}

class Listener {
  readonly scores: Said['scores'][number][] = [];
  readonly detections: Said['detections'][number][] = [];
  readonly faults: FaultEvent[] = [];
  readonly ended: Promise<void>;
  readonly #clip: string;
  #end: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(clip: string) {
    this.#clip = clip;
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    this.ended.catch(() => {}); // whoever plays may have failed before
  }

  take(event: SessionEvent): void {
    if (!('clip' in event) || event.clip !== this.#clip) return;
    if (event.t === 'score') this.scores.push(event);
    else if (event.t === 'detect') this.detections.push(event);
    else if (event.t === 'end') this.#end();
    else if (event.t !== 'fault') return;
    else if (event.code === 'model')
      this.#fail(
        toolError({
          what: 'the model cannot run on the board',
          why: event.message,
          next: 'try --runtime aot, or a board with more memory (kws-gen boards)',
        }),
      );
    else this.faults.push(event);
  }
}

function* pieces(pcm: Int16Array, progress: (share: number) => void): Generator<Int16Array> {
  for (let at = 0; at < pcm.length; at += PIECE) {
    if (at > 0) progress(at / pcm.length);
    yield pcm.subarray(at, at + PIECE);
  }
}

/** What of a clip did not arrive, by the numbers that inferences have and by those of the end. */
function lostOf({ scores, detections, faults, end }: Heard, samples: number, { models }: HelloEvent) {
  const loss = faults.find(({ code }) => LOSSES.has(code));
  if (loss !== undefined) return `it reports ${loss.code}: ${loss.message}`;
  if (end.samples !== samples) return `it took ${end.samples} of ${samples} samples`;
  if (scores.length !== end.scores) return `${scores.length} of ${end.scores} scores arrived`;
  if (detections.length !== end.detections)
    return `${detections.length} of ${end.detections} detections arrived`;
  for (const { m } of models.filter(({ gate }) => !gate)) {
    const own = scores.filter((score) => score.m === m);
    const at = own.findIndex(({ n }, i) => n !== i + 1);
    if (at >= 0) return `inference ${at + 1} of ${m} did not arrive`;
  }
  return undefined;
}
