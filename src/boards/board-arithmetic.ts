/**
 * What a board means for the numbers: in which arithmetic its front end computes, and at which rate it
 * hears. The host's own run needs both to say what a board must say.
 */
import type { Arithmetic, AudioFrontendSpec } from '../frontend/spec.js';
import type { ResolvedBoard } from './types.js';

export interface BoardNumbers {
  readonly arithmetic: Arithmetic;
  /** Samples per second of the microphone, and of audio that is pushed in its place. */
  readonly captureRate: number;
}

/** Boards without a microphone take whatever rate the front end has. */
export function boardNumbers(
  board: Pick<ResolvedBoard, 'target' | 'microphone' | 'captureRates'>,
  spec: Pick<AudioFrontendSpec, 'sampleRate'>,
): BoardNumbers {
  return {
    arithmetic: board.target.floatingPoint ? 'float32' : 'fixed',
    captureRate: nearestRate(board.captureRates ?? board.microphone?.sampleRates ?? [], spec.sampleRate),
  };
}

/** The rate itself; else the lowest one above it, which loses nothing; else the highest. */
function nearestRate(rates: readonly number[], wanted: number): number {
  if (rates.length === 0 || rates.includes(wanted)) return wanted;
  const above = rates.filter((rate) => rate > wanted);
  return above.length > 0 ? Math.min(...above) : Math.max(...rates);
}
