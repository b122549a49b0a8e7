/** Several files that belong together: all of them are there whole, or none has changed. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unwritable } from '../diagnostics/disk-errors.js';
import { makeFolder } from './make-folder.js';

/**
 * Writes each file beside its place first, then puts them there one by one; folders are made.
 * @param elsewhere how another place is chosen
 * @throws KwsError: exit code 2 where the name cannot be a file's, 3 where the disk refuses
 */
export async function writeTogether(
  files: ReadonlyMap<string, string | Uint8Array>,
  elsewhere = 'another place with -o',
): Promise<void> {
  const partial = (path: string) => `${path}.${process.pid}.tmp`;
  let at = '';
  try {
    for (const [path, content] of files) {
      at = path;
      makeFolder(dirname(path));
      await writeFile(partial(path), content);
    }
    for (at of files.keys()) await rename(partial(at), at);
  } catch (cause) {
    for (const path of files.keys()) await rm(partial(path), { force: true }).catch(() => {});
    throw unwritable('this file', at, elsewhere, cause);
  }
}
