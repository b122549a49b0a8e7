/**
 * Where everything the tool says goes: results to stdout, progress and warnings to stderr, one JSON object
 * per line under `--json`.
 *
 * Owns: the choice between text and JSON, and colours (none into pipes, none under NO_COLOR).
 * Leaves to others: wording; exiting (`cli.ts`).
 */
import picocolors from 'picocolors';
import { type KwsError, type Problem, problemLines } from '../diagnostics/errors.js';
import { printable, printableJson, wrapWords } from '../text/text.js';

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

/** COLUMNS, or the terminal's own width; undefined into pipes. */
export function columnsOf(
  environment: OutputOptions['environment'] = process.env,
  { isTTY, columns }: TextStream,
): number | undefined {
  const given = Number(environment.COLUMNS);
  if (Number.isInteger(given) && given > 0) return given;
  return isTTY === true && columns !== undefined && columns > 0 ? columns : undefined;
}

/** Between two lines of status where nothing can be redrawn: a log shows that a long build is alive. */
const STATUS_EVERY_MS = 10_000;
/** Between two looks at whether it is time to show that a step goes on. */
const BEAT_MS = 1000;
/** A step that says nothing new for so long is shown with the time it has taken. */
const QUIET_MS = 2000;

export class Output {
  readonly json: boolean;
  /** Whether stdout is a terminal: then scores are a meter and not JSON lines. */
  readonly terminal: boolean;
  /** For text on stdout. */
  readonly colours: Colours;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly #errColours: Colours;
  /** Columns of what is wrapped at words on stderr and stdout; undefined: nothing is. */
  readonly #width: number | undefined;
  readonly #outWidth: number | undefined;
  /** A status line stands on the terminal and must be cleared before anything else is written. */
  #status = false;
  #nextStatus = Date.now() + STATUS_EVERY_MS;
  /** What is being done, since when, and the clock that shows that it goes on. */
  #doing: { readonly text: string; readonly since: number } | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(options: OutputOptions) {
    this.json = options.json;
    this.stdout = options.stdout;
    this.stderr = options.stderr;
    this.terminal = options.stdout.isTTY === true;
    this.colours = picocolors.createColors(wantsColour(options.stdout, options.environment));
    this.#width = columnsOf(options.environment, options.stderr);
    this.#outWidth = columnsOf(options.environment, options.stdout);
    this.#errColours = picocolors.createColors(wantsColour(options.stderr, options.environment));
  }

  /** Columns of a terminal on stdout; undefined where it is none, or not known. */
  get width(): number | undefined {
    return this.#outWidth;
  }

  /** A result in both shapes: the object under `--json`, the text otherwise. */
  result(line: JsonLine, text: string | readonly string[]): void {
    if (this.json) this.line(line);
    else this.text(text);
  }

  /** One object of `--json`, also where the stream of a board goes into a pipe. */
  line(line: JsonLine): void {
    this.#clearStatus();
    this.stdout.write(`${printableJson({ kws: 1, ...line })}\n`);
  }

  /** One line, or several: each is made safe for a terminal, and wrapped at words where the width is known. */
  text(text: string | readonly string[]): void {
    const lines = typeof text === 'string' ? [text] : text;
    this.styled(lines.map((line) => wrapWords(printable(line), this.#outWidth)));
  }

  /** Lines with colours of ours; what they quote must have been made `printable`. */
  styled(lines: readonly string[]): void {
    this.#clearStatus();
    this.stdout.write(`${lines.join('\n')}\n`);
  }

  /** A step that has begun: a line that stays. */
  progress(text: string): void {
    this.#clearStatus();
    this.stderr.write(`${this.#errColours.dim(wrapWords(printable(text), this.#width))}\n`);
  }

  /** A step that may say nothing for long: a line that stays, and signs of life until something else is written. */
  step(text: string): void {
    this.progress(text);
    this.#live(printable(text));
  }

  /**
   * What is being done at the moment: one line drawn over and over; where none can be, a line now and then. While
   * nothing new comes, it is shown with the seconds that it has taken.
   */
  status(text: string): void {
    const shown = printable(text);
    this.#live(shown);
    this.#show(shown);
  }

  #show(shown: string): void {
    if (this.stderr.isTTY === true) {
      const width = Math.max(20, (this.stderr.columns || 80) - 1);
      this.stderr.write(`\r\u001b[2K${this.#errColours.dim(shown.slice(0, width))}`);
      this.#status = true;
    } else if (Date.now() >= this.#nextStatus) {
      this.#nextStatus = Date.now() + STATUS_EVERY_MS;
      this.stderr.write(`${this.#errColours.dim(shown)}\n`);
    }
  }

  /** Shows from now on that this goes on; the process does not wait for it. */
  #live(text: string): void {
    this.#doing = { text, since: Date.now() };
    if (this.#beat !== undefined) return;
    this.#beat = setInterval(() => {
      const { text: doing, since } = this.#doing!;
      const passed = Date.now() - since;
      if (passed >= QUIET_MS) this.#show(`${doing}, ${Math.floor(passed / 1000)} s`);
    }, BEAT_MS).unref();
  }

  #clearStatus(): void {
    clearInterval(this.#beat);
    this.#beat = undefined;
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
    this.stderr.write(`${this.#errColours.yellow('warning')} ${this.#lines(problem, 'warning')}\n`);
  }

  /** A problem's lines behind a word, wrapped at words. */
  #lines(problem: Problem, word: string): string {
    const [headline = '', ...rest] = problemLines(problem).map(printableLog);
    return [`${word} ${headline}`, ...rest]
      .flatMap((text) => text.split('\n'))
      .map((line) => wrapWords(line, this.#width))
      .join('\n')
      .slice(word.length + 1);
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
        `${this.#errColours.bold(this.#errColours.red('error'))} ${this.#lines(problem, 'error')}\n`,
      );
  }
}

/** A failure as an object: the first problem's fields, all problems, and the exit code. */
function errorLine(error: KwsError): JsonLine {
  return { t: 'error', exit: error.exitCode, ...error.problems[0], problems: error.problems };
}

/** Lines of a log that are quoted stand below each other, far in; a name cannot begin a line of its own. */
const QUOTED = '\n       ';

function printableLog(text: string): string {
  return text.split(QUOTED).map(printable).join(QUOTED);
}
