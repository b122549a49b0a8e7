/** A vendor's core in a local folder, as PlatformIO takes it. Folders are untrusted. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedBoard } from '../boards/types.js';
import { inputError } from '../diagnostics/errors.js';

const MANIFEST = 'package.json';
const LARGEST = 2 ** 20;
/** A name of PlatformIO's packages. */
const NAME = /^framework-[a-z0-9-]{1,60}$/;

/**
 * The entry of `platform_packages` that takes the core from a folder.
 *
 * @param path absolute
 * @throws KwsError (exit code 2) where the board has no vendor's core, or PlatformIO would not know what the folder is
 */
export function frameworkPackage(board: ResolvedBoard, path: string): string {
  const where = `--framework-path ${path}`;
  if (board.kind !== 'real')
    throw inputError({
      what: `there is no vendor's core in the firmware of ${board.id}`,
      where,
      next: 'leave it out; with --emulate firmware it is the one that is flashed',
    });
  const name = nameIn(join(path, MANIFEST));
  if (name !== undefined) return `${name}@symlink://${path}`;
  throw inputError({
    what: 'PlatformIO would not know which package this folder is',
    where,
    why: `it has no ${MANIFEST} with a name such as framework-arduino-mbed`,
    next: `write one there, with the name and the version that the platform asks for: {"name": "framework-arduino-mbed", "version": "4.5.0"}`,
  });
}

function nameIn(manifest: string): string | undefined {
  try {
    if (statSync(manifest).size > LARGEST) return undefined;
    const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly name?: unknown };
    return typeof name === 'string' && NAME.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}
