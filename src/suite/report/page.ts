/** The report as one page of HTML that stands by itself. Leaves to others: the frame (`report/html.ts`). */
import { acceptText, hoursText, missText } from '../../evaluate/words.js';
import { escapeHtml, footer, page, tableOf } from '../../report/html.js';
import { VERSION } from '../../version.js';
import type { PlaceReport, PlaceResult, SuiteReport } from '../types.js';
import { cells } from './table.js';
import { checkText, clipText, loadText, milliseconds, verdictText } from './words.js';

const MOST_ROWS = 500;

export function suitePage(report: SuiteReport): string {
  const { project, suite, passed, clips, words, hours, places, skipped, notes } = report;
  return page(
    `${project}: ${suite} ${passed ? 'passed' : 'failed'}`,
    [
      `<p>${escapeHtml(`${clips} recordings, ${words} words, ${hoursText(hours)} in which false accepts are counted`)}</p>`,
      tableOf(
        ['', 'Verdict', 'Hits', 'Misses', 'False accepts', 'Latency', 'Inference', 'Load', 'Overruns'],
        places.map(({ name, verdict, result }) => [
          name,
          verdict,
          ...(result === undefined ? [] : cells(result)),
        ]),
        new Set([2, 3, 4, 5]),
      ),
      ...notes.map((note) => `<p>${escapeHtml(note)}</p>`),
      ...places.map(placePart),
      skipped.length === 0
        ? ''
        : `<h2>Not used (${skipped.length})</h2>${tableOf(
            ['Recording', 'Why'],
            skipped.slice(0, MOST_ROWS).map(({ clip, why }) => [clip, why]),
          )}`,
      footer(`kws-gen ${VERSION}`),
    ],
    STYLE,
  );
}

function placePart(place: PlaceReport): string {
  const { name, verdict, result, attempts } = place;
  const tries =
    attempts.length < 2
      ? ''
      : tableOf(
          ['Try', 'Verdict', 'Why'],
          attempts.map((attempt, i) => [String(i + 1), attempt.verdict, attempt.why ?? '']),
        );
  return [
    `<h2>${escapeHtml(name)}</h2>`,
    `<p class="${verdict}">${escapeHtml(verdictText(place))}</p>`,
    tries,
    ...(result === undefined ? [] : [resultPart(result)]),
  ].join('\n');
}

function resultPart(result: PlaceResult): string {
  const { board, build, runtime, misses, falseAccepts, latency, timing, host, clips, checks } = result;
  const rows: readonly (readonly [string, string])[] = [
    ...(board === undefined
      ? []
      : ([['Board', `${board}, runtime ${runtime}, build ${build}`]] as [string, string][])),
    ['Misses', missText(misses)],
    ['False accepts', acceptText(falseAccepts)],
    ...(latency === null
      ? []
      : ([
          [
            'Latency',
            `median ${latency.medianMs} ms, 95 % ${latency.p95Ms} ms, longest ${latency.longestMs} ms; of ${latency.estimated} of ${latency.hits} words the end is estimated`,
          ],
        ] as [string, string][])),
    ...(timing === null
      ? []
      : ([
          ['Front end', `${milliseconds(timing.frontendMs)} a step`],
          ...timing.models.map(({ name, meanMs }) => [`Inference of ${name}`, milliseconds(meanMs)]),
          ['Load', loadText(timing)],
        ] as [string, string][])),
    ...(host === null
      ? []
      : ([
          [
            'As the host',
            `${host.inferences.equal} of ${host.inferences.compared} inferences, ${host.detections.equal} of ${host.detections.compared} detections`,
          ],
        ] as [string, string][])),
  ];
  const wrong = clips.flatMap((clip) => {
    const text = clipText(clip);
    return text === undefined ? [] : [[clip.clip, text]];
  });
  const list = rows.map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`);
  const checkItems = checks.map(
    (check) => `<li class="${check.outcome.replace(' ', '-')}">${escapeHtml(checkText(check))}</li>`,
  );
  return [
    `<dl>${list.join('\n')}</dl>`,
    `<ul class="checks">${checkItems.join('')}</ul>`,
    wrong.length === 0
      ? '<p>Every recording gave what it says.</p>'
      : tableOf(['Recording', 'What went wrong'], wrong.slice(0, MOST_ROWS)),
  ].join('\n');
}

const STYLE = `
.failed, .flaky, .error { color: var(--red); font-weight: 600; }
.checks { list-style: none; padding: 0; font-family: ui-monospace, monospace; font-size: 13px; white-space: pre-wrap; }
.not-judged { color: var(--quiet); }
`;
