/** Options of `evaluate` and `tune` that are more than a text. */
import { inputError } from '../../diagnostics/errors.js';

/** `20,10,5` → dB. */
export function parseSnrs(text: string): readonly number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.length <= 20 && numbers.every((number) => number >= -60 && number <= 120))
    return [...new Set(numbers)];
  throw inputError({
    what: `"${text}" is no list of signal-to-noise ratios`,
    where: '--snr',
    next: 'give decibels, separated by commas: --snr 20,10,5',
  });
}

/** `0.5/h`, `1/10h`, or a bare number → per hour. */
export function parseRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(?:\s*\/\s*(\d+(?:\.\d+)?)?\s*h)?$/.exec(text.trim());
  const rate = match === null ? Number.NaN : Number(match[1]) / Number(match[2] ?? 1);
  if (rate >= 0 && Number.isFinite(rate)) return rate;
  throw inputError({
    what: `"${text}" is no rate of false accepts`,
    where: '--max-fa',
    next: 'give false accepts per hour, such as 0.5/h or 1/10h',
  });
}

/** Longest audio around a clip. ms */
const LONGEST_PADDING = 60_000;

/** `1s`, `500ms`, and, other than other times, `0`. */
export function parsePadding(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s)?$/.exec(text.trim());
  const ms = match === null ? Number.NaN : Math.round(Number(match[1]) * (match[2] === 'ms' ? 1 : 1000));
  if (ms <= LONGEST_PADDING) return ms;
  throw inputError({
    what: `"${text}" is no time of up to ${LONGEST_PADDING / 1000} s`,
    where: option,
    next: 'give a number and a unit (ms or s), such as 500ms, or 0',
  });
}
