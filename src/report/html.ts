/**
 * What all reports share that are a page of HTML: one that stands by itself, without network and script.
 *
 * Owns: the frame, the style, escaping, tables. Leaves to others: plots and what a report says.
 */
import { formatProblem, type Problem } from '../diagnostics/errors.js';
import { printable } from '../text/text.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML and SVG, attributes included; what no page may hold becomes a replacement character. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}

/** A picture drawn by the page itself; colours are classes. */
export const svg = (width: number, height: number, title: string, inside: string) =>
  `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(title)}"><title>${escapeHtml(title)}</title>${inside}</svg>`;

/**
 * @param body pieces of HTML in their order
 * @param style beside the common one
 */
export function page(title: string, body: readonly string[], style = ''): string {
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${STYLE}${style}</style></head><body><main>`,
    `<h1>${escapeHtml(title)}</h1>`,
    ...body,
    '</main></body></html>',
    '',
  ].join('\n');
}

export function footer(text: string): string {
  return `<footer>${escapeHtml(text)}</footer>`;
}

type Cells = readonly string[];

/** Cells are text, not HTML. */
export function tableOf(
  header: Cells,
  rows: readonly Cells[],
  numeric: ReadonlySet<number> = new Set(),
): string {
  const cell = (tag: string) => (text: string, column: number) =>
    `<${tag}${numeric.has(column) ? ' class="number"' : ''}>${escapeHtml(text)}</${tag}>`;
  const body = rows.map((row) => `<tr>${row.map(cell('td')).join('')}</tr>`);
  return `<table><thead><tr>${header.map(cell('th')).join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
}

/** Warnings as boxes. */
export function warningsOf(problems: readonly Problem[]): string {
  return problems
    .map((problem) => {
      const [headline = '', ...rest] = formatProblem(problem).split('\n');
      const lines = rest.map((line) => `<br>${escapeHtml(line.trim())}`);
      return `<p class="warning"><strong>${escapeHtml(headline)}</strong>${lines.join('')}</p>`;
    })
    .join('\n');
}

/** Colours by what they are for, in light and dark as the reader's system has it. */
const COLOURS = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2733; --quiet: #5a6b7b; --rule: #e3e8ee; --axis: #9aa8b5;
  --frame: #c5ced7; --blue: #3d7ab8; --faint: #b9c6d3; --red: #cf4436; --amber: #d99100; --notice: #fff6e0; }
@media (prefers-color-scheme: dark) { :root { --paper: #14191f; --ink: #dde4ea; --quiet: #94a3b1; --rule: #2a333c;
  --axis: #66737f; --frame: #3d4853; --blue: #6aa9e9; --faint: #4d5a66; --red: #f0776a; --amber: #e8ac3a; --notice: #332b17; } }
`;

const STYLE = `${COLOURS}
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1, h2, h3, p, li, figcaption { overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .6rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; font-size: 13px; }
th, td { text-align: left; padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { color: var(--quiet); font-weight: 600; } .number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; } svg { max-width: 100%; height: auto; } figcaption { color: var(--quiet); font-size: 13px; }
.grid { display: flex; flex-wrap: wrap; gap: 1rem; } .grid figure { margin: 0; } .small { width: 256px; }
.warning { background: var(--notice); border-left: 4px solid var(--amber); padding: .5rem .8rem; margin: .8rem 0; }
.bar { fill: var(--blue); } .weak { fill: var(--red); } .dot { fill: var(--blue); fill-opacity: .35; } .odd { fill: var(--red); }
.axis { stroke: var(--axis); stroke-width: 1; } .frame { fill: none; stroke: var(--frame); }
svg text { font: 11px system-ui, sans-serif; fill: var(--ink); } svg .value { fill: var(--quiet); }
.bars { display: grid; grid-template-columns: max-content minmax(3rem, 26rem) max-content; gap: 0 .6rem; font-size: 12px; }
.bars i { display: block; height: .75rem; margin: .2rem 0; } .bars .bar { background: var(--blue); } .bars .weak { background: var(--red); }
summary { cursor: pointer; margin: .8rem 0; }
@media (max-width: 34rem) { main { padding: 1rem; } dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } }
footer { margin-top: 2.5rem; color: var(--quiet); font-size: 12px; overflow-wrap: anywhere; }
`;
