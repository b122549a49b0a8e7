/**
 * Puts a firmware project on disk, over what is there from last time.
 *
 * Owns: touching only what changed (so that PlatformIO rebuilds only that), removing what this tool wrote
 * before and no longer does, refusing folders that are not its own. Leaves to others: the content.
 * Everything is in memory before the first byte is written; each file is replaced by renaming.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { inputError, toolError } from '../diagnostics/errors.js';
import { makeFolder } from '../files/make-folder.js';
import { fileBytes } from './project.js';
import type { FirmwareProject } from './types.js';

/** Says that a folder is ours, and what is in it. */
export const MARKER = '.kws-gen.json';

interface Marker {
  readonly generatedBy: 'kws-gen';
  readonly buildId: string;
  /** Path → SHA-256 of what was written. */
  readonly files: Readonly<Record<string, string>>;
}

export interface WriteReport {
  readonly written: readonly string[];
  readonly unchanged: number;
  readonly removed: readonly string[];
}

/** Entries a folder may have besides ours and still be taken for an empty one. */
const HARMLESS = new Set(['.pio', '.DS_Store']);

/**
 * Writes the project to `folder`, which is new, empty or was written by this tool.
 *
 * @throws KwsError: exit code 2 for a folder that is not ours, 3 where the disk refuses
 */
export function writeProject(project: FirmwareProject, folder: string): WriteReport {
  const before = readMarker(folder);
  const contents = new Map([...project.files].map(([path, file]) => [safePath(path), fileBytes(file)]));
  const files = Object.fromEntries([...contents].map(([path, bytes]) => [path, sha256(bytes)]));
  const marker: Marker = { generatedBy: 'kws-gen', buildId: project.buildId, files };
  const written: string[] = [];
  try {
    makeFolder(folder);
    // First of all, so that an interrupted run leaves a folder that is known as ours.
    const all = { ...marker, files: { ...before?.files, ...files } };
    replace(join(folder, MARKER), Buffer.from(`${JSON.stringify(all, null, 1)}\n`));
    for (const [path, bytes] of contents) if (replace(join(folder, path), bytes)) written.push(path);
    const removed = Object.keys(before?.files ?? {}).filter((path) => !contents.has(path));
    for (const path of removed) remove(folder, path);
    replace(join(folder, MARKER), Buffer.from(`${JSON.stringify(marker, null, 1)}\n`));
    return { written, unchanged: contents.size - written.length, removed };
  } catch (cause) {
    throw toolError(
      {
        what: 'the firmware project cannot be written',
        where: folder,
        why: (cause as Error).message,
        next: 'free the place, or choose another folder with --output',
      },
      { cause },
    );
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Paths come from us, and from a marker that anyone can edit: they stay inside the folder. */
function safePath(path: string): string {
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..') || /[\\:\0]/.test(path))
    throw new TypeError(`no path inside a project: ${JSON.stringify(path)}`);
  return path;
}

function readMarker(folder: string): Marker | undefined {
  const path = join(folder, MARKER);
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw inputError({
      what: 'this is no folder',
      where: folder,
      next: 'give an empty or new folder with --output',
    });
  if (!existsSync(path)) {
    const entries = existsSync(folder) ? readdirSync(folder).filter((name) => !HARMLESS.has(name)) : [];
    if (entries.length === 0) return undefined;
    throw inputError({
      what: 'this folder is not empty and was not written by kws-gen',
      where: folder,
      why: 'files in it could be overwritten',
      next: 'give an empty or new folder with --output',
    });
  }
  try {
    const marker = JSON.parse(readFileSync(path, 'utf8')) as Marker;
    const paths = Object.keys(marker.files);
    if (marker.generatedBy !== 'kws-gen') throw new TypeError('generatedBy is not kws-gen');
    for (const file of paths) safePath(file);
    return marker;
  } catch (cause) {
    throw inputError(
      {
        what: 'the list of generated files cannot be read',
        where: path,
        why: (cause as Error).message,
        next: 'remove the folder, or choose another one with --output',
      },
      { cause },
    );
  }
}

/** Whether the file had to be written. */
function replace(path: string, bytes: Buffer): boolean {
  if (existsSync(path) && readFileSync(path).equals(bytes)) return false;
  makeFolder(dirname(path));
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, bytes);
  renameSync(partial, path);
  return true;
}

/** Removes a file, and the folders that become empty. */
function remove(folder: string, path: string): void {
  rmSync(join(folder, path), { force: true });
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
    const absolute = join(folder, parent);
    if (!existsSync(absolute) || readdirSync(absolute).length > 0) return;
    rmdirSync(absolute);
  }
}
