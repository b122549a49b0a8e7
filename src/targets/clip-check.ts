/**
 * Whether what a device says of a clip may be believed: one check for whatever plays clips.
 *
 * Owns: which lines cannot come from the firmware that said hello, and what shows that lines were lost.
 * Leaves to others: what follows from it (played again, or given up).
 */
import { type KwsError, toolError } from '../diagnostics/errors.js';
import type { DetectEvent, EndEvent, FaultEvent, HelloEvent, SessionEvent } from '../protocol/events.js';
import type { Said } from './said.js';

/** Everything a device said of one clip. */
export interface HeardClip extends Said {
  readonly faults: readonly FaultEvent[];
  readonly end: EndEvent;
}

/** Faults that mean that something of the clip is missing; a damaged frame is sent again. */
const LOSSES: ReadonlySet<string> = new Set(['overrun', 'line-too-long', 'microphone']);

/**
 * What of a clip did not arrive, by the numbers that inferences have and by those of the end; undefined where
 * all of it did.
 * @param samples that were played
 */
export function lostOf(heard: HeardClip, samples: number, hello: HelloEvent): string | undefined {
  const count = new ClipCount(hello);
  for (const event of [...heard.scores, ...heard.detections, ...heard.faults]) count.take(event);
  return count.lost(heard.end, samples);
}

/** The same, line by line: a stream may last for days, so numbers are kept and no lines. */
export class ClipCount {
  readonly #models: readonly { readonly m: string; came: number; missing: number | undefined }[];
  #scores = 0;
  #detections = 0;
  #loss: FaultEvent | undefined;

  constructor({ models }: HelloEvent) {
    this.#models = models.filter(({ gate }) => !gate).map(({ m }) => ({ m, came: 0, missing: undefined }));
  }

  /** A line about the clip. */
  take(event: SessionEvent): void {
    if (event.t === 'detect') this.#detections++;
    else if (event.t === 'fault' && LOSSES.has(event.code)) this.#loss ??= event;
    else if (event.t === 'score') {
      this.#scores++;
      const model = this.#models.find(({ m }) => m === event.m);
      if (model !== undefined && event.n !== ++model.came) model.missing ??= model.came;
    }
  }

  /** What `lostOf` says, once the clip has ended. */
  lost(end: EndEvent, samples: number): string | undefined {
    if (this.#loss !== undefined) return `it reports ${this.#loss.code}: ${this.#loss.message}`;
    if (end.samples !== samples) return `it took ${end.samples} of ${samples} samples`;
    if (this.#scores !== end.scores) return `${this.#scores} of ${end.scores} scores arrived`;
    if (this.#detections !== end.detections)
      return `${this.#detections} of ${end.detections} detections arrived`;
    const gap = this.#models.find(({ missing }) => missing !== undefined);
    return gap && `inference ${gap.missing} of ${gap.m} did not arrive`;
  }
}

/** @throws KwsError (exit code 3) where the model cannot run, or what is detected is nothing that the hello named */
export function checkEvent(event: SessionEvent, hello: HelloEvent, where: string): void {
  if (event.t === 'detect') checkDetection(event, hello, where);
  if (event.t === 'fault' && event.code === 'model')
    throw toolError({
      what: 'the model cannot run on the board',
      why: event.message,
      next: 'try --runtime aot, or a board with more memory (kws-gen boards)',
    });
}

function checkDetection({ m, label }: DetectEvent, { models }: HelloEvent, where: string): void {
  const model = models.find((one) => one.m === m && !one.gate);
  if (model?.labels.includes(label) === true) return;
  throw toolError({
    what:
      model === undefined
        ? `the board detects with a model ${m} that its hello did not name`
        : `the board detects ${JSON.stringify(label)}, which its hello did not name`,
    where,
    why: `it named ${models.map((one) => `${one.m} (${one.gate ? 'gate' : one.labels.join(', ')})`).join('; ')}`,
    next: 'press its reset button, or flash it again (kws-gen flash)',
  });
}

/** Of a clip that was played as often as it is. */
export function lostError(where: string, why: string, times: number): KwsError {
  return toolError({
    what:
      times === 1
        ? 'what the board says of the clip did not arrive whole'
        : `what the board says does not arrive whole, ${times} times in a row`,
    where,
    why,
    next: 'connect the board directly, with another cable, and close other programs that read its port',
  });
}
