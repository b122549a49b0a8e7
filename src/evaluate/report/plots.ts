/**
 * The plots of the page as SVG: misses against false accepts per hour, and probabilities over time.
 *
 * Owns: geometry. Leaves to others: colours (classes; the page's style), numbers.
 */

import { escapeHtml, svg } from '../../report/html.js';
import { short } from '../../text/format-numbers.js';
import type { CurvePoint, ModelReport, SweepPoint } from '../types.js';
import type { Example } from './examples.js';

const at = (value: number) => Number(value.toFixed(1));
const path = (points: readonly (readonly [number, number])[]) =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join('');

const WIDTH = 640;
const HEIGHT = 340;
const LEFT = 88;
const TOP = 12;
/** Where ticks stand below the axis: on a phone their letters are twice as high as those of the plot. */
const BELOW = 18;
/** Room for points without any false accept, left of the logarithmic axis. */
const ZERO = 84;

/**
 * Share of misses over false accepts per hour: a line per window at the operating refractory time, that of the
 * operating window with its bands. Points without a false accept stand where the bound 3 / T is said.
 */
export function missPlot(model: ModelReport): string {
  const { operating, curve, sweep } = model;
  const clips = operating.misses.clips;
  const { hours } = operating.falseAccepts;
  const counts = [...sweep, operating.falseAccepts].map(({ falseAccepts }) => falseAccepts);
  const rates = counts.filter((count) => count > 0).map((count) => count / hours);
  const least = Math.floor(Math.log10(Math.min(1, ...rates, 1 / hours)));
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(1, ...rates))));
  const highest = scaleEnd([...curve.map(({ misses }) => misses / clips), operating.misses.share ?? 0]);
  const x = (perHour: number) =>
    perHour <= 0
      ? LEFT + ZERO / 2
      : LEFT + ZERO + ((Math.log10(perHour) - least) / (most - least)) * (WIDTH - ZERO);
  const y = (share: number) => TOP + HEIGHT * (1 - Math.min(1, share / highest));
  const place = ({ misses, falseAccepts }: SweepPoint): [number, number] => [
    x(falseAccepts / hours),
    y(misses / clips),
  ];
  const own = (point: SweepPoint) => point.refractoryMs === operating.refractoryMs;
  const windows = [...new Set(sweep.map(({ window }) => window))].filter((one) => one !== operating.window);
  const lines = windows.map((window) => {
    const points = sweep.filter((point) => own(point) && point.window === window);
    return `<path class="other" d="${path(points.map(place))}"><title>window ${window}</title></path>`;
  });
  const corner =
    (end: 'low' | 'high') =>
    (point: CurvePoint): [number, number] => [
      Math.min(LEFT + WIDTH, x(point.acceptBand?.[end] ?? point.falseAccepts / hours)),
      y(point.missBand?.[end] ?? point.misses / clips),
    ];
  const bounded = curve.filter(
    ({ missBand, acceptBand }) => missBand !== undefined || acceptBand !== undefined,
  );
  const edges = [...bounded.map(corner('low')), ...bounded.map(corner('high')).reverse()];
  const band = bounded.length === 0 ? '' : `<path class="band" d="${path(edges)}Z"/>`;
  const dots = curve.map((point) => {
    const [px, py] = place(point);
    const text = `cutoff ${point.cutoff}: ${point.misses} of ${clips} missed, ${point.falseAccepts} false accepts`;
    return `<circle class="dot" cx="${at(px)}" cy="${at(py)}" r="3"><title>${escapeHtml(text)}</title></circle>`;
  });
  const [ox, oy] = [x(operating.falseAccepts.perHour ?? 0), y(operating.misses.share ?? 0)];
  const here = `<circle class="here" cx="${at(ox)}" cy="${at(oy)}" r="7"><title>operating point</title></circle>`;
  const decades = Array.from({ length: most - least + 1 }, (_, i) => least + i);
  const axes = [
    `<rect class="frame" x="${LEFT}" y="${TOP}" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<line class="axis" x1="${LEFT + ZERO}" x2="${LEFT + ZERO}" y1="${TOP}" y2="${TOP + HEIGHT}" stroke-dasharray="2 3"/>`,
    ...decades.map((decade) => tick(x(10 ** decade), TOP + HEIGHT + BELOW, short(10 ** decade), 'middle')),
    tick(LEFT + ZERO / 2, TOP + HEIGHT + BELOW, 'none', 'middle'),
    ...[0, 0.25, 0.5, 0.75, 1].map((part) =>
      tick(LEFT - 6, y(part * highest) + 4, `${short(100 * part * highest)} %`, 'end'),
    ),
    `<text class="label" x="${LEFT + WIDTH / 2}" y="${TOP + HEIGHT + 2.4 * BELOW}" text-anchor="middle">false accepts per hour (none in ${short(hours)} h: at most ${short(3 / hours)})</text>`,
    `<text class="label" x="12" y="${TOP + HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 12 ${TOP + HEIGHT / 2})">misses</text>`,
  ];
  const line = `<path class="own" d="${path(curve.map(place))}"/>`;
  const inside = [...axes, band, ...lines, line, ...dots, here].join('');
  return svg(LEFT + WIDTH + 40, TOP + HEIGHT + 50, `misses against false accepts of ${model.name}`, inside);
}

