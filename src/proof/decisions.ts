/**
 * Decisions of the host and of the board, where everything up to the means is the same: the first that differs, and
 * which cutoff would explain it.
 */
import type { ResolvedProject } from '../project/types.js';
import type { BoardSaid } from './board.js';
import type { HostSaid } from './host-trace.js';
import type { Cause, ProofDifference } from './types.js';

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const four = (value: number) => value.toFixed(4);

/** @returns undefined where all are the same */
export function decisionDifference(
  host: HostSaid,
  board: BoardSaid,
  project: Pick<ResolvedProject, 'models' | 'gate'>,
): ProofDifference | undefined {
  const count = Math.max(host.detections.length, board.detections.length);
  for (let i = 0; i < count; i++) {
    const [own, there] = [host.detections[i], board.detections[i]];
    const key = (one: typeof there) => one && [one.m, one.label, one.ms, one.p];
    if (same(key(own), key(there))) continue;
    const boardFirst = there !== undefined && (own === undefined || there.ms < own.ms);
    const first = (boardFirst ? there : own)!;
    const other = boardFirst ? own : there;
    const together = other !== undefined && other.ms === first.ms && other.m === first.m;
    const text = (one: typeof first | undefined) =>
      one === undefined ? null : `${one.label} at ${four(one.p)}`;
    return {
      stage: 'decision',
      model: first.m,
      ms: first.ms,
      host: boardFirst && !together ? null : text(own),
      board: boardFirst || together ? text(there) : null,
      cause: cutoffCause(first, boardFirst, project),
    };
  }
  return undefined;
}

function cutoffCause(
  { m, label, p }: { readonly m: string; readonly label: string; readonly p: number },
  onBoard: boolean,
  { models, gate }: Pick<ResolvedProject, 'models' | 'gate'>,
): Cause {
  const cutoff = models.find(({ name }) => name === m)?.detector.cutoff;
  if (cutoff !== undefined && onBoard && p <= cutoff)
    return {
      kind: 'cutoff',
      text: `All means are the same; the board hears ${label} at ${four(p)}, below the cutoff ${cutoff} of the project: its own cutoff is lower`,
    };
  if (cutoff !== undefined && !onBoard)
    return {
      kind: 'cutoff',
      text: `All means are the same; the board is silent at ${four(p)}, above the cutoff ${cutoff} of the project: its own cutoff is higher${gate === undefined ? '' : ', its gate’s is'}, or it is deaf for longer`,
    };
  return {
    kind: 'detector',
    text: 'All means are the same, and the cutoff does not explain it: the refractory time or another setting of the detector in src/kws_config.cpp, or lib/kws_detector',
  };
}
