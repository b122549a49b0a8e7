/**
 * Where everything the tool says goes: results to stdout, progress and warnings to stderr, one JSON object
 * per line under `--json`.
 *
 * Owns: the choice between text and JSON, and colours (none into pipes, none under NO_COLOR).
 * Leaves to others: wording; exiting (`cli.ts`).
 */
import picocolors from 'picocolors';
import { formatProblem, type KwsError, type Problem } from '../diagnostics/errors.js';
import { printable } from './text.js';

/** The part of a writable stream that is used; tests replace it. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type Colours = ReturnType<typeof picocolors.createColors>;

export interface OutputOptions {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly json: boolean;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A line of `--json`: what it is (`t`) and its fields. `kws` is the version of such lines, and no field. */
export type JsonLine = { readonly t: string; readonly kws?: 1 } & Readonly<Record<string, unknown>>;

function wantsColour(stream: TextStream, environment: OutputOptions['environment'] = process.env): boolean {
  if ((environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb') return false;
  if ((environment.FORCE_COLOR ?? '0') !== '0') return true;
  return stream.isTTY === true;
}

/** Between two lines of status where nothing can be redrawn: a log shows that a long build is alive. */
const STATUS_EVERY_MS = 10_000;

export class Output {
  readonly json: boolean;
  /** Whether stdout is a terminal: then scores are a meter and not JSON lines. */
  readonly terminal: boolean;
  /** For text on stdout. */
  readonly colours: Colours;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly #errColours: Colours;
  /** A status line stands on the terminal and must be cleared before anything else is written. */
  #status = false;
  #nextStatus = Date.now() + STATUS_EVERY_MS;

  constructor(options: OutputOptions) {
    this.json = options.json;
    this.stdout = options.stdout;
    this.stderr = options.stderr;
    this.terminal = options.stdout.isTTY === true;
    this.colours = picocolors.createColors(wantsColour(options.stdout, options.environment));
    this.#errColours = picocolors.createColors(wantsColour(options.stderr, options.environment));
  }

  /** A result in both shapes: the object under `--json`, the text otherwise. */
  result(line: JsonLine, text: string | readonly string[]): void {
    if (this.json) this.line(line);
    else this.text(text);
  }

  /** One object of `--json`, also where the stream of a board goes into a pipe. */
  line(line: JsonLine): void {
    this.#clearStatus();
    this.stdout.write(`${JSON.stringify({ kws: 1, ...line })}\n`);
  }

  text(text: string | readonly string[]): void {
    this.#clearStatus();
    this.stdout.write(`${typeof text === 'string' ? text : text.join('\n')}\n`);
  }

  /** A step that has begun: a line that stays. */
  progress(text: string): void {
    this.#clearStatus();
    this.stderr.write(`${this.#errColours.dim(printable(text))}\n`);
  }

  /** What is being done at the moment: one line drawn over and over; where none can be, a line now and then. */
  status(text: string): void {
    const shown = printable(text);
    if (this.stderr.isTTY === true) {
      const width = Math.max(20, (this.stderr.columns || 80) - 1);
      this.stderr.write(`\r\u001b[2K${this.#errColours.dim(shown.slice(0, width))}`);
      this.#status = true;
    } else if (Date.now() >= this.#nextStatus) {
      this.#nextStatus = Date.now() + STATUS_EVERY_MS;
      this.stderr.write(`${this.#errColours.dim(shown)}\n`);
    }
  }

  #clearStatus(): void {
    if (this.#status) this.stderr.write('\r\u001b[2K');
    this.#status = false;
  }

  /** Something that works, but not as the user may think. */
  warn(problem: Problem): void {
    if (this.json) {
      this.line({ t: 'warning', ...problem });
      return;
    }
    this.#clearStatus();
    this.stderr.write(`${this.#errColours.yellow('warning')} ${printableLines(formatProblem(problem))}\n`);
  }

  /** The one printer of failures. */
  error(error: KwsError): void {
    if (this.json) {
      this.line(errorLine(error));
      return;
    }
    this.#clearStatus();
    for (const problem of error.problems)
      this.stderr.write(
        `${this.#errColours.bold(this.#errColours.red('error'))} ${printableLines(formatProblem(problem))}\n`,
      );
  }
}

/** A failure as an object: the first problem's fields, all problems, and the exit code. */
export function errorLine(error: KwsError): JsonLine {
  return { t: 'error', exit: error.exitCode, ...error.problems[0], problems: error.problems };
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