/** Ends of the axis of misses whose quarters are round. */
const ENDS = [0.04, 0.08, 0.2, 0.4, 0.6, 0.8];

function scaleEnd(shares: readonly number[]): number {
  const most = Math.max(...shares);
  return ENDS.find((end) => end >= most) ?? 1;
}

const tick = (x: number, y: number, text: string, anchor: string) =>
  `<text class="value" x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escapeHtml(text)}</text>`;

/** An excerpt is drawn as wide as a phone shows it. */
const EXCERPT = { left: 34, width: 308, probability: 90, gap: 8, features: 120 } as const;

/**
 * An excerpt over its time: the smoothed probability, the cutoff and where something was heard; below it the
 * features, low channels at the bottom.
 */
export function excerptPlot({
  timeline,
  picture,
  channels,
  cepstra,
}: Pick<Example, 'timeline' | 'picture' | 'channels' | 'cepstra'>): string {
  const { fromMs, toMs, clipMs, cutoff, label, points, heardMs } = timeline;
  const { left, width, probability: height, gap, features } = EXCERPT;
  const x = (ms: number) =>
    left + Math.min(1, Math.max(0, (ms - fromMs) / Math.max(1, toMs - fromMs))) * width;
  const y = (p: number) => 6 + (1 - p) * (height - 8);
  const top = height + gap;
  const bottom = top + features;
  const padding = (from: number, to: number) =>
    to <= from
      ? ''
      : `<rect class="padding" x="${at(x(from))}" y="0" width="${at(x(to) - x(from))}" height="${height}"><title>padding</title></rect>`;
  const mark = (from: readonly [number, number], to: readonly [number, number]) =>
    `<line class="axis" x1="${at(from[0])}" y1="${at(from[1])}" x2="${at(to[0])}" y2="${at(to[1])}"/>`;
  const times = timeTicks(fromMs, toMs);
  const inside = [
    padding(fromMs, 0),
    padding(clipMs, toMs),
    `<rect class="frame" x="${left}" y="0" width="${width}" height="${height}"/>`,
    ...[0, 0.5, 1].flatMap((p) => [
      mark([left - 4, y(p)], [left, y(p)]),
      tick(left - 6, y(p) + 4, String(p), 'end'),
    ]),
    `<line class="cutoff" x1="${left}" x2="${left + width}" y1="${at(y(cutoff))}" y2="${at(y(cutoff))}"/>`,
    `<path class="own" d="${path(points.map(({ ms, p }) => [x(ms), y(p)]))}"/>`,
    ...heardMs.map((ms) => `<line class="heard" x1="${at(x(ms))}" x2="${at(x(ms))}" y1="0" y2="${height}"/>`),
    tick(left + width - 4, y(cutoff) + (cutoff > 0.5 ? 12 : -4), `cutoff ${cutoff}`, 'end'),
    `<image class="features" href="${picture}" x="${left}" y="${top}" width="${width}" height="${features}" preserveAspectRatio="none"/>`,
    ...channelTicks(channels).flatMap((channel) => {
      const middle = bottom - ((channel + 0.5) / channels) * features;
      return [mark([left - 4, middle], [left, middle]), tick(left - 6, middle + 4, String(channel), 'end')];
    }),
    `<text class="value" x="8" y="${top + features / 2}" text-anchor="middle" transform="rotate(-90 8 ${top + features / 2})">${cepstra ? 'coefficient' : 'channel'}</text>`,
    ...times.flatMap((ms) => [
      mark([x(ms), height], [x(ms), height + 4]),
      mark([x(ms), bottom], [x(ms), bottom + 4]),
      tick(x(ms), bottom + 16, `${short(ms / 1000)}${ms === times.at(-1) ? ' s' : ''}`, 'middle'),
    ]),
  ];
  return svg(
    left + width + 14,
    bottom + 20,
    `probability of ${label} over time, and features`,
    inside.join(''),
  );
}

const STEPS_MS = [50, 100, 200, 500, 1000, 2000, 5000, 10_000] as const;

/** Round times, four to eight of them in what is usual. */
export function timeTicks(fromMs: number, toMs: number): readonly number[] {
  const step = STEPS_MS.find((one) => (toMs - fromMs) / one <= 6) ?? 60_000;
  const first = Math.ceil(fromMs / step);
  return Array.from(
    { length: Math.max(0, Math.floor(toMs / step) - first + 1) },
    (_, i) => (first + i) * step,
  );
}

/** The lowest channel, the highest, and one or more between. */
function channelTicks(channels: number): readonly number[] {
  const last = channels - 1;
  return [...new Set([0, Math.round(last / 2), last])];
}
