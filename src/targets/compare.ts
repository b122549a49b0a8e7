/**
 * What a board says of a take against what the host says: every value of every score and detection.
 *
 * Owns: which lines belong together, and the verdict. Leaves to others: playing (`player.ts`), words (`lines.ts`).
 */
import type { Compared, Difference, Said } from './said.js';

/** Differences that are listed; all are counted. */
const MOST = 1000;

/** Where a take lies in its file. */
export interface Place {
  readonly clip: string;
  /** From reset to the begin of the file, in ms: what is taken off the times of the lines. */
  readonly offsetMs: number;
}

export interface Comparison {
  readonly inferences: Compared;
  readonly detections: Compared;
  readonly outputsEqual: boolean;
  readonly differences: readonly Difference[];
}

/** Scores belong together by model and number, detections by model, label and time. */
export function compare(host: Said, board: Said, place: Place): Comparison {
  const scores = pairs(host.scores, board.scores, ({ m, n }) => `${n} ${m}`);
  const detections = pairs(host.detections, board.detections, ({ m, label, ms }) => `${ms} ${m}\n${label}`);
  const unequalScores = scores.filter(([a, b]) => !same(a && scoreValue(a), b && scoreValue(b)));
  const unequalDetections = detections.filter(([a, b]) => a === undefined || b === undefined || a.p !== b.p);
  const at = ({ m, ms }: { readonly m: string; readonly ms: number }) => ({
    clip: place.clip,
    ms: Math.round(ms - place.offsetMs),
    model: m,
  });
  const differences = [
    ...unequalScores.map(([a, b]) => ({
      ...at((a ?? b)!),
      what: 'score' as const,
      host: a === undefined ? null : scoreValue(a),
      board: b === undefined ? null : scoreValue(b),
    })),
    ...unequalDetections.map(([a, b]) => ({
      ...at((a ?? b)!),
      what: 'detection' as const,
      host: a === undefined ? null : detectValue(a),
      board: b === undefined ? null : detectValue(b),
    })),
  ];
  return {
    inferences: { compared: scores.length, equal: scores.length - unequalScores.length },
    detections: { compared: detections.length, equal: detections.length - unequalDetections.length },
    outputsEqual: scores.every(([a, b]) => same(a?.q, b?.q)),
    differences: differences.sort((a, b) => a.ms - b.ms).slice(0, MOST),
  };
}

/** Of all takes, in their order. */
export function total(comparisons: readonly Comparison[]): Comparison & { readonly equal: boolean } {
  const sum = (what: 'inferences' | 'detections'): Compared => ({
    compared: comparisons.reduce((count, one) => count + one[what].compared, 0),
    equal: comparisons.reduce((count, one) => count + one[what].equal, 0),
  });
  return {
    inferences: sum('inferences'),
    detections: sum('detections'),
    outputsEqual: comparisons.every(({ outputsEqual }) => outputsEqual),
    differences: comparisons.flatMap(({ differences }) => differences).slice(0, MOST),
    equal: comparisons.every(({ differences }) => differences.length === 0),
  };
}

/** What has the same key in both; a key that comes twice in one is another pair. */
function pairs<T>(
  host: readonly T[],
  board: readonly T[],
  keyOf: (one: T) => string,
): readonly (readonly [T | undefined, T | undefined])[] {
  const left = new Map<string, T[]>();
  for (const one of board) {
    const key = keyOf(one);
    const there = left.get(key);
    if (there === undefined) left.set(key, [one]);
    else there.push(one);
  }
  const both = host.map((one) => [one, left.get(keyOf(one))?.shift()] as const);
  return [...both, ...[...left.values()].flat().map((one) => [undefined, one] as const)];
}

const scoreValue = ({ n, ms, q, p }: Said['scores'][number]) => ({ n, ms, q, p });
const detectValue = ({ label, ms, p }: Said['detections'][number]) => ({ label, ms, p });
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
