/**
 * The longest time for which a board does not look at its microphone's ring: one front end's step and one whole
 * inference of every model, which may come due together. It sizes the ring of audio and nothing else.
 *
 * Owns: what may come together, and how far an estimate is trusted. Leaves to others: the estimate (`estimate/`).
 */
import type { ResolvedBoard } from '../boards/types.js';
import { estimateStretch } from '../estimate/load.js';
import type { Runtime } from '../model/runtime.js';
import type { ResolvedProject } from '../project/types.js';

/** Estimates may be wrong by this factor before samples are lost. */
const SAFETY = 2;
/** For lines that are printed in between, and for interrupts. */
const MARGIN_MS = 60;

/**
 * Milliseconds; infinite where nobody counted what the board's core takes for it. The host has no clock to speak of:
 * the margin alone.
 */
export function longestStretch(project: ResolvedProject, board: ResolvedBoard, runtime: Runtime): number {
  if (board.clockHz === 0) return MARGIN_MS;
  const ms = estimateStretch(project, board, runtime);
  return ms === undefined ? Number.POSITIVE_INFINITY : SAFETY * ms + MARGIN_MS;
}
