/**
 * Makes a project: `kws.json`, its JSON schema for editors, and the model files, copied so that the folder
 * is complete in itself.
 *
 * Nothing is written before everything is checked; an existing kws.json stays unless `force` is given.
 */

import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { unwritable } from '../diagnostics/disk-errors.js';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { makeFolder } from '../files/make-folder.js';
import type { Runtime } from '../model/runtime.js';
import type { Model } from '../model/types.js';
import { type Draft, type DraftOptions, draftProject } from './draft.js';
import { KWS_FILE } from './files.js';
import { parseKwsFile } from './parse.js';
import { type LoadedProject, type ModelOpener, resolveProject } from './resolve.js';
import type { KwsFile, ModelEntry } from './schema.js';

export const SCHEMA_FILE = 'kws.schema.json';
export const SCHEMA = fileURLToPath(new URL(`../../schemas/${SCHEMA_FILE}`, import.meta.url));

export interface InitOptions extends DraftOptions {
  /** Model or manifest. */
  readonly source: string;
  /** Further models or manifests, of the same front end. */
  readonly further?: readonly string[] | undefined;
  /** Folder of the project; made if need be. */
  readonly directory: string;
  readonly board?: string | undefined;
  readonly runtime?: Runtime | undefined;
  /** Absolute paths of what a float model is quantized with; they are referred to, never copied. */
  readonly calibrate?: readonly string[] | undefined;
  /** Refer to model files where they are instead of copying them. */
  readonly reference?: boolean | undefined;
  readonly force?: boolean | undefined;
}

export interface InitResult {
  readonly project: LoadedProject<Model>;
  readonly kws: KwsFile;
  /** Absolute paths, kws.json first. */
  readonly written: readonly string[];
  readonly notes: readonly string[];
}

/** @throws KwsError (exit code 2) with everything that is missing or wrong */
export async function initProject(options: InitOptions): Promise<InitResult> {
  const directory = resolve(options.directory);
  const target = join(directory, KWS_FILE);
  refuseExisting(target, options.force);
  const draft = await draftAll(options);
  const checked: KwsFile = {
    ...draft.kws,
    models: draft.kws.models.map((model) => ({ ...model, ...quantizeEntry(options.calibrate, directory) })),
    ...(options.board === undefined ? {} : { board: options.board }),
    ...(options.runtime === undefined ? {} : { runtime: options.runtime }),
  };
  // As it will be read again: what options and manifests bring has to pass the same checks.
  parseKwsFile(JSON.stringify(checked));
  const { openModel, besideOf } = withSiblings(options.openModel);
  const project = await resolveProject(checked, { directory, openModel });
  const placed = placeModels(checked, directory, options.reference === true, besideOf);
  await refuseOverwriting(placed.copies, options.force);
  const schema = join(directory, SCHEMA_FILE);
  const kws: KwsFile = { $schema: `./${SCHEMA_FILE}`, ...placed.kws };
  try {
    makeFolder(directory);
    // Written, not copied: a model that may only be read must not stay so here.
    for (const { from, to } of placed.copies) {
      makeFolder(dirname(to));
      await writeWhole(to, await readFile(from));
    }
    await writeWhole(schema, await readFile(SCHEMA));
    await writeWhole(target, `${JSON.stringify(kws, null, 2)}\n`);
  } catch (error) {
    throw notWritable(directory, error);
  }
  const written = [target, schema, ...placed.copies.map(({ to }) => to)];
  return { project, kws, written, notes: draft.notes };
}

/**
 * The first model says what the project is; the others bring a model each.
 * @throws KwsError (exit code 2) where one of them has another front end
 */
