/** Results of a suite as words: the same in the table, on the page and in JUnit. */
import { percent, short } from '../../text/format-numbers.js';
import type { Check, ClipResult, PlaceReport, Timing } from '../types.js';

export const CHECK_NAMES: Readonly<Record<Check['limit'], string>> = {
  maxMisses: 'misses',
  maxFalseAcceptsPerHour: 'false accepts per hour',
  maxLatencyMs: 'latency',
  maxLoad: 'load',
  maxLate: 'steps done too late',
  maxOverruns: 'overruns',
  sameAsHost: 'values other than the host’s',
};

const UNITS: Partial<Readonly<Record<Check['limit'], string>>> = { maxLatencyMs: ' ms' };

/** `failed      misses 3, at most 2` */
export function checkText({ limit, allowed, found, outcome, note }: Check): string {
  const unit = UNITS[limit] ?? '';
  const value = (number: number) => (limit === 'maxLoad' ? percent(number, 0) : `${short(number)}${unit}`);
  const said = found === undefined ? '' : ` ${value(found)}`;
  const why = note === undefined ? '' : ` (${note})`;
  return `${outcome.padEnd(10)}  ${CHECK_NAMES[limit]}${said}, at most ${value(allowed)}${why}`;
}

const OF: Readonly<Record<Timing['of'], string>> = {
  board: '',
  computer: ' of this computer',
  estimate: ' estimated',
};

/** `41 %`, `41 % estimated` */
export function loadText(timing: Timing | null): string {
  return timing === null ? '-' : `${percent(timing.load, 0)}${OF[timing.of]}`;
}

export function milliseconds(value: number | undefined): string {
  if (value === undefined) return '-';
  return `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`;
}

/** `passed`, `flaky: try 2 of 3 passed`, `error: the device went away` */
export function verdictText({ verdict, attempts, error }: PlaceReport): string {
  if (verdict === 'flaky') return `flaky: try ${attempts.length} passed, before: ${attempts[0]?.why ?? ''}`;
  const tries = attempts.length > 1 ? ` in ${attempts.length} tries` : '';
  return verdict === 'error' ? `error${tries}: ${error ?? ''}` : `${verdict}${tries}`;
}

/** What is wrong with a clip, in a few words; undefined where nothing is. */
export function clipText({ words, falseAccepts, confusions }: ClipResult): string | undefined {
  const missed = words.filter(({ outcome }) => outcome === 'miss').length;
  const parts = [
    ...(missed === 0 ? [] : [words.length === 1 ? 'missed' : `${missed} of ${words.length} words missed`]),
    ...falseAccepts.map(({ label, ms, p }) => `${label} heard at ${(ms / 1000).toFixed(2)} s (${p})`),
    ...confusions.map(({ label, ms, p }) => `${label} heard instead at ${(ms / 1000).toFixed(2)} s (${p})`),
  ];
  const [first, second, third, ...more] = parts;
  if (first === undefined) return undefined;
  const shown = [first, second, third].filter((part) => part !== undefined);
  return more.length === 0 ? shown.join('; ') : `${shown.join('; ')}; and ${more.length} more`;
}
