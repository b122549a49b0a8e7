/**
 * A firmware folder that was not made on this computer: it may have come with a stranger's project.
 *
 * PlatformIO compiles every source and runs every build script that lies in it, whoever put them there, and takes
 * objects for its own that are newer than their sources. In a folder that this computer made they are its user's.
 *
 * Owns: the record of folders made here (in the user's cache folder), files that others put into one, forgetting what
 * was built elsewhere. Leaves to others: consent (`consent.ts`), writing the project (`emit/write.ts`).
 */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMarker } from '../emit/firmware-folder.js';
import { cacheFolder } from '../files/cache-folder.js';
import { makeFolder } from '../files/make-folder.js';
import type { TrustField } from './fields.js';

/** What PlatformIO reads of a project's folder, beside platformio.ini. */
const READ = ['src', 'lib', 'include', 'boards', 'test'];
const BUILT = ['build', 'libdeps', 'platforms', 'virtual'];
const MOST_FILES = 10_000;

/**
 * Files that PlatformIO would read and this tool does not write; none in a folder that was made here.
 * @param ours paths of the files that are written
 */
export function foreignFiles(
  folder: string,
  ours: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): TrustField[] {
  if (!isFolder(folder) || madeHere(folder, env)) return [];
  // What a marker lists is written anew or removed.
  const known = new Set([...ours, ...Object.keys(readMarker(folder)?.files ?? {})]);
  return READ.flatMap((name) => filesBelow(folder, name))
    .filter((path) => !known.has(path) && !/\.orig\d*$/.test(path))
    .map((path) => ({
      where: join(folder, path),
      key: 'every source and script in the folder',
      value: path,
    }));
}

/** Makes the folder, which was just written, one of this computer: what was built in it elsewhere goes. */
export function adoptFolder(folder: string, env: NodeJS.ProcessEnv = process.env): void {
  if (madeHere(folder, env)) return;
  const inner = join(folder, '.pio');
  // A link there was refused before anything was written; one that came since is not followed.
  if (isFolder(inner)) for (const name of BUILT) rmSync(join(inner, name), { recursive: true, force: true });
  const record = recordOf(folder, env);
  try {
    makeFolder(join(record, '..'));
    writeFileSync(record, identityOf(folder));
  } catch {
    // Without a cache folder the next build begins anew.
  }
}

function madeHere(folder: string, env: NodeJS.ProcessEnv): boolean {
  try {
    return readFileSync(recordOf(folder, env), 'utf8') === identityOf(folder);
  } catch {
    return false;
  }
}

const recordOf = (folder: string, env: NodeJS.ProcessEnv): string =>
  join(cacheFolder(env), 'firmware-folders', createHash('sha256').update(realpathSync(folder)).digest('hex'));

/** Another folder under the same path is another one. */
function identityOf(folder: string): string {
  const { dev, ino } = lstatSync(folder, { bigint: true });
  return `${dev}:${ino}\n`;
}

/** No link to one; a place below a file is none. */
function isFolder(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}

/** Paths of files and links, not following any. */
function filesBelow(folder: string, start: string): string[] {
  const found: string[] = [];
  const waiting = [start];
  for (let path = waiting.pop(); path !== undefined && found.length < MOST_FILES; path = waiting.pop()) {
    if (!isFolder(join(folder, path))) continue;
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const inner = `${path}/${entry.name}`;
      if (entry.isDirectory()) waiting.push(inner);
      else found.push(inner);
    }
  }
  return found.sort();
}