async function draftAll(options: InitOptions): Promise<Draft> {
  const { source, further = [], labels } = options;
  if (further.length > 0 && labels !== undefined)
    throw inputError({
      what: 'names the outputs of one model',
      where: '--labels',
      next: 'leave it out and set "labels" in kws.json, or make the project of one model',
    });
  let { kws, notes } = await draftProject(resolve(source), options);
  for (const path of further) {
    const { name: _, gate: __, ...same } = options;
    const next = await draftProject(resolve(path), same);
    if (!isDeepStrictEqual(next.kws.frontend, kws.frontend))
      throw inputError({
        what: 'was trained with another front end than the first model',
        where: path,
        why: `${JSON.stringify(next.kws.frontend)}, the first ${JSON.stringify(kws.frontend)}; the models of a project share one`,
        next: 'make a project of its own for it',
      });
    const taken = new Set(
      [...kws.models, ...(kws.gate === undefined ? [] : [kws.gate])].map(({ name }) => name),
    );
    const models = next.kws.models.map((model) => ({ ...model, name: distinctName(model.name, taken) }));
    kws = { ...kws, models: [...kws.models, ...models] };
    notes = [...notes, ...next.notes];
  }
  return { kws, notes };
}

function distinctName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) {
    const other = `${name.slice(0, 60)}-${number}`;
    if (!taken.has(other)) return other;
  }
}

/** As kws.json writes it: relative to its own folder. */
function quantizeEntry(
  calibrate: readonly string[] | undefined,
  directory: string,
): Pick<ModelEntry, 'quantize'> {
  if (calibrate === undefined) return {};
  const paths = calibrate.map((path) => relative(directory, path).split(sep).join('/') || '.');
  return { quantize: { calibrate: paths.length === 1 ? paths[0]! : paths } };
}

/** An opener that remembers which files beside a model belong to it. */
function withSiblings(open: ModelOpener) {
  const beside = new Map<string, Set<string>>();
  const openModel: ModelOpener = (bytes, name, siblings, request) =>
    open(
      bytes,
      name,
      async (path) => {
        const content = await siblings(path);
        beside.set(name, (beside.get(name) ?? new Set()).add(path));
        return content;
      },
      request,
    );
  return { openModel, besideOf: (file: string): readonly string[] => [...(beside.get(file) ?? [])] };
}

/** @throws KwsError (exit code 2) where there is one already */
export function refuseExisting(target: string, force = false): void {
  if (!force && existsSync(target))
    throw inputError({ what: `${KWS_FILE} is already there`, where: target, next: '--force replaces it' });
}

interface Copy {
  readonly from: string;
  readonly to: string;
}

interface Placed {
  readonly kws: KwsFile;
  readonly copies: readonly Copy[];
}

/** Where the model files will be, as kws.json writes it. Files inside the project's folder stay. */
function placeModels(
  kws: KwsFile,
  directory: string,
  keep: boolean,
  besideOf: (file: string) => readonly string[],
): Placed {
  const copies: Copy[] = [];
  const place = (entry: ModelEntry): ModelEntry => {
    const inside = relative(directory, entry.file);
    const isInside = !inside.startsWith('..') && !isAbsolute(inside);
    if (isInside || keep) return { ...entry, file: inside.split(sep).join('/') };
    const taken = copies.some(({ from, to }) => basename(to) === basename(entry.file) && from !== entry.file);
    const name = taken ? `${entry.name}-${basename(entry.file)}` : basename(entry.file);
    copies.push({ from: entry.file, to: join(directory, name) });
    for (const path of besideOf(entry.file))
      copies.push({ from: join(dirname(entry.file), path), to: join(directory, path) });
    return { ...entry, file: name };
  };
  const models = kws.models.map(place);
  return { kws: { ...kws, models, ...(kws.gate === undefined ? {} : { gate: place(kws.gate) }) }, copies };
}

async function refuseOverwriting(copies: readonly Copy[], force = false): Promise<void> {
  const problems: Problem[] = [];
  for (const [index, { from, to }] of copies.entries())
    if (copies.findIndex((other) => other.to === to && other.from !== from) > index)
      problems.push({
        what: 'two files would be copied to this name',
        where: to,
        next: '--reference leaves the models where they are',
      });
    else if (!force && existsSync(to) && !(await readFile(from)).equals(await readFile(to)))
      problems.push({
        what: 'another file of this name is already there',
        where: to,
        next: '--force replaces it, --reference leaves the model where it is',
      });
  if (problems.length > 0) throw inputError(problems);
}

/** Either the whole file is there or nothing has changed. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(partial, content);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {});
    throw error;
  }
}

function notWritable(directory: string, cause: unknown): Error {
  return unwritable('the project', directory, 'another folder with --project', cause);
}
