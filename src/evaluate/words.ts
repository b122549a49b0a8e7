/** Rates as text: never more than their bound says. */
import { percent, short } from '../text/format-numbers.js';
import type { AcceptRate, MissRate, SettingReport, SweepPoint } from './types.js';

/** `3 of 63 (4.8 %, 95 % 1.0…13.3 %)` */
export function missText({ clips, misses, share, low, high }: MissRate): string {
  if (share === null) return 'no positives';
  return `${misses} of ${clips} (${percent(share, 1)}, 95 % ${(100 * low).toFixed(1)}…${percent(high, 1)})`;
}

/** `2 in 1.19 h (1.68/h, 95 % 0.204…6.07/h)`; of none only what that proves: `0 in 1.06 h (<= 2.84/h, 95 %)` */
export function acceptText({ falseAccepts, hours, perHour, low, high }: AcceptRate): string {
  if (perHour === null || high === null) return 'no negatives';
  const heard = `${falseAccepts} in ${hoursText(hours)}`;
  if (falseAccepts === 0) return `${heard} (<= ${upward(high)}/h, 95 %)`;
  return `${heard} (${rateText(perHour)}, 95 % ${three(low)}…${three(high)}/h)`;
}

/** The rate of so many in so long; a bound where there were none. */
export function perHourText(falseAccepts: number, hours: number): string {
  if (hours === 0) return '-';
  return falseAccepts === 0 ? `<= ${upward(-Math.log(0.05) / hours)}/h` : rateText(falseAccepts / hours);
}

export function rateText(perHour: number): string {
  return `${three(perHour)}/h`;
}

export function hoursText(hours: number): string {
  if (hours < 1 / 60) return `${three(hours * 3600)} s`;
  return hours < 0.1 ? `${three(hours * 60)} min` : `${hours.toFixed(2)} h`;
}

/** `cutoff 0.97, window 5, refractory time 1000 ms` */
export function settingText({ cutoff, window, refractoryMs }: SettingReport): string {
  return `cutoff ${cutoff}, window ${window}, refractory time ${short(refractoryMs)} ms`;
}

/** `1:02.35`, or `2.35 s` below a minute. */
export function momentText(ms: number): string {
  const seconds = Math.abs(ms) / 1000;
  const sign = ms < 0 ? '-' : '';
  if (seconds < 60) return `${sign}${seconds.toFixed(2)} s`;
  return `${sign}${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, '0')}`;
}

export function pointCells(point: SweepPoint, clips: number, hours: number): readonly string[] {
  return [
    `${point.misses} of ${clips}`,
    `${point.falseAccepts} (${perHourText(point.falseAccepts, hours)})`,
    String(point.cutoff),
    String(point.window),
    `${short(point.refractoryMs)} ms`,
  ];
}

const three = (value: number) => String(Number(value.toPrecision(3)));

/** A bound is never rounded down. */
function upward(value: number): string {
  const rounded = Number(value.toPrecision(3));
  if (rounded >= value) return String(rounded);
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return three(rounded + unit);
}
