/**
 * Where PlatformIO works: in the firmware project's folder, or in a copy of it where the folder's path has characters
 * that SCons and shells read as their own (`$` begins a variable in every path that SCons sees).
 *
 * Owns: which paths those are, the copy in the user's cache folder. Leaves to others: running PlatformIO.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { toolError } from '../diagnostics/errors.js';
import { cacheFolder } from '../files/cache-folder.js';

const UNSAFE = process.platform === 'win32' ? /[$`"'!#%;&|<>*?{}^\r\n]/ : /[$`"'\\!#%;&|<>*?{}^\r\n]/;

/**
 * The folder to build in: up to date with the project's.
 * @throws KwsError (exit code 3) where the cache folder has such a path itself
 */
export function buildPlace(folder: string, env: NodeJS.ProcessEnv = process.env): string {
  if (!UNSAFE.test(folder)) return folder;
  const cache = cacheFolder(env);
  const [sign] = UNSAFE.exec(cache) ?? [];
  if (sign !== undefined)
    throw toolError({
      what: `PlatformIO cannot work in a folder whose path has ${JSON.stringify(sign)}`,
      where: cache,
      why: 'neither in the project nor in the cache folder could it build',
      next: 'set KWS_CACHE_DIR to a folder with a plain path',
    });
  const place = join(cache, 'builds', createHash('sha256').update(folder).digest('hex').slice(0, 16));
  copyInto(folder, place, true);
  return place;
}

/** Makes `to` the same as `from`, touching only what differs; what is built stays, and links are not followed. */
function copyInto(from: string, to: string, top: boolean): void {
  mkdirSync(to, { recursive: true });
  const built = (name: string) => top && name === '.pio';
  const there = readdirSync(from, { withFileTypes: true }).filter(({ name }) => !built(name));
  const wanted = new Set(there.filter((one) => one.isFile() || one.isDirectory()).map(({ name }) => name));
  for (const name of readdirSync(to))
    if (!wanted.has(name) && !built(name)) rmSync(join(to, name), { recursive: true, force: true });
  for (const entry of there) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      if (existsSync(target) && !lstatSync(target).isDirectory()) rmSync(target, { force: true });
      copyInto(source, target, false);
    } else if (entry.isFile() && !sameFile(source, target)) {
      rmSync(target, { recursive: true, force: true });
      copyFileSync(source, target);
    }
  }
}

function sameFile(a: string, b: string): boolean {
  const other = lstatSync(b, { throwIfNoEntry: false });
  if (other?.isFile() !== true || other.size !== statSync(a).size) return false;
  return readFileSync(a).equals(readFileSync(b));
}
