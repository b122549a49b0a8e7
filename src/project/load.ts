/**
 * A folder with a `kws.json` → a project.
 *
 * Owns: finding and reading the file. Leaves to others: what it says (`parse.ts`, `resolve.ts`).
 */
import { join, resolve } from 'node:path';
import { inputError, KwsError, type Problem } from '../diagnostics/errors.js';
import { readBounded } from '../files/read-bounded.js';
import type { FrontendSpec } from '../frontend/spec.js';
import type { Model } from '../model/types.js';
import { findDeviceFiles } from './device-files.js';
import { KWS_FILE, LARGEST_KWS_FILE } from './files.js';
import { resolveFrontend } from './frontend.js';
import { type OpenerListener, openProjectModel } from './open-model.js';
import { parseKwsFile } from './parse.js';
import { type LoadedProject, type ModelOpener, resolveProject } from './resolve.js';
import type { KwsFile } from './schema.js';

export interface LoadOptions<M extends Model> {
  /** Takes the place of what the commands open models with. */
  readonly openModel: ModelOpener<M>;
}

/**
 * Opens models as the commands do: a float model becomes int8 on the way, where kws.json says with what it is
 * calibrated. An opener of one's own (`readModel`) may leave a model float: of such a project no firmware is made.
 *
 * @param directory folder of kws.json
 * @throws KwsError (exit code 2) with everything that is wrong, each with field, value and fix
 */
export function loadProject<M extends Model>(
  directory: string,
  options: LoadOptions<M>,
): Promise<LoadedProject<M>>;
export function loadProject(directory: string, listener?: OpenerListener): Promise<LoadedProject>;
export async function loadProject(
  directory: string,
  options: Partial<LoadOptions<Model>> & OpenerListener = {},
): Promise<LoadedProject<Model>> {
  const folder = resolve(directory);
  const { openModel = openProjectModel(options) } = options;
  const project = await resolveProject(await readKwsFile(folder), { directory: folder, openModel });
  const deviceFiles = await findDeviceFiles(folder);
  return deviceFiles.length === 0 ? project : { ...project, deviceFiles };
}

/**
 * The front end of a project alone, without reading its models.
 *
 * @param directory folder of kws.json
 * @throws KwsError (exit code 2) with what is wrong with the file or its front end
 */
export async function loadFrontend(directory: string): Promise<FrontendSpec> {
  const problems: Problem[] = [];
  const frontend = resolveFrontend((await readKwsFile(resolve(directory))).frontend, KWS_FILE, problems);
  if (frontend === undefined) throw inputError(problems);
  return frontend;
}

/**
 * What stands in kws.json, before it is held against the models.
 *
 * @throws KwsError (exit code 2) with every problem of the file
 */
export async function readKwsFile(folder: string): Promise<KwsFile> {
  const bytes = await readBounded(join(folder, KWS_FILE), LARGEST_KWS_FILE).catch((error: unknown) => {
    if (!(error instanceof KwsError) || !/no such file/.test(error.problems[0]?.what ?? '')) throw error;
    throw inputError(
      {
        what: `there is no ${KWS_FILE}`,
        where: folder,
        next: 'kws-gen init MODEL makes one from a .tflite or a microWakeWord manifest; --model MODEL goes without',
      },
      { cause: error },
    );
  });
  return parseKwsFile(new TextDecoder().decode(bytes), KWS_FILE);
}
