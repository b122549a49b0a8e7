/**
 * A project once everything named in kws.json is read and checked: what `emit/`, `evaluate/` and the
 * commands work on.
 */
import type { DetectorSpec } from '../detector/spec.js';
import type { FrontendSpec } from '../frontend/spec.js';
import type { Model } from '../model/types.js';

export type Runtime = 'aot' | 'tflm';

export interface ResolvedModel {
  /** Unique in the project; letters, digits, `_`, `-`, `.`. */
  readonly name: string;
  readonly model: Model;
  /** One per model output. */
  readonly labels: readonly string[];
  readonly detector: DetectorSpec;
  /** Feature steps from one inference to the next; a streaming model's equals its input frames. */
  readonly hop: number;
}

export interface ResolvedProject {
  readonly name: string;
  readonly frontend: FrontendSpec;
  /** Wake-word models first, in the order of kws.json; the gate, if any, last. */
  readonly models: readonly ResolvedModel[];
  /** Name of the voice-activity model without whose consent nothing is detected. */
  readonly gate?: string;
}
