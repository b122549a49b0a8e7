/** Limits: which are kept, which are not, and which cannot be judged. */
import { expect, test } from 'vitest';
import { acceptRate, missRate } from '../../src/evaluate/rates.js';
import { checksOf, type Found, passes } from '../../src/suite/checks.js';
import type { Timing } from '../../src/suite/types.js';

const timing = (of: Timing['of'], load: number): Timing => ({ of, load, frontendMs: 1, models: [] });
const latency = { hits: 2, estimated: 0, medianMs: 100, p95Ms: 300, longestMs: 300 };
const same = { compared: 3, equal: 3 };
const host = { equal: true, inferences: same, detections: same, differences: [], playedAgain: 0 };
const found: Found = { misses: missRate(1, 4), falseAccepts: acceptRate(1, 2), latency, place: 'board' };

test.each<[string, Parameters<typeof checksOf>[0], Partial<Found>, string]>([
  ['as many misses as may be', { maxMisses: 1 }, {}, 'passed'],
  ['one more', { maxMisses: 0 }, {}, 'failed'],
  ['no words', { maxMisses: 0 }, { misses: missRate(0, 0) }, 'not judged'],
  ['a rate', { maxFalseAcceptsPerHour: 0.5 }, {}, 'passed'],
  ['a rate above', { maxFalseAcceptsPerHour: 0.49 }, {}, 'failed'],
  ['no hours', { maxFalseAcceptsPerHour: 0 }, { falseAccepts: acceptRate(0, 0) }, 'not judged'],
  ['the longest latency', { maxLatencyMs: 300 }, {}, 'passed'],
  ['which is too long', { maxLatencyMs: 299 }, {}, 'failed'],
  ['of nothing that is heard', { maxLatencyMs: 299 }, { misses: missRate(4, 4), latency: null }, 'failed'],
  ['of words whose end is not known', { maxLatencyMs: 299 }, { latency: null }, 'not judged'],
  ['the load of a board', { maxLoad: 0.5 }, { timing: timing('board', 0.6) }, 'failed'],
  ['an estimated one', { maxLoad: 0.5 }, { timing: timing('estimate', 0.4) }, 'passed'],
  ['the load of this computer', { maxLoad: 0.5 }, { timing: timing('computer', 0.6) }, 'not judged'],
  ['overruns', { maxOverruns: 0 }, { overruns: 1 }, 'failed'],
  ['steps done too late', { maxLate: 2 }, { pace: { late: 3, behindMs: 90, behindSamples: 1440 } }, 'failed'],
  ['as many as may be', { maxLate: 3 }, { pace: { late: 3, behindMs: 90, behindSamples: 1440 } }, 'passed'],
  ['steps that nobody counts', { maxLate: 0 }, {}, 'not judged'],
  ['overruns that nobody counts', { maxOverruns: 0 }, { overruns: null }, 'not judged'],
  ['what the host says', {}, { host }, 'passed'],
  ['another value', {}, { host: { ...host, inferences: { compared: 3, equal: 2 } } }, 'failed'],
])('%s', (_, limits, more, outcome) => {
  const checks = checksOf(limits, { ...found, ...more });
  expect(checks.map((check) => check.outcome)).toEqual([outcome]);
  expect(passes(checks)).toBe(outcome !== 'failed');
  if (outcome === 'not judged') expect(checks[0]!.note).toBeTruthy();
});

test('overruns are none of the host’s', () => {
  expect(checksOf({ maxOverruns: 0 }, { ...found, place: 'host' })).toEqual([]);
});
