/** Plain tables for results: aligned columns, no frames, so that `grep` and `awk` work on them. */
import { columns, padColumns } from './text.js';

/**
 * Header and rows as lines; the last column is not padded.
 *
 * @param width of the terminal: where the rows are wider, each is a paragraph of its cells behind their headers, and
 *   cells that say nothing ("-") are left out
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string[] {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => columns(row[column] ?? ''))));
  const lines = all.map((row) =>
    row
      .map((cell, column) => (column === header.length - 1 ? cell : padColumns(cell, widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  if (lines.every((line) => columns(line) <= width)) return lines;
  return rows.flatMap((row) => paragraph(header, row, width));
}

function paragraph(header: readonly string[], row: readonly string[], width: number): string[] {
  const lines = [row[0] ?? ''];
  let line = '';
  for (const [column, cell] of row.entries()) {
    if (column === 0 || cell === '' || cell === '-') continue;
    const pair = `${header[column]} ${cell}`;
    if (line !== '' && columns(line) + 2 + columns(pair) > width) {
      lines.push(line);
      line = '';
    }
    line += `  ${pair}`;
  }
  return line === '' ? lines : [...lines, line];
}
