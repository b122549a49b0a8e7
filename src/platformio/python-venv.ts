/** Python packages, pinned with hashes, in a venv in the cache folder. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toolError } from '../diagnostics/errors.js';
import { cacheFolder } from '../files/cache-folder.js';
import { findProgram, systemFix } from './prerequisite-fixes.js';
import { lastLines, runTool } from './run-tool.js';

export interface InstallOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** What is being done, for people. */
  readonly onProgress?: (text: string) => void;
  /** What the program that does it says, line by line. */
  readonly onLine?: (line: string) => void;
}

export interface VenvRequest {
  /** `platformio`: the folder in the cache is called so, with a hash of the lock behind it. */
  readonly name: string;
  /** Everything that the venv gets, with hashes. */
  readonly lock: string;
  /** As in "installing PlatformIO and SCons". */
  readonly what: string;
  /** As in "PlatformIO runs in it". */
  readonly why: string;
}

/** Generous: a slow line, up to 200 MB. */
const TIMEOUT_MS = 30 * 60_000;

/** Programs of a venv. */
export function venvProgram(venv: string, name: string): string {
  return process.platform === 'win32' ? join(venv, 'Scripts', `${name}.exe`) : join(venv, 'bin', name);
}

/** Where it is, or would be: its name changes with the lock, so that whatever changes in it is installed afresh. */
export function venvFolder(name: string, lock: string, env: NodeJS.ProcessEnv = process.env): string {
  const hash = createHash('sha256').update(readFileSync(lock)).digest('hex').slice(0, 8);
  return join(cacheFolder(env), `${name}-${hash}`);
}

/** Present once everything is installed in a venv. */
export function venvStamp(venv: string): string {
  return join(venv, 'complete');
}

/** Python 3 on the PATH. */
export function findPython(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return (
    findProgram('python3', env) ?? (process.platform === 'win32' ? findProgram('python', env) : undefined)
  );
}

/**
 * Makes the venv (again) and returns its folder.
 *
 * @throws toolError where Python, its venv module, the network or the disk fail; an abort throws its reason
 */
export async function installVenv(request: VenvRequest, options: InstallOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const python = findPython(env);
  if (python === undefined)
    throw toolError({ what: 'Python 3 is not installed', why: request.why, next: systemFix('python', env) });
  const venv = venvFolder(request.name, request.lock, env);
  const log = join(cacheFolder(env), `install-${request.name}.log`);
  try {
    mkdirSync(dirname(venv), { recursive: true });
    rmSync(venvStamp(venv), { force: true });
  } catch (cause) {
    throw toolError(
      {
        what: 'the cache folder cannot be written',
        where: dirname(venv),
        next: 'make it writable, or name another one in KWS_CACHE_DIR',
      },
      { cause },
    );
  }
  // Nothing is installed whose file has another hash than the one that was looked at.
  // The lock names everything that is needed, and nothing else comes.
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--no-deps'];
  const steps: readonly (readonly [string, string, readonly string[]])[] = [
    ['making a venv', python, ['-m', 'venv', '--clear', venv]],
    [
      `installing ${request.what}`,
      venvProgram(venv, 'python'),
      [...pip, '--require-hashes', '-r', request.lock],
    ],
  ];
  for (const [text, command, args] of steps) {
    options.onProgress?.(text);
    const tail = lastLines(6);
    const end = await runTool(command, args, {
      log,
      timeoutMs: TIMEOUT_MS,
      signal: options.signal,
      onLine: (line) => {
        if (line.trim() === '') return;
        tail.add(line.trim());
        options.onLine?.(line.trim());
      },
    });
    if (end.kind === 'aborted') throw options.signal?.reason;
    if (end.kind !== 'exit' || end.code !== 0) throw installError(text, tail.lines, log, env);
  }
  writeFileSync(venvStamp(venv), '');
  return venv;
}

function installError(step: string, tail: readonly string[], log: string, env: NodeJS.ProcessEnv): Error {
  const text = tail.join('\n       ');
  const noVenv = /ensurepip is not|No module named '?(?:venv|ensurepip)/.test(text);
  return toolError({
    what: `${step} failed`,
    ...(text === '' ? {} : { why: text }),
    next: noVenv ? systemFix('venv', env) : `the full log is ${log}`,
  });
}
