/**
 * Installs what is missing with the system's package manager, where that needs no further rights: Debian and
 * its relatives, as root (containers, CI machines). Everybody else is told the command (`prerequisite-fixes.ts`).
 */
import { join } from 'node:path';
import { toolError } from '../diagnostics/errors.js';
import { cacheFolder } from '../files/cache-folder.js';
import { debianPackages, findProgram, type SystemTool } from './prerequisite-fixes.js';
import type { Prerequisite, PrerequisiteId } from './prerequisites.js';
import type { InstallOptions } from './python-venv.js';
import { runTool } from './run-tool.js';

const TOOL_OF: Readonly<Record<PrerequisiteId, SystemTool | undefined>> = {
  python: 'python',
  'python-venv': 'venv',
  platformio: undefined,
  scons: undefined,
  'arm-gcc': 'arm-gcc',
  'arm-libraries': 'arm-gcc',
  qemu: 'qemu',
  'host-gcc': 'host-gcc',
  git: 'git',
};

/** Packages that bring what was not found; none where this process could not install them. */
export function missingPackages(
  found: readonly Prerequisite[],
  env: NodeJS.ProcessEnv = process.env,
  isRoot = process.getuid?.() === 0,
): readonly string[] {
  if (!isRoot || findProgram('apt-get', env) === undefined) return [];
  const tools = found.filter((one) => !one.found).flatMap(({ id }) => TOOL_OF[id] ?? []);
  return [...new Set(tools.flatMap(debianPackages))];
}

/** Generous: a slow line, some hundred MB of compilers. */
const TIMEOUT_MS = 30 * 60_000;

/** @throws toolError where a step fails; an abort throws its reason */
export async function installPackages(
  packages: readonly string[],
  { env = process.env, signal, onProgress, onLine }: InstallOptions = {},
): Promise<void> {
  const steps = [
    ['reading the lists of packages', 'update', '-q'],
    [`installing ${packages.join(' ')}`, 'install', '-q', '-y', '--no-install-recommends', ...packages],
  ] as const;
  const log = join(cacheFolder(env), 'install-packages.log');
  for (const [text, ...args] of steps) {
    onProgress?.(text);
    let last = '';
    const end = await runTool('apt-get', args, {
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      log,
      timeoutMs: TIMEOUT_MS,
      signal,
      onLine: (line) => {
        if (line.trim() === '') return;
        last = line.trim();
        onLine?.(last);
      },
    });
    if (end.kind === 'aborted') throw signal?.reason;
    if (end.kind !== 'exit' || end.code !== 0)
      throw toolError({
        what: `${text} failed`,
        where: log,
        why: end.kind === 'failed' ? end.error.message : end.kind === 'timeout' ? 'it took too long' : last,
        next: `apt-get install ${packages.join(' ')}`,
      });
  }
}
