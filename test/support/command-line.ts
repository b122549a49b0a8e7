/** The command line without a process: what it prints, where, and its exit code. */
import { PassThrough } from 'node:stream';
import { main, type World } from '../../src/commands/main.js';
import type { CommandContext } from '../../src/commands/support/command.js';
import { Output } from '../../src/terminal/output.js';

export interface FakeWorld {
  readonly directory?: string;
  /** Whether stdout and stderr are a terminal. */
  readonly terminal?: boolean;
  readonly stdin?: World['stdin'];
  readonly signal?: AbortSignal;
  readonly environment?: Readonly<Record<string, string>>;
}

function recorder(terminal: boolean) {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text), isTTY: terminal, columns: 100, rows: 40 };
  return { stream, text: () => written.join('') };
}

function worldOf(fake: FakeWorld) {
  const stdout = recorder(fake.terminal === true);
  const stderr = recorder(fake.terminal === true);
  const stdin = fake.stdin ?? new PassThrough().end();
  const world: World = {
    stdout: stdout.stream,
    stderr: stderr.stream,
    stdin,
    directory: fake.directory ?? process.cwd(),
    environment: { NO_COLOR: '1', ...fake.environment },
    signal: fake.signal ?? new AbortController().signal,
  };
  return { world, out: stdout.text, err: stderr.text };
}

export interface CommandLineResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the real commands in this process. */
export async function kwsGen(argv: readonly string[], fake: FakeWorld = {}): Promise<CommandLineResult> {
  const { world, out, err } = worldOf(fake);
  const code = await main(argv, world);
  return { code, out: out(), err: err() };
}

/** A context for calling one command's function. */
export function fakeContext(fake: FakeWorld & { readonly json?: boolean } = {}) {
  const { world, out, err } = worldOf(fake);
  const output = new Output({ ...world, json: fake.json === true });
  const context: CommandContext = {
    out: output,
    directory: world.directory,
    stdin: world.stdin,
    interactive: false,
    signal: world.signal,
  };
  return { context, out, err, lines: () => jsonLines(out()) };
}

export type Line = { readonly t: string } & Readonly<Record<string, unknown>>;

/** Every line of stdout must be one JSON object of ours. */
export function jsonLines(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const value = JSON.parse(line) as Line & { readonly kws: unknown };
      if (value.kws !== 1 || typeof value.t !== 'string') throw new Error(`not a line of ours: ${line}`);
      return value;
    });
}
