/** What is heard of a clip, by a board or by the host, and what differs between the two: plain values. */
import type { DetectEvent, ScoreEvent } from '../protocol/events.js';

/** What is heard of a take, by whichever of the two. */
export interface Said {
  readonly scores: readonly ScoreEvent[];
  readonly detections: readonly DetectEvent[];
}

/** Raw outputs of a model and what its detector makes of them; `n`: number of the inference. */
export type ScoreValue = Pick<ScoreEvent, 'n' | 'ms' | 'q' | 'p'>;
export type DetectValue = Pick<DetectEvent, 'label' | 'ms' | 'p'>;

/** One score or detection that is not the same; null where one of the two has none. */
export type Difference = {
  readonly clip: string;
  /** In the file; negative in the padding before it. */
  readonly ms: number;
  readonly model: string;
} & (
  | { readonly what: 'score'; readonly host: ScoreValue | null; readonly board: ScoreValue | null }
  | { readonly what: 'detection'; readonly host: DetectValue | null; readonly board: DetectValue | null }
);

export interface Compared {
  /** Of the host, of the board, or of both. */
  readonly compared: number;
  readonly equal: number;
}
