/**
 * The examples that come with kws-gen, and a project that begins as a copy of one: model, clips and the scripts
 * that trained it.
 *
 * Owns: which files of an example are a user's. Leaves to others: what they say (`parse.ts`).
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import { listFolder } from '../files/list-folder.js';
import { writeTogether } from '../files/write-together.js';
import { KWS_FILE } from './files.js';
import { refuseExisting, SCHEMA, SCHEMA_FILE } from './init.js';
import { readKwsFile } from './load.js';
import { parseKwsFile } from './parse.js';
import type { KwsFile } from './schema.js';

/** Beside `src/` and `dist/`, in a clone and in the package. */
const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

/** What work in an example leaves behind. Our own TypeScript needs the repository around it. */
const NOT_COPIED = /(^|[\\/])(__pycache__|firmware-out|node_modules|venv)[\\/]|\.(ts|pyc)$/;

export interface Example {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly kws: KwsFile;
  /** What a project of it begins with, relative to its folder, in order. */
  readonly files: readonly string[];
}

export interface CopyOptions {
  readonly name: string;
  /** Folder of the project; made if need be. */
  readonly directory: string;
  readonly force?: boolean | undefined;
}

export interface CopiedExample {
  readonly example: Example;
  /** As it was written. */
  readonly kws: KwsFile;
  /** Absolute paths, kws.json first, its schema second. */
  readonly written: readonly string[];
  /** A recording of it to play, relative to its folder. */
  readonly clip: string | undefined;
}

/** In the order of their names. */
export async function listExamples(): Promise<Example[]> {
  const names = (await readdir(EXAMPLES)).filter((name) => existsSync(join(EXAMPLES, name, KWS_FILE))).sort();
  return Promise.all(names.map(readExample));
}

async function readExample(name: string): Promise<Example> {
  const folder = join(EXAMPLES, name);
  const files = (await listFolder(folder)).filter((path) => !NOT_COPIED.test(path));
  return { name, folder, kws: await readKwsFile(folder), files };
}

/**
 * Nothing is written before everything is checked, and all of it or nothing.
 *
 * @throws KwsError: exit code 2 where there is no such example or something of the user's is in its place, 3 where
 * the disk refuses
 */
export async function copyExample({ name, directory, force }: CopyOptions): Promise<CopiedExample> {
  const example = await findExample(name);
  const home = resolve(directory);
  const target = join(home, KWS_FILE);
  refuseExisting(target, force);
  const schema = join(home, SCHEMA_FILE);
  const text = besideSchema(await readFile(join(example.folder, KWS_FILE), 'utf8'), example.kws);
  const files = new Map<string, string | Uint8Array>([
    [target, text],
    [schema, await readFile(SCHEMA)],
  ]);
  for (const path of example.files)
    if (path !== KWS_FILE) files.set(join(home, path), await readFile(join(example.folder, path)));
  await refuseOverwriting(files, [target, ...(force === true ? files.keys() : [])]);
  await writeTogether(files, 'another folder');
  const clip = example.files.find((path) => /\.(flac|wav)$/.test(path));
  return { example, kws: parseKwsFile(text), written: [...files.keys()], clip };
}

async function findExample(name: string): Promise<Example> {
  const examples = await listExamples();
  const found = examples.find((example) => example.name === name);
  if (found !== undefined) return found;
  const names = examples.map((example) => example.name);
  throw inputError({
    what: `there is no example ${JSON.stringify(name)}`,
    where: '--example',
    why: `kws-gen comes with ${names.join(', ')}`,
    next: didYouMean(name, names),
  });
}

/** The text of kws.json with the schema where the copy has it; everything else as the example writes it. */
function besideSchema(text: string, { $schema }: KwsFile): string {
  return $schema === undefined
    ? text
    : text.replace(JSON.stringify($schema), JSON.stringify(`./${SCHEMA_FILE}`));
}

async function refuseOverwriting(
  files: ReadonlyMap<string, string | Uint8Array>,
  replaceable: readonly string[],
): Promise<void> {
  const problems: Problem[] = [];
  for (const [path, content] of files) {
    const there = await stat(path).catch(() => undefined);
    if (there === undefined) continue;
    if (!there.isFile())
      problems.push({
        what: 'something that is no file is in the place of one',
        where: path,
        next: 'move it away, or choose another folder',
      });
    else if (!replaceable.includes(path) && !(await readFile(path)).equals(Buffer.from(content)))
      problems.push({
        what: 'another file of this name is already there',
        where: path,
        next: '--force replaces it, or choose another folder',
      });
  }
  if (problems.length > 0) throw inputError(problems);
}
