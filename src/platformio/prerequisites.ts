/**
 * What the tool needs of its machine, found or not, each with the exact fix: `kws-gen doctor`.
 *
 * Owns: the list and how each is recognised. Leaves to others: installing, printing.
 */
import { existsSync } from 'node:fs';
import { findPlatformio } from './find-platformio.js';

import { findProgram, systemFix } from './prerequisite-fixes.js';
import { findPython } from './python-venv.js';
import { ask } from './run-tool.js';
import type { PlatformioInstallation } from './types.js';

export type PrerequisiteId =
  | 'python'
  | 'python-venv'
  | 'platformio'
  | 'scons'
  | 'arm-gcc'
  | 'arm-libraries'
  | 'qemu'
  | 'host-gcc'
  | 'git';

export interface Prerequisite {
  readonly id: PrerequisiteId;
  readonly name: string;
  /** What does not work without it. */
  readonly neededFor: string;
  readonly found: boolean;
  readonly path?: string;
  readonly version?: string;
  /** The exact command to type, or what to do; for what is found, how it would be brought. */
  readonly fix: string;
}

/** What only some boards need. */
export interface BoardNeeds {
  /** Names of the boards whose platform is a git repository. */
  readonly git?: readonly string[];
}

/** Looks for everything; takes about a second. */
export async function checkPrerequisites(
  env: NodeJS.ProcessEnv = process.env,
  { git = [] }: BoardNeeds = {},
): Promise<readonly Prerequisite[]> {
  const platformio = await findPlatformio(env).catch(() => undefined);
  const rest = await Promise.all([
    pythonVenv(env, platformio),
    program('arm-gcc', env),
    armLibraries(env),
    program('qemu', env),
    program('host-gcc', env),
    ...(git.length === 0 ? [] : [program('git', env, `the platform of ${git.join(', ')}`)]),
  ]);
  const [venv, ...tools] = rest;
  return [await program('python', env), venv, platformioItself(platformio), scons(platformio), ...tools];
}

interface ProgramFacts {
  readonly name: string;
  readonly neededFor: string;
  readonly find: (env: NodeJS.ProcessEnv) => string | undefined;
}

const PROGRAMS: Readonly<Record<'python' | 'arm-gcc' | 'qemu' | 'host-gcc' | 'git', ProgramFacts>> = {
  python: { name: 'Python 3', neededFor: 'PlatformIO', find: findPython },
  'arm-gcc': {
    name: 'GCC for ARM (arm-none-eabi-g++)',
    neededFor: 'virtual boards and --emulate',
    find: (env) => findProgram('arm-none-eabi-g++', env),
  },
  qemu: {
    name: 'QEMU (qemu-system-arm)',
    neededFor: 'virtual boards and --emulate',
    find: (env) => findProgram('qemu-system-arm', env),
  },
  'host-gcc': {
    name: 'GCC for this computer (g++)',
    neededFor: 'the board native',
    find: (env) => findProgram('g++', env),
  },
  git: {
    name: 'Git',
    neededFor: 'platforms that are git repositories',
    find: (env) => findProgram('git', env),
  },
};

/** @param neededBy what it is needed for here, where that is more exact */
async function program(
  id: keyof typeof PROGRAMS,
  env: NodeJS.ProcessEnv,
  neededBy?: string,
): Promise<Prerequisite> {
  const { name, find, neededFor: usual } = PROGRAMS[id];
  const neededFor = neededBy ?? usual;
  const path = find(env);
  const output = path === undefined ? undefined : await ask(path, ['--version']);
  const version = /\d+\.\d+(?:\.\d+)?/.exec(output?.split('\n')[0] ?? '')?.[0];
  return {
    id,
    name,
    neededFor,
    // A program that does not even tell its version does not work.
    found: output !== undefined,
    ...(path === undefined ? {} : { path }),
    ...(version === undefined ? {} : { version }),
    fix: systemFix(id, env),
  };
}

/** Debian has the compiler's C and C++ libraries in packages of their own. */
async function armLibraries(env: NodeJS.ProcessEnv): Promise<Prerequisite> {
  const compiler = findProgram('arm-none-eabi-g++', env);
  const files = ['nano.specs', 'libstdc++_nano.a'];
  const answers =
    compiler === undefined
      ? []
      : await Promise.all(files.map((file) => ask(compiler, [`-print-file-name=${file}`])));
  const paths = answers.map((answer) => answer?.trim() ?? '');
  return {
    id: 'arm-libraries',
    name: 'C and C++ libraries for ARM (newlib, libstdc++)',
    neededFor: 'virtual boards and --emulate',
    // GCC answers with the bare name where it has no such file.
    found: paths.length === files.length && paths.every((path, i) => path !== files[i] && existsSync(path)),
    fix: systemFix('arm-gcc', env),
  };
}

/** Only needed where PlatformIO is still to be installed. */
async function pythonVenv(
  env: NodeJS.ProcessEnv,
  platformio: PlatformioInstallation | undefined,
): Promise<Prerequisite> {
  const python = findPython(env);
  const works = python !== undefined && (await ask(python, ['-c', 'import ensurepip, venv'])) !== undefined;
  return {
    id: 'python-venv',
    name: "Python's venv module",
    neededFor: 'installing PlatformIO',
    found: works || platformio !== undefined,
    fix: systemFix('venv', env),
  };
}

function platformioItself(found: PlatformioInstallation | undefined): Prerequisite {
  return {
    id: 'platformio',
    name: 'PlatformIO',
    neededFor: 'building and uploading',
    found: found !== undefined,
    ...(found === undefined ? {} : { path: found.command, version: found.version }),
    fix: 'kws-gen doctor --fix',
  };
}

/** PlatformIO downloads its own where its Python has none: then virtual boards need the network once. */
function scons(platformio: PlatformioInstallation | undefined): Prerequisite {
  const fix =
    platformio === undefined ? 'kws-gen doctor --fix' : `"${platformio.python}" -m pip install scons`;
  return {
    id: 'scons',
    name: 'SCons in the Python of PlatformIO',
    neededFor: 'virtual boards without a network',
    found: platformio?.scons !== undefined,
    ...(platformio?.scons === undefined ? {} : { version: platformio.scons }),
    fix,
  };
}
