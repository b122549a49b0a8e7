/**
 * Paths a user named → what a model is calibrated with.
 *
 * Owns: which file is what (by its bytes), the order of files, what becomes of those that cannot be used:
 * one found in a folder is listed and passed over, one that was named is an error.
 * Leaves to others: recordings (`recordings.ts`), arrays (`rows.ts`), how many count (`collect.ts`), whether
 * they are any good (`check.ts`).
 */
import { open, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { inputError, KwsError, type Problem } from '../../diagnostics/errors.js';
import { listFolder } from '../../files/list-folder.js';
import { readBounded } from '../../files/read-bounded.js';
import { ClipCollector } from './collect.js';
import type { Listening } from './recordings.js';
import type { RowShape, Rows } from './rows.js';
import type { CalibrationSet } from './types.js';

export interface SourceOptions {
  /** What relative paths are relative to. */
  readonly directory: string;
  readonly fit: RowShape;
  /** Absent where no front end is known: then recordings are an error. */
  readonly listening?: Listening;
  /** Inferences wanted at most. */
  readonly most: number;
  /** Where the paths come from, for messages: `--calibrate`. */
  readonly option: string;
  readonly progress?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Bytes of a file; numbers in JSON take many times their text in memory. */
const LARGEST = { npy: 256 * 1024 * 1024, npz: 256 * 1024 * 1024, json: 48 * 1024 * 1024 } as const;

type Kind = 'recording' | 'npy' | 'npz' | 'json' | 'unknown';

interface Found {
  readonly path: string;
  /** As the user would write it. */
  readonly name: string;
  readonly named: boolean;
}

/**
 * @param paths folders, recordings, .npy, .npz, .json, in the order given
 * @throws KwsError (exit code 2) where a path that was named cannot be used, or nothing can
 */
export async function loadCalibration(
  paths: readonly string[],
  options: SourceOptions,
): Promise<CalibrationSet> {
  const files = await findFiles(paths, options);
  const collector = new ClipCollector(options.most);
  const skipped: Problem[] = [];
  const fatal: Problem[] = [];
  let usable = 0;
  const reader = lazyReader(options);
  for (const [i, file] of files.entries()) {
    options.signal?.throwIfAborted();
    options.progress?.(`${file.name} (${i + 1} of ${files.length})`);
    try {
      const kind = await kindOf(file.path);
      if (kind === 'recording') {
        if (!collector.wants()) collector.pass();
        else collector.add(await (await reader(file)).read(file.path, file.name));
        usable++;
        continue;
      }
      const rows = await rowsOf(kind, file, options.fit);
      usable += rows.clips.length;
      skipped.push(...rows.skipped);
      for (const clip of rows.clips) collector.add(clip);
    } catch (error) {
      if (!(error instanceof KwsError) || error.exitCode !== 2) throw error;
      const problems = error.problems.map((problem) =>
        problem.where === file.path ? { ...problem, where: file.name } : problem,
      );
      (file.named || error instanceof NoFrontend ? fatal : skipped).push(...problems);
      if (error instanceof NoFrontend) break;
    }
  }
  if (fatal.length > 0) throw inputError(fatal);
  const { clips, stride } = collector;
  if (clips.length === 0) throw nothingUsable(paths, skipped, options.option);
  const notes =
    stride === 1
      ? []
      : [`of ${usable} clips every ${ordinal(stride)} is used: more would take long and change nothing`];
  return { clips, skipped, found: usable + skipped.length, notes };
}

function nothingUsable(paths: readonly string[], skipped: readonly Problem[], option: string): KwsError {
  const [first] = skipped;
  return inputError({
    what: 'there is no clip in it that can be used',
    where: `${option} ${paths.join(' ')}`,
    why:
      first === undefined
        ? 'no file is there'
        : `of ${skipped.length} files none can be used; the first: ${first.where}: ${first.what}${first.why === undefined ? '' : ` (${first.why})`}`,
    next: 'give a folder of recordings (WAV or FLAC), or features as .npy, .npz or .json',
  });
}

class NoFrontend extends KwsError {}

/** Made when the first recording comes: features alone need no front end. */
function lazyReader({ listening }: SourceOptions) {
  let made: Promise<import('./recordings.js').RecordingReader> | undefined;
  return ({ name }: Found) => {
    if (listening === undefined)
      throw new NoFrontend(
        {
          what: 'recordings need the front end that the model was trained with',
          where: name,
          next: 'name it (--frontend, or "frontend" in kws.json), or give the features it computed as .npy or .npz',
        },
        2,
      );
    made ??= import('./recordings.js').then(({ RecordingReader }) => new RecordingReader(listening));
    return made;
  };
}

async function rowsOf(kind: Exclude<Kind, 'recording'>, { path, name }: Found, fit: RowShape): Promise<Rows> {
  if (kind === 'unknown')
    throw inputError({
      what: 'is neither a recording (WAV, FLAC) nor features (.npy, .npz, .json)',
      where: name,
      next: 'convert it: ffmpeg -i FILE -ac 1 -ar 16000 -c:a pcm_s16le CLIP.wav',
    });
  const { jsonRows, npyRows, npzRows } = await import('./rows.js');
  const bytes = await readBounded(path, LARGEST[kind], name);
  return { npy: npyRows, npz: npzRows, json: jsonRows }[kind](bytes, name, fit);
}

async function kindOf(path: string): Promise<Kind> {
  const head = await headOf(path);
  if (head.startsWith('RIFF') || head.startsWith('fLaC')) return 'recording';
  if (head.startsWith('\x93NUMPY')) return 'npy';
  if (head.startsWith('PK\x03\x04')) return 'npz';
  if (/^(\xef\xbb\xbf)?\s*[[{]/.test(head)) return 'json';
  return 'unknown';
}

async function headOf(path: string): Promise<string> {
  const status = await stat(path).catch(() => undefined);
  // A pipe or a device may never answer.
  if (status?.isFile() !== true) return '';
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function findFiles(paths: readonly string[], { directory, option }: SourceOptions): Promise<Found[]> {
  const problems: Problem[] = [];
  const files: Found[] = [];
  for (const name of paths) {
    const path = resolve(directory, name);
    const status = await stat(path).catch(() => undefined);
    if (status === undefined)
      problems.push({
        what: 'there is no such file or folder',
        where: `${option} ${name}`,
        next: 'check the path',
      });
    else if (status.isDirectory()) {
      for (const inside of await listFolder(path))
        files.push({ path: join(path, inside), name: join(name, inside), named: false });
    } else files.push({ path, name, named: true });
  }
  if (problems.length > 0) throw inputError(problems);
  return files;
}

function ordinal(n: number): string {
  return n === 2 ? 'second' : `${n}th`;
}
