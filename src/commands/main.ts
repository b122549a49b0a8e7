/**
 * A command line in, an exit code out. Everything of the process comes in through `World`, so that tests
 * run it without one.
 *
 * Owns: which failure has which exit code, and that every failure is printed once, by one printer.
 * Leaves to others: exiting and signals (`cli.ts`).
 */

import { TWIN_KINDS } from '../boards/twin-kinds.js';
import { diskError } from '../diagnostics/disk-errors.js';
import { KwsError, toolError } from '../diagnostics/errors.js';
import { columnsOf, Output, type TextStream } from '../terminal/output.js';
import { COMMANDS } from './commands.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import { buildProgram, CommanderError, helpMistake, usageError } from './support/program.js';
import { Interrupted } from './support/prompts.js';

export interface World {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly stdin: CommandContext['stdin'];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** What a shell reports for a program ended by Ctrl-C: here, one that had not come to its result. */
const INTERRUPTED = 130;

/** @param argv the words after the program's name */
export async function main(
  argv: readonly string[],
  world: World,
  commands: readonly Command[] = COMMANDS,
): Promise<number> {
  let verdict: Verdict = 0;
  const json = argv.includes('--json');
  const out = new Output({ ...world, json });
  const interactive = !json && world.stdin.isTTY === true && world.stderr.isTTY === true;
  const context: CommandContext = { out, interactive, ...pick(world) };
  const program = buildProgram({
    commands,
    stdout: world.stdout,
    ...widthOf(world),
    run: (command, options, words) => command.run(options, context, words[0], words),
    done: (result) => {
      verdict = result;
    },
  });
  if (argv.length === 0) {
    program.outputHelp();
    return 0;
  }
  const mistake = helpMistake(argv, commands);
  if (mistake !== undefined) {
    out.error(mistake);
    return mistake.exitCode;
  }
  try {
    await program.parseAsync(withTwinKinds(commandFirst(argv)), { from: 'user' });
    return verdict;
  } catch (error) {
    if (world.signal.aborted || error instanceof Interrupted) return INTERRUPTED;
    const failure = error instanceof CommanderError ? usageError(error, argv) : asKwsError(error, world, out);
    if (failure === undefined) return 0;
    out.error(failure);
    return failure.exitCode;
  }
}

/** Of the terminal, or what COLUMNS says; undefined where neither is known. */
function widthOf({ environment, stdout }: World): { readonly width?: number } {
  const width = columnsOf(environment, stdout);
  return width === undefined ? {} : { width };
}

/** `kws-gen --json boards` means `kws-gen boards --json`: every command takes it, the program does not. */
function commandFirst(argv: readonly string[]): string[] {
  const [first, ...rest] = argv;
  return first === '--json' && rest.length > 0 ? [...rest, first] : [...argv];
}

/** `--emulate` takes the next word only where that is one of its own: anything else may be a file. */
function withTwinKinds(argv: readonly string[]): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const kinds: readonly string[] = TWIN_KINDS;
  return argv.map((word, i) => {
    const next = argv[i + 1];
    const isFile = i + 1 < end && next !== undefined && !next.startsWith('-') && !kinds.includes(next);
    return word === '--emulate' && isFile ? '--emulate=core' : word;
  });
}

function pick(world: World): Pick<CommandContext, 'directory' | 'stdin' | 'signal'> {
  return { directory: world.directory, stdin: world.stdin, signal: world.signal };
}

/** Anything that is not ours is a defect: it says so, and shows where only when asked. */
function asKwsError(error: unknown, world: World, out: Output): KwsError {
  if (error instanceof KwsError) return error;
  const disk = diskError(error);
  if (disk !== undefined) return disk;
  const detail = error instanceof Error ? error : new Error(String(error));
  if ((world.environment.KWS_DEBUG ?? '') !== '')
    for (const line of (detail.stack ?? detail.message).split('\n')) out.progress(line);
  return toolError(
    {
      what: `unexpected: ${detail.message}`,
      why: 'this is a defect of kws-gen, not of your input',
      next: 'run it again with KWS_DEBUG=1 in the environment and report what it prints',
    },
    { cause: error },
  );
}
