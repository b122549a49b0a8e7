/**
 * Runs a program to its end: line by line, with a log, a time limit and an end for everything it started.
 *
 * Owns: the process group. The program is started as the leader of one, so that an abort, a time limit or the
 * end of this process ends compilers and whatever else it started, too.
 * Leaves to others: what the lines mean.
 */
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { groupRuns } from './processes.js';

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment; default: this process's. */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
  /** File that everything is written to. */
  readonly log?: string;
  readonly onLine?: (line: string) => void;
  /** Told its process id as soon as it runs; what it returns is called when it has ended. */
  readonly started?: (pid: number) => () => void;
}

export type RunEnd =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'aborted' }
  /** It could not be started. */
  | { readonly kind: 'failed'; readonly error: Error };

/** Longest line that is kept; the rest of a longer one is dropped. */
const LINE_LIMIT = 64 * 1024;
/** How long a program may take to end by itself once it is asked to. */
const GRACE_MS = 2_000;

const isWindows = process.platform === 'win32';

/** Runs `command` with `args`, without a shell. Never throws; the caller judges how it ended. */
export async function runTool(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunEnd> {
  if (options.signal?.aborted) return { kind: 'aborted' };
  if (options.log !== undefined) {
    mkdirSync(dirname(options.log), { recursive: true });
    // A link in its place may lead anywhere.
    rmSync(options.log, { force: true });
  }
  const log = options.log === undefined ? undefined : createWriteStream(options.log);
  const child = execa(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env ?? process.env,
    extendEnv: false,
    stdin: 'ignore',
    buffer: false,
    reject: false,
    all: true,
    detached: !isWindows,
    cleanup: false,
  });
  const over = child.pid === undefined ? undefined : options.started?.(child.pid);
  let ended: RunEnd | undefined;
  let ending: Promise<void> | undefined;
  const end = (how: RunEnd) => {
    if (ended !== undefined) return;
    ended = how;
    ending = endTree(child.pid);
  };
  const onAbort = () => end({ kind: 'aborted' });
  const onExit = () => signalTree(child.pid, 'SIGKILL');
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => end({ kind: 'timeout' }), options.timeoutMs);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  process.once('exit', onExit);
  // It may have been aborted while the program was being started.
  if (options.signal?.aborted) onAbort();
  try {
    const lines = lineSplitter((line) => options.onLine?.(line));
    child.all.on('data', (chunk: Buffer) => {
      log?.write(chunk);
      lines.push(chunk);
    });
    const result = await child;
    lines.end();
    if (ended !== undefined) {
      await ending;
      return ended;
    }
    if (result.exitCode !== undefined) return { kind: 'exit', code: result.exitCode };
    const signal = result.signal === undefined ? '' : ` by ${result.signal}`;
    const error = result instanceof Error ? result : new Error(`${command} was ended${signal}`);
    return { kind: 'failed', error };
  } finally {
    over?.();
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
    process.removeListener('exit', onExit);
    if (log !== undefined) {
      log.end();
      await finished(log).catch(() => undefined);
    }
  }
}

/** Runs a short program and returns what it printed, or undefined where it fails or takes too long. */
export async function ask(
  command: string,
  args: readonly string[],
  options: { readonly timeoutMs?: number } = {},
): Promise<string | undefined> {
  const result = await execa(command, args, {
    timeout: options.timeoutMs ?? 20_000,
    forceKillAfterDelay: 500,
    maxBuffer: 4 * 1024 * 1024,
    stdin: 'ignore',
    reject: false,
  });
  return result.exitCode === 0 ? result.stdout : undefined;
}

function lineSplitter(onLine: (line: string) => void): { push(chunk: Buffer): void; end(): void } {
  const decoder = new TextDecoder();
  let rest = '';
  const take = (text: string) => {
    const parts = (rest + text).split(/\r\n|\n|\r/);
    rest = parts.pop()!.slice(0, LINE_LIMIT);
    for (const line of parts) onLine(line.slice(0, LINE_LIMIT));
  };
  return {
    push: (chunk) => take(decoder.decode(chunk, { stream: true })),
    end: () => {
      take(decoder.decode());
      if (rest !== '') onLine(rest);
    },
  };
}

/** Asks everything in the group to end, then ends it; returns when nothing of it is left. */
async function endTree(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    signalTree(pid, signal);
    const deadline = Date.now() + GRACE_MS;
    while (!isWindows && groupRuns(pid) && Date.now() < deadline) await sleep(20);
  }
}

function signalTree(pid: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  if (isWindows) {
    void execa('taskkill', ['/pid', String(pid), '/T', '/F'], { reject: false });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // Everything in the group has ended.
  }
}

/** The newest lines of what a tool says, for the message where it fails. */
export function lastLines(most: number): { readonly lines: readonly string[]; add(line: string): void } {
  const lines: string[] = [];
  return {
    lines,
    add(line) {
      lines.push(line);
      if (lines.length > most) lines.shift();
    },
  };
}
