/** Installs PlatformIO and SCons, pinned, into a venv in the cache folder. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toolError } from '../diagnostics/errors.js';
import { cacheFolder } from './cache-folder.js';
import { findPlatformio, ownVenv, REQUIREMENTS_FILE, venvProgram, venvStamp } from './find-platformio.js';
import { findProgram, systemFix } from './prerequisite-fixes.js';
import { runTool } from './run-tool.js';
import type { PlatformioInstallation } from './types.js';

export interface InstallOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** What is being done, for people. */
  readonly onProgress?: (text: string) => void;
}

/** Generous: a slow line, some 30 MB. */
const TIMEOUT_MS = 15 * 60_000;

/**
 * Makes the venv (again) and returns the PlatformIO in it.
 *
 * @throws toolError where Python, its venv module, the network or the disk fail; an abort throws its reason
 */
export async function installPlatformio(options: InstallOptions = {}): Promise<PlatformioInstallation> {
  const env = options.env ?? process.env;
  const python = findPython(env);
  if (python === undefined)
    throw toolError({
      what: 'Python 3 is not installed',
      why: 'PlatformIO runs in it',
      next: systemFix('python', env),
    });
  const venv = ownVenv(env);
  const log = join(cacheFolder(env), 'install-platformio.log');
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
  const steps: readonly (readonly [string, string, readonly string[]])[] = [
    ['making a venv', python, ['-m', 'venv', '--clear', venv]],
    [
      'installing PlatformIO and SCons',
      venvProgram(venv, 'python'),
      ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '-r', REQUIREMENTS_FILE],
    ],
  ];
  for (const [text, command, args] of steps) {
    options.onProgress?.(text);
    const tail: string[] = [];
    const end = await runTool(command, args, {
      log,
      timeoutMs: TIMEOUT_MS,
      signal: options.signal,
      onLine: (line) => {
        if (line.trim() !== '') tail.push(line.trim());
        if (tail.length > 6) tail.shift();
      },
    });
    if (end.kind === 'aborted') throw options.signal?.reason;
    if (end.kind !== 'exit' || end.code !== 0) throw installError(text, tail, log, env);
  }
  writeFileSync(venvStamp(venv), '');
  const found = await findPlatformio({ ...env, KWS_PIO: venvProgram(venv, 'pio') });
  return found!;
}

/** Python 3 on the PATH. */
export function findPython(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return (
    findProgram('python3', env) ?? (process.platform === 'win32' ? findProgram('python', env) : undefined)
  );
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
