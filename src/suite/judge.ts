/**
 * Decisions of a place against what is said in a suite: hits, misses, false accepts, latency.
 *
 * Pure. Leaves to others: how the decisions came about (`hear.ts`), limits (`checks.ts`).
 */
import { acceptRate, missRate } from '../evaluate/rates.js';
import type { ClipResult, Heard, Judged, Latency, SpokenWord, SuiteClip, WordOutcome } from './types.js';

/** A clip and every decision of it, in the order of time. */
export interface HeardClip {
  readonly clip: SuiteClip;
  /** Without padding. */
  readonly seconds: number;
  readonly heard: readonly Heard[];
  /** End of the only word, found in the sound; undefined where it could not be. ms */
  readonly endMs?: number | undefined;
}

export function judgeAll(clips: readonly HeardClip[], toleranceMs: number): Judged {
  const results = clips.map((one) => judgeClip(one, toleranceMs));
  const words = results.flatMap((result) => result.words);
  const hits = words.filter(({ outcome }) => outcome === 'hit').length;
  // What a clip with one word holds beside it is no everyday sound.
  const seconds = clips.reduce((sum, { clip, seconds }) => sum + (clip.label === undefined ? seconds : 0), 0);
  const sum = (of: (result: ClipResult) => number) => results.reduce((all, one) => all + of(one), 0);
  return {
    clips: results,
    hits,
    misses: missRate(words.length - hits, words.length),
    falseAccepts: acceptRate(
      sum(({ falseAccepts }) => falseAccepts.length),
      seconds / 3600,
    ),
    confusions: sum(({ confusions }) => confusions.length),
    repeats: sum(({ repeats }) => repeats),
    latency: latencyOf(clips, results),
  };
}

function judgeClip({ clip, seconds, heard, endMs }: HeardClip, toleranceMs: number): ClipResult {
  const counted = heard.filter(({ ms }) => ms >= 0);
  const base = { clip: clip.name, seconds };
  if (clip.label !== undefined) {
    const own = counted.filter(({ label }) => label === clip.label);
    const confusions = counted.filter(({ label }) => label !== clip.label);
    const word = outcomeOf(clip.label, own[0], endMs);
    return { ...base, words: [word], falseAccepts: [], confusions, repeats: Math.max(0, own.length - 1) };
  }
  const words = clip.words ?? [];
  const first = new Map<SpokenWord, Heard>();
  const falseAccepts: Heard[] = [];
  let repeats = 0;
  for (const one of counted) {
    const within = words.filter(
      ({ label, beginMs, endMs: end }) =>
        label === one.label && one.ms >= beginMs && one.ms <= end + toleranceMs,
    );
    // Windows of words that follow each other closely overlap by the tolerance: the first not yet heard.
    const word = within.find((candidate) => !first.has(candidate));
    if (word !== undefined) first.set(word, one);
    else if (within.length > 0) repeats++;
    else falseAccepts.push(one);
  }
  return {
    ...base,
    words: words.map((word) => outcomeOf(word.label, first.get(word), word.endMs)),
    falseAccepts,
    confusions: [],
    repeats,
  };
}

function outcomeOf(label: string, heard: Heard | undefined, endMs: number | undefined): WordOutcome {
  if (heard === undefined) return { label, outcome: 'miss' };
  const { ms } = heard;
  return { label, outcome: 'hit', ms, ...(endMs === undefined ? {} : { latencyMs: Math.round(ms - endMs) }) };
}

function latencyOf(clips: readonly HeardClip[], results: readonly ClipResult[]): Latency | null {
  const all = results.flatMap(({ words }, i) =>
    words.flatMap((word) =>
      word.outcome === 'hit' && word.latencyMs !== undefined
        ? [{ ms: word.latencyMs, estimated: clips[i]!.clip.label !== undefined }]
        : [],
    ),
  );
  if (all.length === 0) return null;
  const sorted = all.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
  return {
    hits: all.length,
    estimated: all.filter(({ estimated }) => estimated).length,
    medianMs: at(0.5),
    p95Ms: at(0.95),
    longestMs: sorted.at(-1)!,
  };
}
