/**
 * A folder with a `kws.json` → a project.
 *
 * Owns: finding and reading the file. Leaves to others: what it says (`parse.ts`, `resolve.ts`).
 */
import { join, resolve } from 'node:path';
import { inputError, KwsError } from '../diagnostics/errors.js';
import { KWS_FILE, LARGEST_KWS_FILE, readBounded } from './files.js';
import { parseKwsFile } from './parse.js';
import { type LoadedProject, type ModelOpener, resolveProject } from './resolve.js';

export interface LoadOptions {
  readonly openModel: ModelOpener;
}

/**
 * @param directory folder of kws.json
 * @throws KwsError (exit code 2) with everything that is wrong, each with field, value and fix
 */
export async function loadProject(directory: string, options: LoadOptions): Promise<LoadedProject> {
  const folder = resolve(directory);
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
  const kws = parseKwsFile(new TextDecoder().decode(bytes), KWS_FILE);
  return resolveProject(kws, { directory: folder, openModel: options.openModel });
}
