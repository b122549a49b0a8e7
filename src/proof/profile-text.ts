/** A profile as a table of text and as a page with a picture. Leaves to others: printing, files. */
import { escapeHtml, footer, page, svg, tableOf } from '../report/html.js';
import { table } from '../text/table.js';
import { printable } from '../text/text.js';
import type { Cost, ProfileReport } from './profile.js';

interface Row extends Cost {
  readonly name: string;
  readonly kernel: string;
  /** Of everything of a kind: front end, or one model. */
  readonly share: number;
}

interface Group {
  readonly title: string;
  readonly total: number;
  readonly rows: readonly Row[];
}

const sum = (costs: readonly Cost[]) => costs.reduce((all, { mean }) => all + mean, 0);

function groupsOf({ frontend, models }: ProfileReport): readonly Group[] {
  const rows = <C extends Cost>(
    costs: readonly C[],
    name: (cost: C) => string,
    kernel: (cost: C) => string,
  ) => {
    const all = sum(costs);
    return costs.map((cost) => ({
      ...cost,
      name: name(cost),
      kernel: kernel(cost),
      share: all === 0 ? 0 : cost.mean / all,
    }));
  };
  return [
    {
      title: 'Front end, a frame',
      total: sum(frontend),
      rows: rows(
        frontend,
        ({ name }) => name,
        () => '',
      ),
    },
    ...models.map(({ name, inference, operators }) => ({
      title: `${name}, an inference`,
      total: inference.mean,
      rows: rows(
        operators,
        ({ index, kind }) => `${index} ${kind}`,
        ({ kernel = '' }) => kernel,
      ),
    })),
  ].filter(({ total }) => total > 0);
}

const whole = (value: number, { unit }: ProfileReport) =>
  unit === 'instructions' ? Math.round(value).toLocaleString('en') : value.toFixed(value < 100 ? 1 : 0);
const percentOf = (share: number) => `${(100 * share).toFixed(1)} %`;

export function profileLines(report: ProfileReport): readonly string[] {
  const { board, runtime, unit, audioSeconds } = report;
  return [
    `${board}, runtime ${runtime}: ${unit} over ${audioSeconds.toFixed(1)} s of sound`,
    ...groupsOf(report).flatMap(({ title, total, rows }) => [
      '',
      `${printable(title)}: ${whole(total, report)} ${unit}`,
      ...(rows.length === 0
        ? []
        : table(
            ['STEP', 'KERNEL', unit.toUpperCase(), 'LEAST', 'MOST', 'SHARE'],
            rows.map(({ name, kernel, mean, min, max, share }) => [
              name,
              kernel,
              ...[mean, min, max].map((value) => whole(value, report)),
              percentOf(share),
            ]),
          )),
    ]),
    '',
    ...selfTestLines(report),
  ];
}

function selfTestLines({ kernels, right }: ProfileReport): readonly string[] {
  if (kernels.length === 0) return ['Self-test: no operator has a kernel'];
  const answers = kernels.reduce((all, { answers: count }) => all + count, 0);
  if (right)
    return [
      `Self-test: ${kernels.length} kernels gave the reference's answer, ${answers} times of ${answers}`,
    ];
  const wrong = kernels.filter((kernel) => kernel.right < kernel.answers);
  return [
    `Self-test: ${wrong.length} of ${kernels.length} kernels do not give the reference's answer on this board`,
    ...wrong.map(({ kernel, answers: count, right: good }) => `  ${kernel}: right ${good} times of ${count}`),
  ];
}

const WIDTH = 640;
const BAR = 18;
const LEFT = 240;

/** A bar per step, as long as its mean. */
function barsOf({ title, rows }: Group, report: ProfileReport): string {
  const most = Math.max(...rows.map(({ mean }) => mean), 1);
  const bars = rows.map(({ name, kernel, mean, share }, i) => {
    const y = i * BAR;
    const length = ((WIDTH - LEFT - 130) * mean) / most;
    const label = kernel === '' ? name : `${name} · ${kernel}`;
    return [
      `<text x="0" y="${y + 13}">${escapeHtml(label)}</text>`,
      `<rect class="bar" x="${LEFT}" y="${y + 3}" width="${length.toFixed(1)}" height="12"/>`,
      `<text class="value" x="${(LEFT + length + 6).toFixed(1)}" y="${y + 13}">${whole(mean, report)} (${percentOf(share)})</text>`,
    ].join('');
  });
  return svg(WIDTH, rows.length * BAR + 4, title, bars.join(''));
}

/** A page that stands by itself. */
export function profilePage(report: ProfileReport): string {
  const { board, runtime, build, unit, audioSeconds, kernels } = report;
  return page(`Profile of ${board}`, [
    `<p>${escapeHtml(`Runtime ${runtime}, build ${build}: ${unit} over ${audioSeconds.toFixed(1)} s of sound.`)}</p>`,
    ...groupsOf(report).flatMap((group) => [
      `<h2>${escapeHtml(group.title)}: ${whole(group.total, report)} ${unit}</h2>`,
      ...(group.rows.length === 0 ? [] : [`<figure>${barsOf(group, report)}</figure>`]),
    ]),
    '<h2>Self-test of the kernels</h2>',
    ...(kernels.length === 0
      ? selfTestLines(report).map((line) => `<p>${escapeHtml(line)}</p>`)
      : [
          tableOf(
            ['kernel', 'operators', 'answers', 'right'],
            kernels.map(({ kernel, operators, answers, right }) => [
              kernel,
              String(operators),
              String(answers),
              String(right),
            ]),
            new Set([1, 2, 3]),
          ),
        ]),
    footer('Means of one run each; made by kws-gen profile'),
  ]);
}
