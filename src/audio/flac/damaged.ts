/** The error of a FLAC file that does not hold what it promises. */
import type { KwsError } from '../../diagnostics/errors.js';
import { audioError } from '../decoded.js';

export function damaged(name: string, why: string): KwsError {
  return audioError(name, 'the FLAC file is cut off or damaged', why, 'copy or download it again');
}

/** A frame makes no sense; `flac.ts` says which. */
export class BadFrame extends Error {}
