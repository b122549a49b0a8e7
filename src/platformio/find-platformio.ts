/**
 * Which PlatformIO to use, and what it is made of.
 *
 * Order: `KWS_PIO`, the PATH, the IDE's own (`~/.platformio/penv`), the venv in our cache folder.
 * Leaves to others: installing one (`install-platformio.ts`).
 */
import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { inputError, toolError } from '../diagnostics/errors.js';
import { cacheFolder } from '../files/cache-folder.js';
import { findProgram } from './prerequisite-fixes.js';
import { venvFolder, venvProgram, venvStamp } from './python-venv.js';
import { ask } from './run-tool.js';
import type { PlatformioInstallation } from './types.js';

/** Everything that the venv gets, with hashes. */
export const LOCK_FILE = fileURLToPath(
  new URL('../../templates/toolchain/requirements.lock', import.meta.url),
);

/**
 * Our own venv: its name changes with the lock, so that whatever changes in it is installed afresh.
 * @param lock the lock file
 */
export function ownVenv(env: NodeJS.ProcessEnv = process.env, lock = LOCK_FILE): string {
  return venvFolder('platformio', lock, env);
}

/**
 * The PlatformIO to use, or undefined where there is none that works.
 *
 * @throws inputError where KWS_PIO names something that is no PlatformIO
 */
export async function findPlatformio(
  env: NodeJS.ProcessEnv = process.env,
): Promise<PlatformioInstallation | undefined> {
  if (env.KWS_PIO) {
    const named = await inspect(resolve(env.KWS_PIO), env);
    if (named !== undefined) return named;
    throw inputError({
      what: 'is no PlatformIO that works',
      where: `KWS_PIO=${env.KWS_PIO}`,
      next: 'give the path of the program pio, or unset KWS_PIO',
    });
  }
  const venv = ownVenv(env);
  const candidates = [
    findProgram('pio', env),
    findProgram('platformio', env),
    venvProgram(join(env.HOME || homedir(), '.platformio', 'penv'), 'pio'),
    fileTime(venvStamp(venv)) === undefined ? undefined : venvProgram(venv, 'pio'),
  ];
  for (const command of candidates) {
    const found = command === undefined ? undefined : await inspect(command, env);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As `findPlatformio`, but a toolError where there is none. */
export async function requirePlatformio(
  env: NodeJS.ProcessEnv = process.env,
): Promise<PlatformioInstallation> {
  const found = await findPlatformio(env);
  if (found !== undefined) return found;
  throw toolError({
    what: 'PlatformIO is not installed',
    why: 'firmware is built and uploaded with it',
    next: 'kws-gen doctor --fix installs it into a venv of its own; or: pip install platformio',
  });
}

const probed = z.object({
  version: z.string(),
  package: z.string(),
  sconsPackage: z.string(),
  scons: z.string().nullable(),
});
type Probed = z.infer<typeof probed>;
const remembered = z.object({ python: z.string(), times: z.array(z.number()), answer: probed });

/** What only PlatformIO's own Python knows. */
const PROBE = `
import json
import platformio
try:
    from platformio.dependencies import get_core_dependencies
    packages = get_core_dependencies()
except ImportError:
    packages = platformio.__core_packages__
try:
    import SCons
    scons = SCons.__version__
except ImportError:
    scons = None
print(json.dumps({"version": platformio.__version__, "package": platformio.__file__,
                  "sconsPackage": packages["tool-scons"].lstrip("~^=><! "), "scons": scons}))
`;

async function inspect(command: string, env: NodeJS.ProcessEnv): Promise<PlatformioInstallation | undefined> {
  try {
    accessSync(command, constants.X_OK);
  } catch {
    return undefined;
  }
  const known = recall(command, env);
  if (known !== undefined) return known;
  const python = pythonOfScript(command) ?? (await pythonByAsking(command));
  if (python === undefined) return undefined;
  const output = await ask(python, ['-c', PROBE]);
  const answer = probed.safeParse(parse(output?.trim().split('\n').pop()));
  if (!answer.success) return undefined;
  remember(command, python, answer.data, env);
  return installation(command, python, answer.data);
}

function installation(command: string, python: string, answer: Probed): PlatformioInstallation {
  const { version, sconsPackage, scons } = answer;
  return { command, python, version, sconsPackage, ...(scons === null ? {} : { scons }) };
}

/** The interpreter that pip wrote into the script's first lines (two forms: the second allows spaces). */
function pythonOfScript(command: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  const head = readFileSync(command).subarray(0, 2048).toString('latin1');
  const path =
    /^#!(\/\S*python[\d.]*)\s*\n/.exec(head)?.[1] ??
    /^#!\/bin\/sh\n'''exec' "?([^"\n]+?)"? "\$0"/.exec(head)?.[1];
  const utf8 = path === undefined ? undefined : Buffer.from(path, 'latin1').toString('utf8');
  return utf8 !== undefined && fileTime(utf8) !== undefined ? utf8 : undefined;
}

async function pythonByAsking(command: string): Promise<string | undefined> {
  const output = await ask(command, ['system', 'info', '--json-output']);
  const info = z.object({ python_exe: z.object({ value: z.string() }) }).safeParse(parse(output));
  return info.success ? info.data.python_exe.value : undefined;
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function memoryFile(command: string, env: NodeJS.ProcessEnv): string {
  const name = createHash('sha256').update(command).digest('hex').slice(0, 16);
  return join(cacheFolder(env), 'platformio-known', `${name}.json`);
}

/** Asking takes half a second; the answer holds while neither script nor package nor site-packages change. */
function times(command: string, packageFile: string): number[] {
  return [command, packageFile, dirname(dirname(packageFile))].map((path) => fileTime(path) ?? 0);
}

function recall(command: string, env: NodeJS.ProcessEnv): PlatformioInstallation | undefined {
  try {
    const file = remembered.parse(JSON.parse(readFileSync(memoryFile(command, env), 'utf8')));
    if (fileTime(file.python) === undefined) return undefined;
    if (times(command, file.answer.package).join() !== file.times.join()) return undefined;
    return installation(command, file.python, file.answer);
  } catch {
    return undefined;
  }
}

function remember(command: string, python: string, answer: Probed, env: NodeJS.ProcessEnv): void {
  const file = memoryFile(command, env);
  try {
    mkdirSync(dirname(file), { recursive: true });
    const partial = `${file}.${process.pid}`;
    writeFileSync(partial, JSON.stringify({ python, times: times(command, answer.package), answer }));
    renameSync(partial, file);
  } catch {
    // A cache folder that cannot be written costs time, nothing else.
  }
}

/** undefined for what is not there, and for what this user may not see. */
function fileTime(path: string): number | undefined {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
}
