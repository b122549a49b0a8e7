/** Placeholder. */
import type { Notice, ResolvedBoard } from '../boards/types.js';
import type { ResolvedProject } from '../project/types.js';
import type { GeneratedBy } from './banner.js';
import type { FirmwareFile } from './types.js';
export interface TflmPart {
  readonly files: ReadonlyMap<string, FirmwareFile>;
  readonly buildFlags: readonly string[];
  readonly libDeps: readonly string[];
  readonly extraScripts: readonly string[];
  readonly notices: readonly Notice[];
  readonly arenaBytes: readonly number[];
}
export function tflmPart(_input: {
  project: ResolvedProject;
  board: ResolvedBoard;
  ids: readonly string[];
  by: GeneratedBy;
  path?: string;
}): TflmPart {
  throw new Error('not yet');
}
