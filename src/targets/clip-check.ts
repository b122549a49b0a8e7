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
export function lostOf(heard: HeardClip, samples: number, { models }: HelloEvent): string | undefined {
  const { scores, detections, faults, end } = heard;
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
