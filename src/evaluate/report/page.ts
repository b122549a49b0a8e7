/**
 * The report as one page of HTML that stands by itself: curves, tables, and what went wrong, to look at and to
 * listen to. It needs neither network nor script.
 *
 * Leaves to others: the frame (`report/html.ts`), plots (`plots.ts`), excerpts (`examples.ts`).
 */

import { escapeHtml, footer, page, tableOf } from '../../report/html.js';
import { short } from '../../text/format-numbers.js';
import { VERSION } from '../../version.js';
import type { EvaluationReport, ModelReport, SweepPoint } from '../types.js';
import { acceptText, hoursText, missText, momentText, pointCells, settingText } from '../words.js';
import type { Example } from './examples.js';
import { excerptPlot, missPlot } from './plots.js';

const MOST_ROWS = 200;

export function reportPage(report: EvaluationReport, examples: readonly Example[]): string {
  const title = `${report.project}: misses and false accepts`;
  return page(
    title,
    [
      summary(report),
      ...report.models.map(modelPart),
      ...(report.confusion.heard.length > 1 && report.positives.clips > 0 ? [confusion(report)] : []),
      ...examplesPart('Misses', examples, 'miss'),
      misses(report),
      ...examplesPart('False accepts', examples, 'false-accept'),
      accepts(report),
      skipped(report),
      footer(
        `kws-gen ${VERSION}; ${report.models.map(({ name, sha256 }) => `sha256 of ${name} ${sha256}`).join('; ')}`,
      ),
    ],
    STYLE,
  );
}

