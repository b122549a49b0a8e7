/**
 * What `kws-gen test` names → a suite: a folder with a folder per label, a JSON file, or a truth file of MLPerf Tiny's
 * streaming benchmark.
 *
 * Owns: which folder is which label, paths relative to the file. Leaves to others: the file's fields (`schema.ts`),
 * reading sound.
 */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import { fieldProblem, schemaProblems } from '../diagnostics/schema-problems.js';
import { type ClipFile, findClips, findPositives } from '../evaluate/clips.js';
import { DEFAULT_TAIL_MS } from '../evaluate/run.js';
import { readBounded } from '../files/read-bounded.js';
import type { Limits } from '../project/limits.js';
import { parseJson } from '../project/parse.js';
import { type ClipEntry, type SuiteFile, suiteFileSchema, truthFileSchema } from './schema.js';
import type { SpokenWord, Suite, SuiteClip } from './types.js';

const LARGEST_SUITE = 64 * 2 ** 20;
/** In a folder: its suite. */
const SUITE_FILE = 'suite.json';

export interface LoadSuiteOptions {
  /** That `path` is relative to. */
  readonly directory: string;
  /** Labels that the project detects. */
  readonly heard: readonly string[];
  /** Limits of the project; those of the suite stand above them. */
  readonly limits?: Limits | undefined;
}

/** What holds where nobody says another thing: every word is heard, and nothing else. */
const STRICT: Limits = { maxMisses: 0, maxFalseAcceptsPerHour: 0, maxLate: 0, maxOverruns: 0 };

/**
 * @param path folder or JSON file, as the user wrote it
 * @throws KwsError (exit code 2) with everything that is wrong
 */
export async function loadSuite(path: string, options: LoadSuiteOptions): Promise<Suite> {
  const full = resolve(options.directory, path);
  const status = await stat(full).catch(() => undefined);
  if (status === undefined)
    throw inputError({
      what: 'there is no such file or folder',
      where: path,
      next: 'name a folder with a folder of recordings per label, or a suite as JSON',
    });
  if (!status.isDirectory()) return suiteOfFile(path, full, options);
  const inner = join(full, SUITE_FILE);
  return existsSync(inner)
    ? suiteOfFile(join(path, SUITE_FILE), inner, options)
    : suiteOfFolder(path, full, options);
}

