/** Files of a project: what they are called, how large they may be, and which others a model brings along. */
import { dirname, resolve, sep } from 'node:path';
import { inputError } from '../diagnostics/errors.js';
import { readBounded } from '../files/read-bounded.js';
import type { Siblings } from '../readers/siblings.js';

export const KWS_FILE = 'kws.json';

/** A model for a microcontroller is a hundred times smaller. */
export const LARGEST_MODEL = 32 * 1024 * 1024;
export const LARGEST_KWS_FILE = 1024 * 1024;

/** Files in the folder of `path` and below it, each as bounded as a model; nothing outside is read. */
export function siblingsOf(path: string): Siblings {
  const folder = resolve(dirname(path));
  return async (name) => {
    const file = resolve(folder, name);
    if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep))
      throw inputError({
        what: 'lies outside the folder of the model',
        where: name,
        next: 'put it beside it',
      });
    return readBounded(file, LARGEST_MODEL, name);
  };
}
