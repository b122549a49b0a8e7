/**
 * The report as the one object of `--json`, for scripts: what became of every clip is whole, the lists of what went
 * wrong are bounded. docs/evaluating.md says what is in it.
 */
import type { EvaluationReport } from '../types.js';

/** Of misses, false accepts and files that could not be used; their numbers are told beside. */
const MOST = 10_000;

export function reportObject(report: EvaluationReport) {
  const { misses, falseAccepts, skipped, ...rest } = report;
  return {
    t: 'evaluate' as const,
    ...rest,
    misses: misses.slice(0, MOST),
    falseAccepts: falseAccepts.slice(0, MOST),
    skipped: skipped.slice(0, MOST).map(({ where, what }) => ({ where, what })),
    counts: { misses: misses.length, falseAccepts: falseAccepts.length, skipped: skipped.length },
  };
}
