/** How far two feature matrices are apart, and where most. */
import type { Matrix } from './matrix.js';

export interface Difference {
  /** Largest absolute difference, and where: frame of ours, coefficient. */
  readonly largest: number;
  readonly frame: number;
  readonly coefficient: number;
  readonly ours: number;
  readonly theirs: number;
  readonly rms: number;
  /** Frames and coefficients that both have. */
  readonly frames: number;
  readonly coefficients: number;
  /** Frame k of theirs was compared with frame k + shift of ours. */
  readonly shift: number;
}

/** Frames that a device's first frame may lie behind a padded clip's first, or before. */
const MAX_SHIFT = 4;

/** The difference where both overlap; undefined where they do not. */
function differenceAt(ours: Matrix, theirs: Matrix, shift: number): Difference | undefined {
  const begin = Math.max(0, -shift);
  const end = Math.min(theirs.length, ours.length - shift);
  const coefficients = Math.min(ours[0]?.length ?? 0, theirs[0]?.length ?? 0);
  if (end <= begin || coefficients === 0) return undefined;
  let [largest, frame, coefficient, squares] = [-1, 0, 0, 0];
  for (let t = begin; t < end; t++)
    for (let k = 0; k < coefficients; k++) {
      const difference = Math.abs(ours[t + shift]![k]! - theirs[t]![k]!);
      squares += difference * difference;
      if (difference > largest) [largest, frame, coefficient] = [difference, t + shift, k];
    }
  return {
    largest,
    frame,
    coefficient,
    ours: ours[frame]![coefficient]!,
    theirs: theirs[frame - shift]![coefficient]!,
    rms: Math.sqrt(squares / ((end - begin) * coefficients)),
    frames: end - begin,
    coefficients,
    shift,
  };
}

/** The same with the shift at which both are closest. */
export function closestDifference(ours: Matrix, theirs: Matrix): Difference | undefined {
  let best: Difference | undefined;
  // Small shifts first: of equals, the smallest is meant.
  for (const size of [0, ...Array.from({ length: MAX_SHIFT }, (_, i) => i + 1)])
    for (const shift of size === 0 ? [0] : [size, -size]) {
      const found = differenceAt(ours, theirs, shift);
      // An overlap of a few frames proves nothing.
      if (found === undefined || 2 * found.frames < Math.min(ours.length, theirs.length)) continue;
      if (best === undefined || found.rms < best.rms) best = found;
    }
  return best;
}

/** Greatest minus least value. */
export function spread(matrix: Matrix): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of matrix)
    for (const value of row) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  return most - least;
}
