/** What devices said of the clips they were played, beside what the host says: plain, part of the report. */
import type { HelloEvent } from '../../protocol/events.js';
import type { Compared, Difference } from '../../targets/said.js';

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
  /** Feature steps that a real board had done only when the next inference was due; null where nobody knows. */
  readonly late: number | null;
}
