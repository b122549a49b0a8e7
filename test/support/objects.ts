/**
 * Object files of device code, each kept under the content of everything that goes into it: a change of one kernel
 * compiles one file per core.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, relative } from 'node:path';
import { execa } from 'execa';
import { filesUnder, root } from './files.js';

export interface Compilation {
  readonly compiler: string;
  /** Without those of include folders. */
  readonly flags: readonly string[];
  readonly includes: readonly string[];
  /** Folders whose headers the sources may include, beside `includes`. */
  readonly headers: readonly string[];
  readonly sources: readonly string[];
}

const cache = join(root, '.cache', 'objects');

/** Compiles what is not there yet, a file per processor at a time; returns the objects in the sources' order. */
export async function compileObjects(compilation: Compilation): Promise<readonly string[]> {
  const { compiler, flags, includes, sources } = compilation;
  mkdirSync(cache, { recursive: true });
  const folders = new Set([...includes, ...compilation.headers].filter(existsSync));
  const headers = createHash('sha256').update(JSON.stringify([compiler, flags, includes]));
  for (const file of [...folders].flatMap(filesUnder).filter((path) => path.endsWith('.h')))
    headers.update(file).update(readFileSync(file));
  const common = headers.digest('hex');

  const objects = sources.map((source) => {
    const hash = createHash('sha256')
      .update(common)
      .update(relative(root, source))
      .update(readFileSync(source));
    return join(cache, `${basename(source, '.cpp')}-${hash.digest('hex').slice(0, 16)}.o`);
  });
  const wanted = sources.flatMap((source, i) =>
    existsSync(objects[i]!) ? [] : [[source, objects[i]!] as const],
  );
  const args = [...flags, ...includes.map((folder) => `-I${folder}`)];
  const work = async (): Promise<void> => {
    for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
      const [source, object] = next;
      const partial = `${object}.${randomUUID()}`;
      await execa(compiler, [...args, '-c', source, '-o', partial]);
      renameSync(partial, object);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return objects;
}
