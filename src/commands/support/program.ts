/**
 * The command line as commander sees it: made from the table of commands and the table of options.
 *
 * Owns: help, and what a mistake in the command line says.
 * Leaves to others: what commands do; printing of errors and exiting (`cli.ts`).
 */
import { Command as CommanderCommand, CommanderError, Option } from 'commander';
import { inputError, type KwsError } from '../../diagnostics/errors.js';
import { didYouMean } from '../../diagnostics/nearest.js';
import type { TextStream } from '../../terminal/output.js';
import { VERSION } from '../../version.js';
import type { Command, Verdict } from './command.js';
import { OPTIONS, type OptionDefinition, type OptionName, type OptionValues } from './options.js';

type RunCommand = (command: Command, options: OptionValues, words: readonly string[]) => Promise<Verdict>;

export interface ProgramOptions {
  readonly commands: readonly Command[];
  readonly stdout: TextStream;
  readonly run: RunCommand;
  readonly done: (verdict: Verdict) => void;
  /** Columns that help may take. */
  readonly width?: number;
}

/** Columns of help: no wider on any terminal, no narrower either. */
const WIDEST = 100;
const NARROWEST = 40;

export function buildProgram(options: ProgramOptions): CommanderCommand {
  const program = new CommanderCommand('kws-gen')
    .description('From a trained keyword-spotting model to firmware whose detections you can watch.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showSuggestionAfterError(true);
  quiet(program, options);
  for (const command of options.commands) addCommand(program, command, options);
  program.addHelpText('after', '\nkws-gen help <command> shows what a command takes, with examples.');
  return program;
}

function addCommand(program: CommanderCommand, command: Command, options: ProgramOptions): void {
  const { run, done } = options;
  const sub = program.command(command.name).summary(command.summary).description(command.description);
  quiet(sub, options);
  sub.helpOption('-h, --help', 'print help').allowExcessArguments(false);
  if (command.argument !== undefined) {
    const { name, required, description, many = false } = command.argument;
    const words = many ? `${name}...` : name;
    sub.argument(required ? `<${words}>` : `[${words}]`, description);
  }
  const names: readonly OptionName[] = [...command.options, 'json'];
  for (const name of names) sub.addOption(commanderOption(OPTIONS[name]));
  sub.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  $ ${line}`).join('\n')}`);
  sub.action(async () => {
    const values = optionValues(sub.opts(), names);
    done(await run(command, values, sub.args));
  });
}

function commanderOption(definition: OptionDefinition<unknown>): Option {
  const option = new Option(definition.flags, definition.description);
  if (definition.parse !== undefined) option.argParser(definition.parse);
  return option;
}

/** Commander keeps `--no-x` as x = false; in our table it is a flag of its own. */
function optionValues(parsed: Readonly<Record<string, unknown>>, names: readonly OptionName[]): OptionValues {
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const option = commanderOption(OPTIONS[name]);
    const value = parsed[option.attributeName()];
    if (option.negate) {
      if (value === false) values[name] = true;
    } else if (value !== undefined) values[name] = value;
  }
  return values as OptionValues;
}

/** Commander neither exits nor prints mistakes: both are ours. */
function quiet(command: CommanderCommand, { stdout, width = WIDEST }: ProgramOptions): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => stdout.write(text),
    writeErr: () => {},
    getOutHelpWidth: () => Math.max(NARROWEST, Math.min(WIDEST, width)),
  });
}

/** `help flsh`: commander prints the program's help and says nothing. */
export function helpMistake(argv: readonly string[], commands: readonly Command[]): KwsError | undefined {
  const [help, name] = argv;
  const names = [...commands.map((command) => command.name), 'help'];
  if (help !== 'help' || name === undefined || name.startsWith('-') || names.includes(name)) return undefined;
  return inputError({ what: `unknown command ${JSON.stringify(name)}`, next: didYouMean(name, names) });
}

/** A mistake in the command line as one of our errors; undefined where commander only printed help. */
export function usageError(error: CommanderError, argv: readonly string[]): KwsError | undefined {
  if (error.exitCode === 0 || error.code === 'commander.help') return undefined;
  const [headline = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const hint = /\(Did you mean (.+?)\?\)/.exec(rest.join(' '))?.[1];
  const command = argv.find((word) => !word.startsWith('-'));
  const help = command === undefined || error.code === 'commander.unknownCommand' ? '' : ` ${command}`;
  const next = hint === undefined ? `kws-gen help${help} shows what there is` : `did you mean ${hint}?`;
  return inputError({ what: headline.replaceAll("'", '"').replace(/\.$/, ''), next }, { cause: error });
}

export { CommanderError };
