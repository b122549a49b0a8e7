/**
 * What `--positives`, `--negatives` and `--noise` name → files, positives with their label.
 *
 * Owns: `DIR=LABEL`, folders named like labels, the order of files. Leaves to others: what is in them.
 */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import { MARKER } from '../emit/write.js';
import { listFolder } from '../files/list-folder.js';

export interface ClipFile {
  readonly path: string;
  /** As the user would write it. */
  readonly name: string;
  readonly bytes: number;
}

export interface PositiveFile extends ClipFile {
  readonly label: string;
}

interface Named {
  readonly name: string;
  readonly path: string;
  readonly label?: string;
}

/**
 * Files of folders (and below them) and files that are named, in the order of their paths; no file twice.
 * @param option for messages: `--negatives`
 * @throws KwsError (exit code 2) where a path does not exist, or nothing is there
 */
export async function findClips(
  paths: readonly string[],
  directory: string,
  option: string,
): Promise<readonly ClipFile[]> {
  return filesOf(
    paths.map((name) => ({ name, path: resolve(directory, name) })),
    option,
  );
}

/**
 * Positives with their labels: the one behind `=`, or the only one the project hears, or that of the folder
 * below the one that is named.
 * @param heard labels that the project detects
 * @throws KwsError (exit code 2) where a label is not heard, or not said
 */
export async function findPositives(
  paths: readonly string[],
  directory: string,
  heard: readonly string[],
): Promise<readonly PositiveFile[]> {
  const problems: Problem[] = [];
  const positives = new Map<string, PositiveFile>();
  /** By folder. */
  const unlabelled = new Map<string, { named: Named; count: number; first: string }>();
  for (const text of paths) {
    const named = await labelled(text, directory);
    if (named.label !== undefined && !heard.includes(named.label)) {
      problems.push({
        what: `${JSON.stringify(named.label)} is no label that is heard`,
        where: `--positives ${text}`,
        next: didYouMean(named.label, heard),
      });
      continue;
    }
    for (const file of await filesOf([named], '--positives')) {
      const label = named.label ?? (heard.length === 1 ? heard[0]! : folderLabel(file, named.path));
      if (heard.includes(label)) positives.set(file.path, { ...file, label });
      else {
        const folder = dirname(file.name);
        unlabelled.set(folder, { named, count: (unlabelled.get(folder)?.count ?? 0) + 1, first: file.name });
      }
    }
  }
  for (const [folder, { named, count, first }] of unlabelled)
    problems.push({
      what:
        count === 1
          ? 'it is not said which label this is'
          : `it is not said which label its ${count} files are`,
      where: count === 1 ? first : folder,
      next: `give --positives ${named.name}=LABEL, or put ${count === 1 ? 'it' : 'them'} into a folder of that name; heard are ${heard.join(', ')}`,
    });
  if (problems.length > 0) throw inputError(problems.slice(0, 20));
  return [...positives.values()];
}

/** A path may have a `=` of its own. */
async function labelled(text: string, directory: string): Promise<Named> {
  const at = text.lastIndexOf('=');
  const whole = { name: text, path: resolve(directory, text) };
  if (at <= 0 || (await stat(whole.path).catch(() => undefined)) !== undefined) return whole;
  const name = text.slice(0, at);
  return { name, path: resolve(directory, name), label: text.slice(at + 1) };
}

function folderLabel({ path }: ClipFile, folder: string): string {
  return path
    .slice(folder.length)
    .replace(/^[\\/]+/, '')
    .split(sep)[0]!;
}

/** Firmware projects that we wrote hold no recordings of the user's: they are known by their marker. */
function withoutFirmware(files: readonly string[], root: string): readonly string[] {
  const known = new Map<string, boolean>([['.', false]]);
  const isFirmware = (folder: string): boolean => {
    const before = known.get(folder);
    if (before !== undefined) return before;
    const found = existsSync(join(root, folder, MARKER)) || isFirmware(dirname(folder));
    known.set(folder, found);
    return found;
  };
  return files.filter((file) => !isFirmware(dirname(file)));
}

async function filesOf(named: readonly Named[], option: string): Promise<readonly ClipFile[]> {
  const problems: Problem[] = [];
  const files = new Map<string, ClipFile>();
  for (const { name, path } of named) {
    const status = await stat(path).catch(() => undefined);
    if (status === undefined)
      problems.push({
        what: 'there is no such file or folder',
        where: `${option} ${name}`,
        next: 'check the path',
      });
    else if (!status.isDirectory()) files.set(path, { path, name, bytes: status.size });
    else {
      const inside = withoutFirmware(await listFolder(path), path);
      for (const file of inside) {
        const { size = 0 } = (await stat(join(path, file)).catch(() => undefined)) ?? {};
        files.set(join(path, file), { path: join(path, file), name: join(name, file), bytes: size });
      }
      if (inside.length === 0)
        problems.push({
          what: 'there is no file in this folder',
          where: `${option} ${name}`,
          next: 'name a folder of recordings (WAV or FLAC)',
        });
    }
  }
  if (problems.length > 0) throw inputError(problems);
  return [...files.values()];
}
