/**
 * Questions to a device and their answers, one at a time.
 *
 * Owns: taking turns, matching an answer to its question, time-outs, finding back after a question that failed, failing
 * everybody when the device is gone. Leaves to others: what is asked (`session.ts`, `playback.ts`).
 */
import { toolError } from '../diagnostics/errors.js';
import type { DeviceEvent, FaultEvent } from './events.js';
import { RESYNCHRONISE } from './frame.js';
import type { Transport } from './transport.js';

export interface Question<T> {
  /** Command line without its end. */
  readonly line: string;
  /** The answer this event is, or undefined if it is none. Called as the event comes in. */
  answer(event: DeviceEvent): T | undefined;
  /** Milliseconds; the session's unless told. */
  readonly timeout?: number;
  /** Goes on waiting when the device refuses a command: it was the rest of an older one. A model that fails is none. */
  readonly stubborn?: boolean | 'bad-command';
}

/** Faults that answer a command: it makes no sense, or no model is there to carry it out. */
const REFUSALS = new Set(['bad-command', 'model']);

function refuses({ code }: FaultEvent, { stubborn }: Question<unknown>): boolean {
  return REFUSALS.has(code) && stubborn !== true && stubborn !== code;
}

interface Pending {
  take(event: DeviceEvent): boolean;
  reject(error: Error): void;
}

export class Dialogue {
  readonly #transport: Transport;
  readonly #timeout: number;
  /** More to say when an answer does not come. */
  readonly #hint: () => string | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #pending: Pending | undefined;
  #failure: Error | undefined;
  #interruption: Error | undefined;
  /** A question has failed: answers to it may still be under way. */
  #doubtful = false;

  constructor(transport: Transport, timeout: number, hint: () => string | undefined) {
    this.#transport = transport;
    this.#timeout = timeout;
    this.#hint = hint;
  }

  /** Throws when the device is gone, or what this turn does was interrupted. */
  check(): void {
    const error = this.#failure ?? this.#interruption;
    if (error !== undefined) throw error;
  }

  /**
   * Runs `work` when everything begun before is done.
   * @param settles whether the work itself passes over whatever comes before its answer
   */
  exclusive<T>(work: () => Promise<T>, settles = false): Promise<T> {
    const result = this.#turn.then(async () => {
      this.#interruption = undefined;
      this.check();
      if (this.#doubtful && !settles) await this.#settle();
      return work();
    });
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Sends a question and waits for its answer; the device's `bad-command` is a toolError. Within a turn. */
  async ask<T>(question: Question<T>): Promise<T> {
    this.check();
    const { promise, settle } = this.#expect(question);
    try {
      await Promise.race([this.write(`${question.line}\n`), promise]);
      const answer = await promise;
      if (question.stubborn === true) this.#doubtful = false;
      return answer;
    } catch (error) {
      this.#doubtful = true;
      throw error;
    } finally {
      settle();
    }
  }

  /** Everything that was asked before is answered before this: late answers are none of the next question. */
  async #settle(): Promise<void> {
    await this.ask({
      line: `${RESYNCHRONISE}hello`,
      stubborn: true,
      answer: (event) => (event.t === 'hello' ? true : undefined),
    });
  }

  async write(data: string | Uint8Array): Promise<void> {
    this.check();
    await this.#transport.write(typeof data === 'string' ? Buffer.from(data) : data);
  }

  /** Whether the event was an answer. */
  take(event: DeviceEvent): boolean {
    return this.#pending?.take(event) ?? false;
  }

  /** The device is gone, or the session closed: nobody waits any longer. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#pending?.reject(error);
  }

  /** What this turn does has failed; the next may go on. */
  interrupt(error: Error): void {
    this.#interruption ??= error;
    this.#pending?.reject(error);
  }

  #expect<T>(question: Question<T>): { promise: Promise<T>; settle: () => void } {
    const timeout = question.timeout ?? this.#timeout;
    let timer: NodeJS.Timeout | undefined;
    let pending: Pending | undefined;
    const promise = new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => reject(this.#silence(question.line.trim(), timeout)), timeout);
      pending = {
        take: (event) => {
          const answer = question.answer(event);
          if (answer !== undefined) resolve(answer);
          else if (event.t === 'fault' && refuses(event, question))
            reject(this.#refusal(question.line, event));
          else return false;
          this.#pending = undefined;
          return true;
        },
        reject,
      };
      this.#pending = pending;
    });
    // The caller may still be writing when the answer is overdue.
    promise.catch(() => {});
    return {
      promise,
      settle: () => {
        clearTimeout(timer);
        if (this.#pending === pending) this.#pending = undefined;
      },
    };
  }

  #refusal(line: string, { code, message }: FaultEvent): Error {
    return toolError({
      what: `the device refuses \`${line}\``,
      where: this.#transport.path,
      why: message,
      next:
        code === 'model'
          ? 'try --runtime aot, or a board with more memory (`kws-gen boards`)'
          : 'flash it with this version of kws-gen (`kws-gen flash`)',
    });
  }

  #silence(line: string, timeout: number): Error {
    const why = this.#hint();
    return toolError({
      what: `the device does not answer \`${line}\` within ${timeout / 1000} s`,
      where: this.#transport.path,
      ...(why === undefined ? {} : { why }),
      next: 'press its reset button, or flash it again (`kws-gen flash`)',
    });
  }
}
