/** Paths as the user sees them, and files that are not replaced unasked. */
import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { inputError } from '../../diagnostics/errors.js';

/** A folder as it is named in a command that is given in `here`: '' for that folder, absolute where it lies outside. */
export function shownFolder(folder: string, here: string): string {
  const inside = relative(here, folder);
  return isAbsolute(inside) || inside.startsWith('..') ? resolve(folder) : inside;
}

/** A path as it is shown to whoever stands in `directory`: that folder itself stays absolute. */
export const shownPath = (path: string, directory: string): string => relative(directory, path) || path;

/** A path as a word of a command line. */
export const quoted = (path: string): string => (/\s/.test(path) ? `"${path}"` : path);

export interface NewFiles {
  readonly directory: string;
  /** Whether the user agreed to their being replaced. */
  readonly force: boolean | undefined;
  /** The option that names them. */
  readonly option: string;
  /** What to do; to replace the file or to name another unless told. */
  readonly next?: string;
}

/**
 * Asked before the work begins.
 *
 * @param paths absolute
 * @throws KwsError (exit code 2) with every file that is there already
 */
export function refuseExisting(paths: readonly string[], { directory, force, option, next }: NewFiles): void {
  const there = force === true ? [] : paths.filter((path) => existsSync(path));
  if (there.length === 0) return;
  throw inputError(
    there.map((path) => ({
      what: 'is already there',
      where: shownPath(path, directory),
      next: next ?? `--force replaces it, ${option} names another file`,
    })),
  );
}
