/**
 * What is in a folder that firmware is written to, before anything is written.
 *
 * Owns: whether the folder is ours (a marker says so, and what was written), and that nothing in it leads out
 * of it. A project may come from a stranger: its `firmware-out` is data like everything else in it. Leaves to
 * others: writing (`write.ts`).
 */
import { existsSync, lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { inputError, KwsError, type Problem, toolError } from '../diagnostics/errors.js';

/** Says that a folder is ours, and what is in it. */
export const MARKER = '.kws-gen.json';

export interface Marker {
  readonly generatedBy: 'kws-gen';
  readonly buildId: string;
  /** Path → SHA-256 of what was written. */
  readonly files: Readonly<Record<string, string>>;
  /** Path → SHA-256 of what a run that is not finished replaces. */
  readonly replaced?: Readonly<Record<string, string>>;
}

/** Some thousand files. */
const MOST_MARKER_BYTES = 4 * 1024 * 1024;

/** Entries a folder may have besides ours and still be taken for an empty one. */
const HARMLESS = new Set(['.pio', '.DS_Store']);
/** What PlatformIO writes to, so deep: the folder, what it makes in it, and the builds of each board. */
const BUILD_FOLDERS = ['.pio', '.pio/build'];

/** Paths come from us, and from a marker that anyone can edit: they stay inside the folder. */
export function safePath(path: string): string {
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..') || /[\\:\0]/.test(path))
    throw new TypeError(`no path inside a project: ${JSON.stringify(path)}`);
  return path;
}

/**
 * What this tool wrote to the folder last time; undefined where it is new or empty.
 *
 * @throws KwsError: exit code 2 for a folder that is not ours, 3 where it cannot be read
 */
export function readMarker(folder: string): Marker | undefined {
  try {
    return markerOf(folder);
  } catch (cause) {
    if (cause instanceof KwsError) throw cause;
    throw toolError(
      {
        what: 'this folder cannot be read',
        where: folder,
        why: (cause as Error).message,
        next: 'give yourself permission to read it, or choose another folder with --output',
      },
      { cause },
    );
  }
}

function markerOf(folder: string): Marker | undefined {
  const status = lstatSync(folder, { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  if (!status.isDirectory())
    throw inputError({
      what: status.isSymbolicLink() ? 'this is a link, and no folder' : 'this is no folder',
      where: folder,
      next: 'give an empty or new folder with --output; where it is a link, the folder that is meant',
    });
  const path = join(folder, MARKER);
  if (!existsSync(path)) {
    const entries = readdirSync(folder).filter((name) => !HARMLESS.has(name));
    if (entries.length === 0) return undefined;
    throw inputError({
      what: 'this folder is not empty and was not written by kws-gen',
      where: folder,
      why: 'files in it could be overwritten',
      next: 'give an empty or new folder with --output',
    });
  }
  try {
    const { size } = plainFile(path);
    if (size > MOST_MARKER_BYTES) throw new TypeError(`it has ${size} bytes`);
    const marker = JSON.parse(readFileSync(path, 'utf8')) as Marker;
    if (marker.generatedBy !== 'kws-gen') throw new TypeError('generatedBy is not kws-gen');
    for (const file of [...Object.keys(marker.files), ...Object.keys(marker.replaced ?? {})]) safePath(file);
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

/** Reading a pipe would wait for ever, and a link leads elsewhere. */
function plainFile(path: string): Stats {
  const status = lstatSync(path);
  if (!status.isFile()) throw new TypeError(status.isSymbolicLink() ? 'this is a link' : 'this is no file');
  return status;
}

/**
 * Refuses links, and what is neither file nor folder, in the place of anything that is written or removed.
 *
 * @param paths relative to the folder
 * @throws KwsError (exit code 2) that names them
 */
export function refuseLinks(folder: string, paths: Iterable<string>): void {
  const problems = new Map<string, Problem>();
  const seen = new Map<string, boolean>();
  const look = (path: string, wanted: 'file' | 'folder'): boolean => {
    const before = seen.get(path);
    if (before !== undefined) return before;
    const status = lstatSync(join(folder, path), { throwIfNoEntry: false });
    const right = status === undefined || (wanted === 'file' ? status.isFile() : status.isDirectory());
    if (!right) {
      const what = status.isSymbolicLink()
        ? 'this is a link'
        : `this is no ${wanted}, and one of that name is generated`;
      problems.set(path, {
        what,
        where: join(folder, path),
        why: 'nothing outside of the folder is written, and nothing that kws-gen did not make is replaced',
        next: 'remove it, or choose another folder with --output',
      });
    }
    seen.set(path, right && status !== undefined);
    return right && status !== undefined;
  };
  for (const path of [MARKER, ...paths]) {
    const parts = path.split('/');
    const open = parts.slice(0, -1).every((_, i) => look(parts.slice(0, i + 1).join('/'), 'folder'));
    if (open) look(path, 'file');
  }
  for (const path of BUILD_FOLDERS)
    if (look(path, 'folder'))
      for (const entry of readdirSync(join(folder, path), { withFileTypes: true }))
        if (entry.isSymbolicLink()) look(`${path}/${entry.name}`, 'folder');
  if (problems.size > 0) throw inputError([...problems.values()].slice(0, 20));
}