async function suiteOfFolder(path: string, full: string, options: LoadSuiteOptions): Promise<Suite> {
  const { heard, limits } = options;
  const folders = (await readdir(full, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
  const positive = folders.filter((name) => heard.includes(name));
  const others = folders.filter((name) => !heard.includes(name));
  if (positive.length === 0)
    throw inputError({
      what: 'no folder in it is named like a label that the project hears',
      where: path,
      why: folders.length === 0 ? 'it has no folders' : `it has ${folders.slice(0, 10).join(', ')}`,
      next: `name folders ${heard.join(', ')}; what is in others is taken for recordings without a word`,
    });
  const under = (name: string) => ({ name: join(path, name), path: join(full, name) });
  const clips: SuiteClip[] = [];
  for (const label of positive)
    for (const file of await findClips([under(label).path], '/', path))
      clips.push({ ...named(file, full, path), label });
  for (const name of others)
    for (const file of await findClips([under(name).path], '/', path)) clips.push(named(file, full, path));
  const notes = others.length === 0 ? [] : [`without a word: ${others.join(', ')}`];
  return {
    name: basename(full),
    clips,
    limits: { ...STRICT, ...limits },
    toleranceMs: DEFAULT_TAIL_MS,
    notes,
  };
}

const named = ({ path, bytes }: ClipFile, full: string, as: string): ClipFile => ({
  path,
  name: join(as, relative(full, path)),
  bytes,
});

async function suiteOfFile(path: string, full: string, options: LoadSuiteOptions): Promise<Suite> {
  const { heard, limits } = options;
  const data = parseJson(new TextDecoder().decode(await readBounded(full, LARGEST_SUITE)), path);
  const file = Array.isArray(data) ? truthFile(data, path, heard) : suiteFile(data, path);
  const folder = dirname(full);
  const clips = [...(await oneByOne(file.clips ?? [], path, folder, heard))];
  const byPath = new Map<string, SuiteClip>(clips.map((clip) => [clip.path, clip]));
  for (const clip of await findPositives(file.positives ?? [], folder, heard)) byPath.set(clip.path, clip);
  for (const clip of await findClips(file.negatives ?? [], folder, `${path}, negatives`)) {
    if (byPath.has(clip.path))
      throw inputError({
        what: 'is among the negatives and among the recordings with a word',
        where: `${path}: ${clip.name}`,
        next: 'name it once',
      });
    byPath.set(clip.path, clip);
  }
  if (byPath.size === 0)
    throw inputError({
      what: 'names no recording',
      where: path,
      next: 'give positives, negatives or clips',
    });
  const { toleranceMs = DEFAULT_TAIL_MS, leadMs, tailMs } = file;
  return {
    name: file.name ?? basename(full).replace(/\.json$/, ''),
    clips: [...byPath.values()],
    limits: { ...STRICT, ...limits, ...file.limits },
    toleranceMs,
    ...(leadMs === undefined ? {} : { leadMs }),
    ...(tailMs === undefined ? {} : { tailMs }),
    notes: [],
  };
}

function suiteFile(data: unknown, path: string): SuiteFile {
  const result = suiteFileSchema.safeParse(data);
  if (result.success) return result.data;
  throw inputError(schemaProblems(result.error, data, suiteFileSchema, path).slice(0, 20));
}

/** MLPerf's files name no label: there is one wake word. */
function truthFile(data: unknown, path: string, heard: readonly string[]): SuiteFile {
  const result = truthFileSchema.safeParse(data);
  if (!result.success)
    throw inputError(schemaProblems(result.error, data, truthFileSchema, path).slice(0, 20));
  const [label, another] = heard;
  if (label === undefined || another !== undefined)
    throw inputError({
      what: 'does not say which label its windows are of',
      where: path,
      why: `the project hears ${heard.join(', ')}, and a list of wav_file and detection_windows is for one wake word`,
      next: 'write it as a suite: an object with clips of file, label and windows',
    });
  return {
    version: 1,
    clips: result.data.map(({ wav_file, detection_windows }) => ({
      file: wav_file,
      label,
      windows: detection_windows,
    })),
  };
}

async function oneByOne(
  entries: readonly ClipEntry[],
  path: string,
  folder: string,
  heard: readonly string[],
): Promise<readonly SuiteClip[]> {
  const problems: Problem[] = [];
  const clips: SuiteClip[] = [];
  for (const [index, entry] of entries.entries()) {
    const full = resolve(folder, entry.file);
    const status = await stat(full).catch(() => undefined);
    const at = (field: string) => ['clips', index, field];
    if (status?.isFile() !== true)
      problems.push(
        fieldProblem(path, at('file'), {
          what: `there is no file ${JSON.stringify(entry.file)}`,
          next: 'give its path relative to the suite',
        }),
      );
    const words = wordsOf(entry, heard, (field, problem) =>
      problems.push(fieldProblem(path, at(field), problem)),
    );
    const { file: name, label, windows } = entry;
    clips.push({
      path: full,
      name,
      bytes: status?.size ?? 0,
      ...(windows === undefined ? (label === undefined ? {} : { label }) : { words }),
    });
  }
  if (problems.length > 0) throw inputError(problems.slice(0, 20));
  return clips;
}

function wordsOf(
  { label, windows = [] }: ClipEntry,
  heard: readonly string[],
  report: (field: string, problem: Omit<Problem, 'where'>) => void,
): readonly SpokenWord[] {
  const known = (name: string, field: string) => {
    if (!heard.includes(name))
      report(field, {
        what: `${JSON.stringify(name)} is no label that the project hears`,
        next: didYouMean(name, heard),
      });
  };
  if (label !== undefined) known(label, 'label');
  return windows
    .map((window): SpokenWord => {
      const [begin, end] = Array.isArray(window) ? window : [window.begin, window.end];
      const own = Array.isArray(window)
        ? (label ?? (heard.length === 1 ? heard[0] : undefined))
        : window.label;
      if (own === undefined)
        report('label', {
          what: 'it is not said which label the windows are of',
          next: `give one of ${heard.join(', ')}`,
        });
      else if (!Array.isArray(window)) {
        known(own, 'windows');
        if (begin >= end) report('windows', { what: 'a window must begin before it ends' });
      }
      return { label: own ?? '', beginMs: 1000 * begin, endMs: 1000 * end };
    })
    .sort((a, b) => a.beginMs - b.beginMs);
}
