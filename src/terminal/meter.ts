/**
 * The live score meter: one bar per label, redrawn in place at a bounded rate; lines printed while it runs
 * (detections, faults) stay above it.
 *
 * Owns: the block of lines at the bottom of the terminal.
 * Leaves to others: where scores come from, and what is not a terminal (there, JSON lines are printed).
 */

import { padColumns, printable, truncate, columns as width } from '../text/text.js';
import type { Colours, TextStream } from './output.js';

interface MeterModel {
  readonly name: string;
  readonly labels: readonly string[];
}

export interface MeterOptions {
  readonly stream: TextStream & { readonly rows?: number };
  readonly colours: Colours;
  readonly models: readonly MeterModel[];
  /** Milliseconds; `Date.now` by default. */
  readonly now?: () => number;
}

/** Milliseconds between two redraws: a board may send a hundred scores a second. */
const REDRAW_EVERY = 80;
const BAR = 30;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

interface Row {
  readonly title: string;
  probability: number;
}

export class Meter {
  readonly #options: MeterOptions;
  readonly #now: () => number;
  readonly #rows = new Map<string, Row[]>();
  readonly #titleWidth: number;
  #time = '';
  #drawnLines = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #stale = false;

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const several = options.models.length > 1;
    for (const model of options.models)
      this.#rows.set(
        model.name,
        model.labels.map((label) => ({
          title: truncate(printable(several && model.name !== label ? `${model.name} ${label}` : label), 32),
          probability: 0,
        })),
      );
    this.#titleWidth = Math.max(1, ...[...this.#rows.values()].flat().map((row) => width(row.title)));
  }

  /** New probabilities of one model, in the order of its labels. */
  score(model: string, probabilities: readonly number[], ms: number): void {
    const rows = this.#rows.get(model);
    if (rows === undefined) return;
    for (const [index, row] of rows.entries()) row.probability = probabilities[index] ?? row.probability;
    this.#time = clock(ms);
    this.#stale = true;
    if (this.#now() - this.#drawnAt >= REDRAW_EVERY) this.#draw();
  }

  /** Prints a line that stays, above the meter. */
  above(line: string): void {
    this.#erase();
    this.#options.stream.write(`${line}\n`);
    this.#draw();
  }

  /** Draws the last state and leaves it standing. */
  end(): void {
    if (this.#stale) this.#draw();
    this.#drawnLines = 0;
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#options.stream.write(`\u001b[${this.#drawnLines}A\r\u001b[J`);
    this.#drawnLines = 0;
  }

  #draw(): void {
    const room = Math.max(1, (this.#options.stream.rows || 24) - 2);
    const lines = [...this.#rows.values()].flat().map((row) => this.#line(row));
    const shown = lines.slice(0, room);
    const up = this.#drawnLines > 0 ? `\u001b[${this.#drawnLines}A\r` : '';
    this.#options.stream.write(`${up}${shown.map((line) => `\u001b[K${line}\n`).join('')}\u001b[J`);
    this.#drawnLines = shown.length;
    this.#drawnAt = this.#now();
    this.#stale = false;
  }

  #line(row: Row): string {
    const available = (this.#options.stream.columns || 80) - 1;
    const figures = ` ${row.probability.toFixed(2)}  ${this.#time}`;
    const titleWidth = Math.min(this.#titleWidth, available - figures.length - 7);
    if (titleWidth < Math.min(4, this.#titleWidth))
      return truncate(`${row.probability.toFixed(2)} ${row.title}`, available);
    const title = padColumns(truncate(row.title, titleWidth), titleWidth);
    const length = Math.min(BAR, available - titleWidth - figures.length - 3);
    const { green, dim } = this.#options.colours;
    return `${title} ${dim('▕')}${green(bar(row.probability, length))}${dim('▏')}${figures}`;
  }
}

/** A bar of `length` columns, an eighth of a column fine. */
function bar(probability: number, length: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, probability)) * length * 8);
  return padColumns('█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7], length);
}

/** Audio time: `3.21 s`, from a minute on `12:03.2`. */
export function clock(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  const minutes = Math.floor(ms / 60_000);
  return `${minutes}:${((ms % 60_000) / 1000).toFixed(1).padStart(4, '0')}`;
}
