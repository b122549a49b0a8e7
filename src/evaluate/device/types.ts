/** What a device said of the clips it was played, beside what the host says: plain, part of the report. */
import type { DetectEvent, HelloEvent, ScoreEvent } from '../../device/events.js';

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

export interface DeviceReport extends Pick<HelloEvent, 'board' | 'build' | 'runtime'> {
  /** Of them that played at once. */
  readonly boards: number;
  /** Whether every score and every detection is the host's. */
  readonly equal: boolean;
  /** Clips, parts of long ones and clips with noise that were played. */
  readonly clips: number;
  /** That was played, padding included. s */
  readonly audioSeconds: number;
  readonly inferences: Compared;
  readonly detections: Compared;
  /** Whether all raw outputs are equal, so that only what detectors made of them may differ. */
  readonly outputsEqual: boolean;
  /** The first of those that differ; how many there are is told by the numbers above. */
  readonly differences: readonly Difference[];
  /** Plays that were thrown away, as lines of the board were lost on their way. */
  readonly playedAgain: number;
}
