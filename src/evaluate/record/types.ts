/** What is kept of a clip once the models have run on it: enough to decide anew under any setting. */

import type { BoardNumbers } from '../../boards/board-arithmetic.js';
import type { ResolvedProject } from '../../project/types.js';

/** The part of a project that runs; plain, so that it reaches worker threads. */
export type RunningProject = Pick<ResolvedProject, 'name' | 'frontend' | 'models' | 'gate'>;

/** The same for every clip of an evaluation. */
export interface Listening {
  readonly project: RunningProject;
  readonly numbers: BoardNumbers;
  readonly leadMs: number;
  readonly tailMs: number;
}

/** A file, or a part of a long one. */
export interface Take {
  readonly path: string;
  /** As the user would write it. */
  readonly name: string;
  /** Part `index` of `of` equal ones; before the first there is padding, before the others what precedes them. */
  readonly part?: { readonly index: number; readonly of: number };
  readonly noise?: { readonly path: string; readonly snr: number; readonly seed: number };
}

export interface Recording {
  /** Of the clip itself, without padding. s */
  readonly seconds: number;
  /** Before the clip. ms */
  readonly leadMs: number;
  /** Feature steps of clip and padding. */
  readonly steps: number;
  /** Per model of the project, in its order: [inferences x outputs], 0…255. */
  readonly probabilities: readonly Uint8Array[];
}
