/**
 * What was found against its limits: the verdict.
 *
 * Owns: which numbers a limit is held against, and when it cannot be judged. A limit that cannot be judged is told,
 * and is none that was kept.
 */
import type { AcceptRate, MissRate } from '../evaluate/types.js';
import type { Limits } from '../project/limits.js';
import type { Check, HostComparison, Latency, Pace, Timing } from './types.js';

/** What there is to judge; absent or null: it is not known here. */
export interface Found {
  readonly misses: MissRate;
  readonly falseAccepts: AcceptRate;
  readonly latency?: Latency | null;
  readonly timing?: Timing | null;
  readonly overruns?: number | null;
  readonly pace?: Pace | null;
  readonly host?: HostComparison | null;
  /** What computes: said where a number is not known. */
  readonly place: 'host' | 'board';
}

const NO_CLOCK = 'a virtual board computes in the time of this computer; a real board, or its twin, tells it';

/** One per limit that is given, in their order, and whether the board says what the host does. */
export function checksOf(limits: Limits, found: Found): readonly Check[] {
  const { misses, falseAccepts, latency, timing, overruns, pace, host, place } = found;
  const checks: Check[] = [];
  const judge = (
    limit: Check['limit'],
    value: number | undefined,
    more: { readonly allowed?: number | undefined; readonly note?: string | undefined },
  ) => {
    const { allowed, note } = more;
    if (allowed === undefined) return;
    const outcome = value === undefined ? 'not judged' : value <= allowed ? 'passed' : 'failed';
    checks.push({
      limit,
      allowed,
      ...(value === undefined ? {} : { found: value }),
      outcome,
      ...(note === undefined ? {} : { note }),
    });
  };
  judge('maxMisses', misses.clips === 0 ? undefined : misses.misses, {
    allowed: limits.maxMisses,
    note: misses.clips === 0 ? 'there is no word to be heard' : undefined,
  });
  judge('maxFalseAcceptsPerHour', falseAccepts.perHour ?? undefined, {
    allowed: limits.maxFalseAcceptsPerHour,
    note: falseAccepts.perHour === null ? 'there is no recording without a word' : undefined,
  });
  // Who heard nothing has no latency, and that is no reason to pass.
  const noneHeard = misses.clips > 0 && misses.misses === misses.clips;
  if (noneHeard && limits.maxLatencyMs !== undefined)
    checks.push({
      limit: 'maxLatencyMs',
      allowed: limits.maxLatencyMs,
      outcome: 'failed',
      note: 'nothing was heard',
    });
  else
    judge('maxLatencyMs', latency?.longestMs, { allowed: limits.maxLatencyMs, note: latencyNote(latency) });
  const known = timing != null && timing.of !== 'computer';
  judge('maxLoad', known ? timing.load : undefined, {
    allowed: limits.maxLoad,
    note: known
      ? timing.of === 'estimate'
        ? 'estimated from counted instructions'
        : undefined
      : place === 'host'
        ? 'the host has no load: --board names what has'
        : NO_CLOCK,
  });
  if (place === 'board') {
    judge('maxLate', pace?.late, {
      allowed: limits.maxLate,
      note: pace == null ? NO_CLOCK : undefined,
    });
    judge('maxOverruns', overruns ?? undefined, {
      allowed: limits.maxOverruns,
      note: overruns == null ? NO_CLOCK : undefined,
    });
    if (host != null) {
      const differ = host.inferences.compared - host.inferences.equal;
      const decisions = host.detections.compared - host.detections.equal;
      judge('sameAsHost', differ + decisions, { allowed: 0 });
    }
  }
  return checks;
}

function latencyNote(latency: Latency | null | undefined): string | undefined {
  if (latency == null) return 'the end of no word that was heard is known';
  return latency.estimated === 0
    ? undefined
    : `of ${latency.estimated === latency.hits ? 'all' : latency.estimated} words the end is estimated from their sound`;
}

export const passes = (checks: readonly Check[]): boolean =>
  checks.every(({ outcome }) => outcome !== 'failed');
