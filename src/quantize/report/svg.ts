/**
 * Plots, drawn here: bars as HTML, histograms and scatter as SVG.
 *
 * Owns: geometry. Colours are classes, so that the page decides. Leaves to others: the page
 * (`html.ts`), the numbers.
 */
import { escapeHtml, svg } from '../../report/html.js';

const at = (value: number) => Number(value.toFixed(2));

export interface Bar {
  readonly label: string;
  readonly value: number | null;
  readonly text: string;
}

/** Horizontal bars from 0, one per line, as wide as there is room; those below `weak` stand out. */
export function bars(title: string, rows: readonly Bar[], weak: number): string {
  const most = Math.max(1, ...rows.map(({ value }) => value ?? 0));
  const drawn = rows.map(({ label, value, text }) => {
    const length = at((Math.max(0, value ?? 0) / most) * 100);
    const kind = value !== null && value < weak ? 'weak' : 'bar';
    return `<span>${escapeHtml(label)}</span><span><i class="${kind}" style="width: ${length}%"></i></span><span>${escapeHtml(text)}</span>`;
  });
  return `<div class="bars" role="img" aria-label="${escapeHtml(title)}">${drawn.join('\n')}</div>`;
}

/** Heights on a scale of square roots: rare values show, too. */
export function histogram(title: string, counts: readonly number[], low: string, high: string): string {
  const [width, height, bins] = [256, 56, 64];
  const group = counts.length / bins;
  const sums = Array.from({ length: bins }, (_, i) =>
    counts.slice(i * group, (i + 1) * group).reduce((a, b) => a + b, 0),
  );
  const most = Math.max(1, ...sums);
  const step = width / bins;
  const drawn = sums.map((sum, i) => {
    const tall = at(Math.sqrt(sum / most) * height);
    return tall === 0
      ? ''
      : `<rect class="bar" x="${at(i * step)}" y="${at(height - tall)}" width="${at(step - 0.5)}" height="${tall}"/>`;
  });
  const axis = [
    `<line class="axis" x1="0" y1="${height}" x2="${width}" y2="${height}"/>`,
    `<text class="value" x="0" y="${height + 13}">${escapeHtml(low)}</text>`,
    `<text class="value" x="${width}" y="${height + 13}" text-anchor="end">${escapeHtml(high)}</text>`,
  ];
  return svg(width, height + 18, title, [...drawn, ...axis].join(''));
}

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly odd: boolean;
}

/** Points with the diagonal on which both are equal; the axes hold 0, 1 and all points. */
export function scatter(title: string, points: readonly Point[], xName: string, yName: string): string {
  const [size, left] = [320, 40];
  const values = points.flatMap(({ x, y }) => [x, y]).filter(Number.isFinite);
  const low = values.reduce((least, value) => Math.min(least, value), 0);
  const high = values.reduce((most, value) => Math.max(most, value), 1);
  const place = (value: number) => Math.max(0, Math.min(1, (value - low) / (high - low))) * size;
  const drawn = points.map(
    ({ x, y, odd }) =>
      `<circle class="${odd ? 'odd' : 'dot'}" cx="${at(left + place(x))}" cy="${at(size - place(y) + 8)}" r="${odd ? 3 : 2}"/>`,
  );
  const ticks = [low, (low + high) / 2, high];
  const frame = [
    `<rect class="frame" x="${left}" y="8" width="${size}" height="${size}"/>`,
    `<line class="axis" x1="${left}" y1="${size + 8}" x2="${left + size}" y2="8"/>`,
    ...ticks.flatMap((tick) => [
      `<text class="value" x="${left + place(tick)}" y="${size + 22}" text-anchor="middle">${Number(tick.toPrecision(3))}</text>`,
      `<text class="value" x="${left - 6}" y="${size - place(tick) + 12}" text-anchor="end">${Number(tick.toPrecision(3))}</text>`,
    ]),
    `<text class="label" x="${left + size / 2}" y="${size + 38}" text-anchor="middle">${escapeHtml(xName)}</text>`,
    `<text class="label" x="12" y="${size / 2}" text-anchor="middle" transform="rotate(-90 12 ${size / 2})">${escapeHtml(yName)}</text>`,
  ];
  return svg(left + size + 12, size + 46, title, [...frame, ...drawn].join(''));
}
