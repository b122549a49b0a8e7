/**
 * Puts a firmware project on disk, over what is there from last time.
 *
 * Owns: touching only what changed (so that PlatformIO rebuilds only that), removing what this tool wrote
 * before and no longer does, keeping what the user changed. Leaves to others: the content; what may be in the
 * folder (`firmware-folder.ts`).
 * Everything new is on the disk, beside its place, before the first file is replaced by renaming.
 */
import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unwritable } from '../diagnostics/disk-errors.js';
import { KwsError, type Problem } from '../diagnostics/errors.js';
import { makeFolder } from '../files/make-folder.js';
import { MARKER, type Marker, readMarker, refuseLinks, safePath } from './firmware-folder.js';
import { fileBytes } from './project.js';
import type { FirmwareProject } from './types.js';

export { MARKER } from './firmware-folder.js';

export interface WriteReport {
  readonly written: readonly string[];
  readonly unchanged: number;
  readonly removed: readonly string[];
  /** Files that somebody had changed, and where they are now. */
  readonly kept: readonly { readonly path: string; readonly as: string }[];
}

/**
 * Writes the project to `folder`, which is new, empty or was written by this tool. A file in it that is not as
 * it was written goes to `NAME.orig` beside it.
 *
 * @throws KwsError: exit code 2 for a folder that is not ours or has links in it, 3 where the disk refuses
 */
export function writeProject(project: FirmwareProject, folder: string): WriteReport {
  const before = readMarker(folder);
  const contents = new Map([...project.files].map(([path, file]) => [safePath(path), fileBytes(file)]));
  const removed = Object.keys(before?.files ?? {}).filter((path) => !contents.has(path));
  const writing = new Writing(folder, before === undefined);
  const kept: WriteReport['kept'][number][] = [];
  try {
    refuseLinks(folder, [...contents.keys(), ...removed]);
    const files = Object.fromEntries([...contents].map(([path, bytes]) => [path, sha256(bytes)]));
    const there = new Map([...contents.keys(), ...removed].map((path) => [path, hashOf(join(folder, path))]));
    const changed = [...contents.keys()].filter((path) => there.get(path) !== files[path]);
    const own = [...changed, ...removed].filter((path) => isOwn(there.get(path), path, before));
    const marker: Marker = { generatedBy: 'kws-gen', buildId: project.buildId, files };
    // Put first, so that an interrupted run leaves a folder that is known as ours.
    const during = {
      ...marker,
      files: { ...before?.files, ...files },
      replaced: { ...before?.replaced, ...before?.files },
    };
    const last = text(marker);
    if (changed.length + removed.length > 0 || hashOf(join(folder, MARKER)) !== sha256(last)) {
      writing.put(MARKER, writing.stage(MARKER, text(during)));
      for (const path of changed) writing.add(path, contents.get(path)!);
      const final = writing.stage(MARKER, last);
      for (const path of own) kept.push({ path, as: setAside(folder, path) });
      writing.putAll();
      for (const path of removed) remove(folder, path);
      writing.put(MARKER, final);
    }
    return { written: changed, unchanged: contents.size - changed.length, removed, kept };
  } catch (cause) {
    writing.undo();
    if (cause instanceof KwsError) throw cause;
    throw unwritable('the firmware project', folder, 'another folder with --output', cause);
  }
}

/** What to tell of files that somebody had changed. */
export function keptNote({ kept }: WriteReport, folder: string): Problem | undefined {
  if (kept.length === 0) return undefined;
  const names = kept.slice(0, 5).map(({ as }) => as);
  const more = kept.length > 5 ? `, … (${kept.length})` : '';
  return {
    what: `generated files had been changed by hand and are replaced; yours are kept as ${names.join(', ')}${more}`,
    where: folder,
    next: 'what is generated is made anew each time: change kws.json, or keep a copy of the project elsewhere',
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const text = (marker: Marker): Buffer => Buffer.from(`${JSON.stringify(marker, null, 1)}\n`);

function hashOf(path: string): string | undefined {
  return exists(path) ? sha256(readFileSync(path)) : undefined;
}

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Whether a file is not as this tool wrote it. */
function isOwn(hash: string | undefined, path: string, before: Marker | undefined): boolean {
  return hash !== undefined && hash !== before?.files[path] && hash !== before?.replaced?.[path];
}

/** Renames a file to one that does not exist yet. */
function setAside(folder: string, path: string): string {
  for (let number = 1; ; number++) {
    const as = `${path}.orig${number === 1 ? '' : number}`;
    if (exists(join(folder, as))) continue;
    renameSync(join(folder, path), join(folder, as));
    return as;
  }
}

/** Removes a file, and the folders that become empty. */
function remove(folder: string, path: string): void {
  rmSync(join(folder, path), { force: true });
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
    const absolute = join(folder, parent);
    if (!exists(absolute) || readdirSync(absolute).length > 0) return;
    rmdirSync(absolute);
  }
}

/** Files beside their places, until all of them are there. */
class Writing {
  readonly #folder: string;
  /** Nothing of ours was there before. */
  readonly #fresh: boolean;
  /** Under names that nobody can have made a link of before. */
  readonly #ending = `.${randomBytes(6).toString('hex')}.partial`;
  readonly #staged = new Set<string>();
  readonly #waiting: { readonly path: string; readonly partial: string }[] = [];
  #replacing = false;

  constructor(folder: string, fresh: boolean) {
    this.#folder = folder;
    this.#fresh = fresh;
  }

  add(path: string, bytes: Uint8Array): void {
    this.#waiting.push({ path, partial: this.stage(path, bytes) });
  }

  /** Writes what `put` puts in its place. */
  stage(path: string, bytes: Uint8Array): string {
    const place = join(this.#folder, path);
    makeFolder(dirname(place));
    const partial = `${place}${this.#ending}`;
    this.#staged.add(partial);
    writeFileSync(partial, bytes, { flag: 'wx' });
    return partial;
  }

  put(path: string, partial: string): void {
    renameSync(partial, join(this.#folder, path));
    this.#staged.delete(partial);
  }

  putAll(): void {
    this.#replacing = true;
    for (const { path, partial } of this.#waiting) this.put(path, partial);
  }

  /** Removes what is not in its place, and a folder that would hold nothing else. */
  undo(): void {
    const left = [...this.#staged];
    if (this.#fresh && !this.#replacing) left.push(join(this.#folder, MARKER));
    for (const path of left)
      try {
        rmSync(path, { force: true });
        const above = (folder: string): boolean => folder.length >= this.#folder.length;
        for (let folder = dirname(path); above(folder) && isEmpty(folder); folder = dirname(folder))
          rmdirSync(folder);
      } catch {
        // A disk that refuses to write may refuse to remove as well.
      }
  }
}

const isEmpty = (folder: string): boolean => exists(folder) && readdirSync(folder).length === 0;
