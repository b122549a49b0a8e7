/** The Python that computes gradients (JAX), in a venv of its own; found, or installed with hashes. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type InstallOptions,
  installVenv,
  type VenvRequest,
  venvFolder,
  venvProgram,
  venvStamp,
} from '../platformio/python-venv.js';

const FOLDER = fileURLToPath(new URL('../../templates/train/', import.meta.url));
/** Everything that the venv gets, with hashes. */
export const TRAINING_LOCK = join(FOLDER, 'requirements.lock');
export const FIT_SCRIPT = join(FOLDER, 'fit.py');

/** What the venv takes of the disk. */
export const TRAINING_SIZE = 'some 630 MB';

const REQUEST: VenvRequest = {
  name: 'training',
  lock: TRAINING_LOCK,
  what: `JAX and a pronunciation dictionary, ${TRAINING_SIZE}`,
  why: 'networks are trained in it',
};

export interface TrainingEngine {
  readonly python: string;
  /** CMUdict. */
  readonly dictionary: string;
}

/** What is installed in the cache folder; undefined where it is not, or not whole. */
export async function findTrainingEngine(
  env: NodeJS.ProcessEnv = process.env,
): Promise<TrainingEngine | undefined> {
  const venv = venvFolder(REQUEST.name, TRAINING_LOCK, env);
  if (!existsSync(venvStamp(venv))) return undefined;
  const library = process.platform === 'win32' ? join(venv, 'Lib') : join(venv, 'lib');
  const folders = process.platform === 'win32' ? ['.'] : await readdir(library).catch(() => []);
  const dictionary = folders
    .map((folder) => join(library, folder, 'site-packages', 'cmudict', 'data', 'cmudict.dict'))
    .find((path) => existsSync(path));
  return dictionary === undefined ? undefined : { python: venvProgram(venv, 'python'), dictionary };
}

/** @throws toolError where Python, its venv module, the network or the disk fail; an abort throws its reason */
export async function installTrainingEngine(options: InstallOptions = {}): Promise<TrainingEngine> {
  await installVenv(REQUEST, options);
  return (await findTrainingEngine(options.env))!;
}
