/** Decisions against what is said: which is a hit, which a repeat, which a false accept, and how late a hit is. */
import { describe, expect, test } from 'vitest';
import { type HeardClip, judgeAll } from '../../src/suite/judge.js';
import type { Heard, SpokenWord, SuiteClip } from '../../src/suite/types.js';

const heard = (ms: number, label = 'go'): Heard => ({ model: 'm', label, ms, p: 0.9 });
const word = (beginMs: number, endMs: number, label = 'go'): SpokenWord => ({ label, beginMs, endMs });
const file = (more: Partial<SuiteClip> = {}): SuiteClip => ({ path: '/a', name: 'a', bytes: 1, ...more });
const one = (clip: SuiteClip, ...all: Heard[]): HeardClip => ({ clip, seconds: 36, heard: all });

const brief = (clips: readonly HeardClip[], toleranceMs = 1000) => {
  const { hits, misses, falseAccepts, confusions, repeats, latency } = judgeAll(clips, toleranceMs);
  return {
    hits,
    misses: misses.misses,
    accepts: falseAccepts.falseAccepts,
    confusions,
    repeats,
    latency: latency?.longestMs ?? null,
  };
};
type Brief = ReturnType<typeof brief>;
const none: Brief = { hits: 0, misses: 0, accepts: 0, confusions: 0, repeats: 0, latency: null };

describe('windows', () => {
  const two = file({ words: [word(1000, 1600), word(4000, 4700)] });
  test.each<[string, readonly Heard[], Partial<Brief>]>([
    ['nothing', [], { misses: 2 }],
    ['both', [heard(1700), heard(4650)], { hits: 2, latency: 100 }],
    ['one, before its end', [heard(1500)], { hits: 1, misses: 1, latency: -100 }],
    ['as late as may be', [heard(2600)], { hits: 1, misses: 1, latency: 1000 }],
    ['too late', [heard(2601)], { misses: 2, accepts: 1 }],
    ['before it begins', [heard(999)], { misses: 2, accepts: 1 }],
    ['one twice', [heard(1500), heard(1700)], { hits: 1, misses: 1, repeats: 1, latency: -100 }],
    ['another label', [heard(1500, 'stop')], { misses: 2, accepts: 1 }],
    ['in the padding before the file', [heard(-10)], { misses: 2 }],
  ])('%s', (_, all, expected) => {
    expect(brief([one(two, ...all)])).toEqual({ ...none, ...expected });
  });

  test('words that follow each other within the tolerance: each decision is one of them', () => {
    const close = file({ words: [word(0, 500), word(700, 1200)] });
    expect(brief([one(close, heard(600), heard(1300))])).toEqual({ ...none, hits: 2, latency: 100 });
    expect(brief([one(close, heard(1250), heard(1300))])).toMatchObject({ hits: 2, accepts: 0 });
  });
});

describe('clips of one word', () => {
  const clip = file({ label: 'go' });
  test.each<[string, readonly Heard[], Partial<Brief>]>([
    ['heard', [heard(100)], { hits: 1 }],
    ['heard twice', [heard(100), heard(200)], { hits: 1, repeats: 1 }],
    ['missed', [], { misses: 1 }],
    ['another label', [heard(100, 'stop')], { misses: 1, confusions: 1 }],
    ['both', [heard(100, 'stop'), heard(200)], { hits: 1, confusions: 1 }],
  ])('%s', (_, all, expected) => {
    expect(brief([one(clip, ...all)])).toEqual({ ...none, ...expected });
  });

  test('latency is told where the end of the word is known, and said to be estimated', () => {
    const { latency } = judgeAll([{ ...one(clip, heard(900)), endMs: 700.4 }, one(clip, heard(100))], 1000);
    expect(latency).toEqual({ hits: 1, estimated: 1, medianMs: 200, p95Ms: 200, longestMs: 200 });
  });

  test('are no hours of everyday sound; all others are', () => {
    const clips = [one(clip, heard(1)), one(file(), heard(1), heard(2)), one(file({ words: [word(0, 1)] }))];
    expect(judgeAll(clips, 0).falseAccepts).toMatchObject({ hours: 0.02, falseAccepts: 2, perHour: 100 });
  });
});
