/** Plain tables for results: aligned columns, no frames, so that `grep` and `awk` work on them. */
import { columns, padColumns } from './text.js';

/** Header and rows as lines; the last column is not padded. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => columns(row[column] ?? ''))));
  return all.map((row) =>
    row
      .map((cell, column) => (column === header.length - 1 ? cell : padColumns(cell, widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
