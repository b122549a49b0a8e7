/**
 * What the page of a session is told: the session's model without its lists, and what happened since.
 *
 * Owns: the shape of messages, how much of the past is kept for a page that comes later. Leaves to others: the model
 * itself (`targets/session-model.ts`), sending (`server.ts`), drawing (templates/web).
 */
import { featureValues, type HelloEvent } from '../protocol/events.js';
import type { HeardEvent } from '../targets/hear.js';
import type { SessionModel, ShownModel } from '../targets/session-model.js';

interface WebModel extends ShownModel {
  /** 0…1; null where nobody knows it. */
  readonly cutoff: number | null;
}

interface WebState extends Omit<SessionModel, 'models' | 'detections' | 'clips' | 'faults'> {
  readonly models: readonly WebModel[];
  /** Nothing comes any more. */
  readonly over: boolean;
  /** The failure that ended it. */
  readonly why?: string;
}

type WebEvent = { readonly t: string } & Readonly<Record<string, unknown>>;

export interface WebMessage {
  readonly state: WebState;
  readonly events: readonly WebEvent[];
  /** All there is, in place of what came before. */
  readonly fresh?: true;
}

/** What was heard, or nearly, and is in a file. */
export interface RecordedMoment {
  readonly kind: 'heard' | 'near';
  readonly model: string;
  readonly label: string;
  readonly ms: number;
  /** Mean probability, 0…1. */
  readonly p: number;
}

/** What of the past is kept: frames of features, and everything else. */
const MOST_FRAMES = 400;
const MOST_EVENTS = 5000;

/** What a page is told of an event; undefined where it is nothing to it. */
function webEvent(event: HeardEvent, rate: number): WebEvent | undefined {
  switch (event.t) {
    case 'score':
      return { t: event.t, m: event.m, p: event.p };
    case 'detect':
      return { t: event.t, m: event.m, label: event.label, p: event.p, ms: event.ms, clip: event.clip };
    case 'end':
      return { t: event.t, clip: event.clip, seconds: event.samples / rate, detections: event.detections };
    case 'fault':
      return { t: event.t, code: event.code, message: event.message };
    case 'lost':
      return { t: event.t, lines: event.lines };
    case 'features':
      // A picture needs no more than a few digits.
      return { t: event.t, v: Array.from(featureValues(event), (value) => Number(value.toPrecision(4))) };
    case 'hello':
      return { t: event.t };
    default:
      return undefined;
  }
}

export class WebLog {
  /** Hz of the device's samples. */
  readonly #rate: number;
  readonly #cutoffs: () => readonly (number | null)[];
  #model: SessionModel;
  #over = false;
  #why: string | undefined;
  #changed = false;
  #frames: WebEvent[] = [];
  #events: WebEvent[] = [];
  #pending: WebEvent[] = [];

  /** @param cutoffs as they are now, of `model.models` in their order */
  constructor(hello: HelloEvent, model: SessionModel, cutoffs: () => readonly (number | null)[]) {
    this.#rate = hello.rate || 1;
    this.#model = model;
    this.#cutoffs = cutoffs;
  }

  /** @param model of the session, this event in it */
  add(event: HeardEvent, model: SessionModel): void {
    this.#model = model;
    this.#changed = true;
    const told = webEvent(event, this.#rate);
    if (told !== undefined) this.#keep(told);
  }

  #keep(told: WebEvent): void {
    this.#changed = true;
    this.#pending.push(told);
    // Where only a file is made of it nobody asks what is new.
    if (this.#pending.length > 2 * MOST_EVENTS) this.#pending.splice(0, MOST_EVENTS);
    const [kept, most] = told.t === 'features' ? [this.#frames, MOST_FRAMES] : [this.#events, MOST_EVENTS];
    kept.push(told);
    if (kept.length > 2 * most) kept.splice(0, kept.length - most);
  }

  /** A recording of a moment, to be played: number `n` of the host's. */
  recorded(n: number, { label, model, kind, ms, p }: RecordedMoment): void {
    this.#keep({ t: 'clip', n, label, m: model, kind, ms, p });
  }

  /** Cutoffs are others now. */
  cutoffsChanged(): void {
    this.#changed = true;
  }

  /** @param why the failure that ended it */
  end(why?: string): void {
    this.#over = true;
    this.#why = why;
    this.#changed = true;
  }

  /** What is new since it was asked last; undefined where nothing is. */
  next(): WebMessage | undefined {
    if (!this.#changed) return undefined;
    this.#changed = false;
    // Of a flood of frames only those that can be seen.
    const frames = this.#pending.filter(({ t }) => t === 'features').slice(-MOST_FRAMES);
    const events = [...frames, ...this.#pending.filter(({ t }) => t !== 'features')];
    this.#pending = [];
    return { state: this.#state(), events };
  }

  /** For a page that comes now. */
  all(): WebMessage {
    const events = [...this.#frames.slice(-MOST_FRAMES), ...this.#events.slice(-MOST_EVENTS)];
    return { fresh: true, state: this.#state(), events };
  }

  #state(): WebState {
    const cutoffs = this.#cutoffs();
    const { detections: _, clips: __, faults: ___, models, ...rest } = this.#model;
    return {
      ...rest,
      models: models.map((model, i) => ({ ...model, cutoff: cutoffs[i] ?? null })),
      over: this.#over,
      ...(this.#why === undefined ? {} : { why: this.#why }),
    };
  }
}
