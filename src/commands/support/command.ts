/**
 * What a command is. One file per command; its heavy modules are imported in `run`, so that help and
 * mistakes in the command line answer at once.
 */
import type { Output } from '../../terminal/output.js';
import type { OptionName, OptionValues } from './options.js';

/** What the world gives a command: tests replace all of it. */
export interface CommandContext {
  readonly out: Output;
  /** Working directory. */
  readonly directory: string;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Whether somebody can answer questions: stdin and stderr are terminals and `--json` is not given. */
  readonly interactive: boolean;
  /** Aborted by Ctrl-C, SIGTERM, or a reader of stdout that went away. */
  readonly signal: AbortSignal;
}

/** 0: done, or heard; 1: a verdict failed. Everything else is thrown. */
export type Verdict = 0 | 1;

export interface Command {
  readonly name: string;
  /** `<model>` must be given, `[model]` may be. */
  readonly argument?: {
    readonly name: string;
    readonly required: boolean;
    readonly description: string;
    /** There may be several: `<clip...>`. */
    readonly many?: boolean;
  };
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What it does and leaves, for its own help. */
  readonly description: string;
  readonly examples: readonly string[];
  /** Beside `--json`, which every command takes. */
  readonly options: readonly OptionName[];
  run(
    options: OptionValues,
    context: CommandContext,
    argument?: string,
    all?: readonly string[],
  ): Promise<Verdict>;
}