function summary(report: EvaluationReport): string {
  const { positives, negatives, leadMs, tailMs, notes } = report;
  const rows: readonly (readonly [string, string])[] = [
    ['Positives', `${positives.clips} clips, ${hoursText(positives.hours)}: ${positives.paths.join(', ')}`],
    ['Negatives', `${negatives.clips} clips, ${hoursText(negatives.hours)}: ${negatives.paths.join(', ')}`],
    ['Front end', `${report.frontend}, ${report.arithmetic}, audio at ${report.sampleRate} Hz`],
    ['Padding', `${leadMs} ms before and ${tailMs} ms after each clip, noise as loud as its background`],
  ];
  const items = rows.map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`);
  const list = notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('');
  return `<dl>${items.join('\n')}</dl>${list === '' ? '' : `<ul>${list}</ul>`}`;
}

function modelPart(model: ModelReport): string {
  const { name, operating, choices, noise } = model;
  const { misses: rate, falseAccepts } = operating;
  const rows = [
    ['misses', missText(rate)],
    ...noise.map(({ snrDb, misses }) => [`misses at ${snrDb} dB SNR`, missText(misses)]),
    ['false accepts', acceptText(falseAccepts)],
    ['more detections in clips that were heard', String(operating.repeats)],
    ['false accepts in positives of other labels', String(operating.others)],
  ];
  const both = rate.clips > 0 && falseAccepts.hours > 0;
  return [
    `<h2>${escapeHtml(name)}</h2>`,
    `<p>At ${escapeHtml(settingText(operating))}; 95 % intervals are exact (binomial, Poisson).</p>`,
    tableOf(['', 'As the project is set'], rows),
    ...(both
      ? [
          `<figure class="curve">${missPlot(model)}<figcaption>Each point is a cutoff. Thick: the window of the project; shaded: from both lower to both upper 95 % bounds, bootstrapped over clips; thin: other windows; ring: as the project is set.</figcaption></figure>`,
          '<h3>The fewest misses for a budget</h3>',
          tableOf(
            ['False accepts', 'Misses', 'False accepts here', 'Cutoff', 'Window', 'Refractory time'],
            choices.map(({ maxFaPerHour, point }) => [
              `up to ${maxFaPerHour}/h`,
              ...(point === null ? ['no setting'] : pointCells(point, rate.clips, falseAccepts.hours)),
            ]),
          ),
          everySetting(model),
        ]
      : []),
  ].join('\n');
}

/** The fewest misses of each window and refractory time, whatever the cutoff. */
function everySetting({ sweep, choices, operating }: ModelReport): string {
  const { hours } = operating.falseAccepts;
  const budgets = choices.map(({ maxFaPerHour }) => maxFaPerHour);
  const families = new Map<string, SweepPoint[]>();
  for (const point of sweep) {
    const family = `${point.window},${point.refractoryMs}`;
    families.set(family, [...(families.get(family) ?? []), point]);
  }
  const best = (points: readonly SweepPoint[], most: number) => {
    const within = points.filter(({ falseAccepts }) => falseAccepts <= most * hours);
    if (within.length === 0) return '-';
    const least = within.reduce((one, other) => (other.misses < one.misses ? other : one));
    return `${least.misses} (${least.cutoff})`;
  };
  const rows = [...families.values()].map((points) => [
    String(points[0]!.window),
    `${short(points[0]!.refractoryMs)} ms`,
    ...budgets.map((most) => best(points, most)),
  ]);
  const header = ['Window', 'Refractory time', ...budgets.map((most) => `up to ${most}/h`)];
  return `<details><summary>Every window and refractory time: the fewest misses, and the highest cutoff that has them</summary>${tableOf(header, rows)}</details>`;
}

function confusion({ confusion: { heard, rows } }: EvaluationReport): string {
  const cells = rows.map(({ label, clips }) => [label, ...clips.map(String)]);
  const numeric = new Set(Array.from({ length: heard.length + 1 }, (_, i) => i + 1));
  return `<h2>Said, and heard</h2>${tableOf(['', ...heard, 'nothing'], cells, numeric)}`;
}

function examplesPart(title: string, examples: readonly Example[], kind: Example['kind']): readonly string[] {
  const shown = examples.filter((example) => example.kind === kind);
  if (shown.length === 0) return [];
  const drawn = shown.map(
    (example) =>
      `<figure class="example">${excerptPlot(example)}<audio controls preload="none" src="${example.audio}"></audio><figcaption>${escapeHtml(captionOf(example))}</figcaption></figure>`,
  );
  return [`<h2>${escapeHtml(title)}</h2>`, `<div class="grid">${drawn.join('\n')}</div>`];
}

const captionOf = ({ clip, ms, label, p }: Example) => `${clip}, ${momentText(ms)}: ${label} ${p.toFixed(3)}`;

function misses({ misses: all }: EvaluationReport): string {
  if (all.length === 0) return '<p>No positive clip was missed.</p>';
  const rows = all
    .slice(0, MOST_ROWS)
    .map(({ clip, label, highest, ms, heard }) => [
      clip,
      label,
      highest.toFixed(3),
      momentText(ms),
      heard.join(', '),
    ]);
  return `<h3>All misses (${all.length})</h3>${tableOf(['Clip', 'Label', 'Highest', 'At', 'Heard'], rows, new Set([2, 3]))}`;
}

function accepts({ falseAccepts: all }: EvaluationReport): string {
  if (all.length === 0) return '<p>There was no false accept.</p>';
  const rows = all
    .slice(0, MOST_ROWS)
    .map(({ clip, label, p, ms, inPositive }) => [
      clip,
      label,
      p.toFixed(3),
      momentText(ms),
      inPositive ? 'a positive of another label' : '',
    ]);
  return `<h3>All false accepts (${all.length})</h3>${tableOf(['Clip', 'Label', 'p', 'At', ''], rows, new Set([2, 3]))}`;
}

function skipped({ skipped: problems }: EvaluationReport): string {
  if (problems.length === 0) return '';
  const rows = problems.slice(0, MOST_ROWS).map(({ where = '', what }) => [where, what]);
  return `<h2>Files not used (${problems.length})</h2>${tableOf(['File', 'Why'], rows)}`;
}

const STYLE = `
.example { width: 356px; max-width: 100%; } .features { image-rendering: pixelated; }
.example audio { width: 100%; display: block; margin-top: .3rem; }
@media (max-width: 34rem) { .curve text { font-size: 21px; } }
.own { fill: none; stroke: var(--blue); stroke-width: 2; } .other { fill: none; stroke: var(--faint); stroke-width: 1; }
.band { fill: var(--blue); fill-opacity: .14; } .here { fill: none; stroke: var(--red); stroke-width: 2; }
.cutoff { stroke: var(--amber); stroke-dasharray: 4 3; } .heard { stroke: var(--red); stroke-width: 2; }
.padding { fill: var(--faint); fill-opacity: .25; }
`;
