/** The report as lines of text. Leaves to others: printing. */
import { acceptText, hoursText, missText } from '../../evaluate/words.js';
import { table } from '../../text/table.js';
import { printable } from '../../text/text.js';
import type { PlaceReport, PlaceResult, SuiteReport } from '../types.js';
import { checkText, clipText, loadText, milliseconds, verdictText } from './words.js';

const MOST_CLIPS = 20;

export function suiteLines(report: SuiteReport): readonly string[] {
  const { suite, project, clips, words, hours, places, skipped, notes, passed } = report;
  return [
    `${project}, suite ${suite}: ${clips} recordings, ${words} words, ${hoursText(hours)} for false accepts`,
    '',
    ...comparison(places),
    ...places.flatMap((place) => placeLines(place)),
    ...(skipped.length === 0
      ? []
      : [
          '',
          `Not used, so the suite fails: ${skipped.length}`,
          ...skipped.slice(0, MOST_CLIPS).map(({ clip, why }) => `  ${printable(clip)}: ${printable(why)}`),
        ]),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `Note: ${note}`)]),
    '',
    passed ? 'Passed' : 'Failed',
  ];
}

/** All places side by side. */
function comparison(places: readonly PlaceReport[]): readonly string[] {
  const header = [
    '',
    'VERDICT',
    'HITS',
    'MISSES',
    'FALSE ACCEPTS',
    'LATENCY',
    'INFERENCE',
    'LOAD',
    'OVERRUNS',
  ];
  return table(
    header,
    places.map(({ name, verdict, result }) => [
      name,
      verdict,
      ...(result === undefined ? [] : cells(result)),
    ]),
  );
}

export function cells(result: PlaceResult): readonly string[] {
  const { hits, misses, falseAccepts, latency, timing, overruns } = result;
  return [
    String(hits),
    String(misses.misses),
    falseAccepts.perHour === null ? '-' : String(falseAccepts.falseAccepts),
    latency === null ? '-' : `${latency.medianMs} ms`,
    timing === null ? '-' : timing.models.map(({ meanMs }) => milliseconds(meanMs)).join(', '),
    loadText(timing),
    overruns === null ? '-' : String(overruns),
  ];
}

function placeLines(place: PlaceReport): readonly string[] {
  const { name, result } = place;
  const head = ['', `${name}: ${verdictText(place)}`];
  if (result === undefined) return head.map(printable);
  const { misses, falseAccepts, latency, repeats, confusions, timing, pace, host } = result;
  const lines = [
    ...head,
    `  misses         ${missText(misses)}`,
    `  false accepts  ${acceptText(falseAccepts)}`,
    ...(confusions === 0 ? [] : [`  heard instead  ${confusions} labels in clips of another one`]),
    ...(repeats === 0 ? [] : [`  repeats        ${repeats} more detections of words that were heard`]),
    ...(latency === null
      ? []
      : [
          `  latency        median ${latency.medianMs} ms, 95 % ${latency.p95Ms} ms, longest ${latency.longestMs} ms${latency.estimated === 0 ? '' : `; the end of ${latency.estimated} of ${latency.hits} words is estimated from their sound`}`,
        ]),
    ...(timing === null
      ? []
      : [
          `  front end      ${milliseconds(timing.frontendMs)} a step`,
          ...timing.models.map(
            ({ name: model, meanMs, longestMs }) =>
              `  inference      ${model} ${milliseconds(meanMs)}${longestMs === undefined ? '' : `, longest ${milliseconds(longestMs)}`}`,
          ),
          `  load           ${loadText(timing)}`,
        ]),
    ...(pace === null
      ? []
      : [
          `  in time        ${pace.late === 0 ? 'always' : `not in ${pace.late} steps`}, at most ${milliseconds(pace.behindMs)} (${pace.behindSamples} samples) behind`,
        ]),
    ...(host === null
      ? []
      : [
          `  as the host    ${host.inferences.equal} of ${host.inferences.compared} inferences, ${host.detections.equal} of ${host.detections.compared} detections${host.playedAgain === 0 ? '' : `; played again: ${host.playedAgain}`}`,
        ]),
    ...result.checks.map((check) => `  ${checkText(check)}`),
    ...wrongClips(result),
  ];
  return lines.map(printable);
}

function wrongClips({ clips }: PlaceResult): readonly string[] {
  const wrong = clips.flatMap((clip) => {
    const text = clipText(clip);
    return text === undefined ? [] : [`    ${clip.clip}: ${text}`];
  });
  const more = wrong.length - MOST_CLIPS;
  return [
    ...wrong.slice(0, MOST_CLIPS),
    ...(more > 0 ? [`    and ${more} more (--json and --report have all)`] : []),
  ];
}
