/**
 * The report as JUnit XML, as CI servers read it: a suite per place, a case per recording and per limit.
 *
 * A recording that went wrong is a failure of its own only where no limit allows for it: a set of which two words may be
 * missed passes with two, and what was missed is told in its case's output. Flaky places fail.
 */
import { printable } from '../../text/text.js';
import type { ClipResult, PlaceReport, SuiteReport } from '../types.js';
import { CHECK_NAMES, checkText, clipText, verdictText } from './words.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Control characters are no XML, escaped or not. */
const escaped = (text: string) => printable(text).replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);

interface Case {
  readonly name: string;
  readonly classname: string;
  readonly failure?: string;
  readonly error?: string;
  readonly skipped?: string;
  readonly output?: string;
}

export function junitXml(report: SuiteReport): string {
  const suites = report.places.map((place) => ({ place, cases: casesOf(report, place) }));
  const count = (cases: readonly Case[], field: 'failure' | 'error' | 'skipped') =>
    cases.filter((one) => one[field] !== undefined).length;
  const all = suites.flatMap(({ cases }) => cases);
  const seconds = report.places.reduce((sum, place) => sum + place.seconds, 0);
  const attributes = (cases: readonly Case[], time: number) =>
    `tests="${cases.length}" failures="${count(cases, 'failure')}" errors="${count(cases, 'error')}" skipped="${count(cases, 'skipped')}" time="${time.toFixed(1)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escaped(`${report.project} ${report.suite}`)}" ${attributes(all, seconds)}>`,
    ...suites.flatMap(({ place, cases }) => [
      `  <testsuite name="${escaped(place.name)}" ${attributes(cases, place.seconds)}>`,
      ...cases.flatMap(caseLines),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines({ name, classname, failure, error, skipped, output }: Case): readonly string[] {
  const head = `    <testcase classname="${escaped(classname)}" name="${escaped(name)}"`;
  const inner = [
    ...(failure === undefined ? [] : [`      <failure message="${escaped(failure)}"/>`]),
    ...(error === undefined ? [] : [`      <error message="${escaped(error)}"/>`]),
    ...(skipped === undefined ? [] : [`      <skipped message="${escaped(skipped)}"/>`]),
    ...(output === undefined ? [] : [`      <system-out>${escaped(output)}</system-out>`]),
  ];
  return inner.length === 0 ? [`${head}/>`] : [`${head}>`, ...inner, '    </testcase>'];
}

function casesOf(report: SuiteReport, place: PlaceReport): readonly Case[] {
  const { name, verdict, result } = place;
  const whole: Case = { classname: name, name: 'verdict' };
  if (result === undefined) return [{ ...whole, error: verdictText(place) }];
  const strict = {
    misses: report.limits.maxMisses === 0,
    accepts: report.limits.maxFalseAcceptsPerHour === 0,
  };
  const clips = result.clips.map((clip): Case => {
    const text = clipText(clip);
    const one = { classname: `${name}.${report.suite}`, name: clip.clip };
    if (text === undefined) return one;
    return isFault(clip, strict) ? { ...one, failure: text } : { ...one, output: text };
  });
  const limits = result.checks.map((check): Case => {
    const one = { classname: `${name}.limits`, name: CHECK_NAMES[check.limit] };
    const text = checkText(check).replace(/^.{10} {2}/, '');
    if (check.outcome === 'failed') return { ...one, failure: text };
    return check.outcome === 'passed' ? { ...one, output: text } : { ...one, skipped: text };
  });
  const unused = report.skipped.map(
    ({ clip, why }): Case => ({ classname: `${name}.${report.suite}`, name: clip, error: why }),
  );
  const tries: Case =
    verdict === 'passed'
      ? whole
      : verdict === 'error'
        ? { ...whole, error: verdictText(place) }
        : { ...whole, failure: verdictText(place) };
  return [...clips, ...unused, ...limits, tries];
}

function isFault(
  { words, falseAccepts }: ClipResult,
  strict: { readonly misses: boolean; readonly accepts: boolean },
): boolean {
  const missed = words.some(({ outcome }) => outcome === 'miss');
  return (missed && strict.misses) || (falseAccepts.length > 0 && strict.accepts);
}
