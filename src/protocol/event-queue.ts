/**
 * Events between the serial line and whoever iterates over a session.
 *
 * Owns: order, bounds (beyond `highWater` unread events `onFull` is told, the transport pauses; noise
 * is dropped while `noiseLimit` of it is unread), the end. Leaves to others: what the events are.
 */
import type { SessionEvent } from './events.js';

export interface EventQueueOptions {
  readonly highWater?: number;
  readonly noiseLimit?: number;
  onFull(): void;
  onRoom(): void;
}

export class EventQueue implements AsyncIterable<SessionEvent> {
  readonly #options: EventQueueOptions;
  readonly #highWater: number;
  readonly #noiseLimit: number;
  #events: SessionEvent[] = [];
  /** Of `#events`: those before have been read. */
  #first = 0;
  #noise = 0;
  #full = false;
  #ended = false;
  #readers: ((result: IteratorResult<SessionEvent, undefined>) => void)[] = [];

  constructor(options: EventQueueOptions) {
    this.#options = options;
    this.#highWater = options.highWater ?? 8192;
    this.#noiseLimit = options.noiseLimit ?? 64;
  }

  /** Whether so much is unread that the transport rests. */
  get full(): boolean {
    return this.#full;
  }

  push(event: SessionEvent): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader({ value: event, done: false });
      return;
    }
    if (event.t === 'noise' && ++this.#noise > this.#noiseLimit) {
      this.#noise = this.#noiseLimit;
      return;
    }
    this.#events.push(event);
    if (!this.#full && this.#events.length - this.#first >= this.#highWater) {
      this.#full = true;
      this.#options.onFull();
    }
  }

  /** No more events; those unread can still be read. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#readers.splice(0)) reader({ value: undefined, done: true });
  }

  /** Iterations take turns: each goes on where the one before was left. */
  [Symbol.asyncIterator](): AsyncIterator<SessionEvent, undefined> {
    return { next: () => this.#next() };
  }

  async #next(): Promise<IteratorResult<SessionEvent, undefined>> {
    const event = this.#events[this.#first];
    if (event === undefined) {
      if (this.#ended) return { value: undefined, done: true };
      return new Promise((resolve) => this.#readers.push(resolve));
    }
    this.#first++;
    if (event.t === 'noise') this.#noise--;
    const left = this.#events.length - this.#first;
    if (this.#first >= 1024 || left === 0) {
      this.#events = this.#events.slice(this.#first);
      this.#first = 0;
    }
    if (this.#full && left <= this.#highWater / 2) {
      this.#full = false;
      this.#options.onRoom();
    }
    return { value: event, done: false };
  }
}
