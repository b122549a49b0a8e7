/**
 * What is shown of a board that runs: labels and their probabilities, detections, clips, faults, the verdict.
 *
 * A pure reducer: `sessionStart` of the hello, then `sessionNext` per event. Whatever shows a session (a terminal, a
 * page) is a view of this value. Leaves to others: what events are, drawing.
 */
import type { DetectEvent, EndEvent, FaultEvent, HelloEvent, SessionEvent } from '../protocol/events.js';

export interface ShownModel {
  readonly name: string;
  readonly labels: readonly string[];
  /** In the order of the labels, smoothed, 0…1; 0 before the first score. */
  readonly probabilities: readonly number[];
  /** The highest of each label so far, in the order of the labels. */
  readonly highest: readonly number[];
  readonly scores: number;
  /** Audio time of the newest score. ms */
  readonly ms: number;
}

export interface SessionModel {
  readonly board: string;
  readonly runtime: HelloEvent['runtime'];
  /** Wake words; gates say nothing. */
  readonly models: readonly ShownModel[];
  /** The newest last; the oldest of many are dropped. */
  readonly detections: readonly DetectEvent[];
  readonly clips: readonly EndEvent[];
  readonly faults: readonly FaultEvent[];
  readonly restarts: number;
  /** Feature steps that were done too late; of real boards. */
  readonly late: number;
  /** Whether the label that is waited for was heard. */
  readonly verdict: 'heard' | 'not heard' | 'none';
  /** The label that is waited for. */
  readonly awaited?: string;
}

/** Of detections, clips and faults: a session may last for days. */
const MOST_KEPT = 1000;

/** @param awaited label whose detection is the verdict */
export function sessionStart(hello: HelloEvent, awaited?: string): SessionModel {
  return {
    board: hello.board,
    runtime: hello.runtime,
    models: hello.models
      .filter(({ gate }) => !gate)
      .map(({ m, labels }) => {
        const none = labels.map(() => 0);
        return { name: m, labels, probabilities: none, highest: none, scores: 0, ms: 0 };
      }),
    detections: [],
    clips: [],
    faults: [],
    restarts: 0,
    late: 0,
    verdict: awaited === undefined ? 'none' : 'not heard',
    ...(awaited === undefined ? {} : { awaited }),
  };
}

/** Times below 0 are of the padding before a clip: nothing that is heard there counts. */
export function sessionNext(model: SessionModel, event: SessionEvent): SessionModel {
  switch (event.t) {
    case 'score':
      return {
        ...model,
        models: model.models.map((one) => (one.name === event.m ? scored(one, event.p, event.ms) : one)),
      };
    case 'detect':
      return {
        ...model,
        detections: kept(model.detections, event),
        verdict: event.label === model.awaited && event.ms >= 0 ? 'heard' : model.verdict,
      };
    case 'end':
      return { ...model, clips: kept(model.clips, event) };
    case 'fault':
      return { ...model, faults: kept(model.faults, event) };
    case 'behind':
      return { ...model, late: model.late + event.late };
    case 'hello':
      return { ...model, restarts: model.restarts + 1 };
    default:
      return model;
  }
}

function scored(one: ShownModel, p: readonly number[], ms: number): ShownModel {
  const probabilities = one.labels.map((_, i) => p[i] ?? one.probabilities[i]!);
  const highest = ms < 0 ? one.highest : one.highest.map((before, i) => Math.max(before, probabilities[i]!));
  return { ...one, probabilities, highest, ms, scores: one.scores + (ms < 0 ? 0 : 1) };
}

function kept<T>(list: readonly T[], next: T): readonly T[] {
  return [...(list.length < MOST_KEPT ? list : list.slice(1 - MOST_KEPT)), next];
}
