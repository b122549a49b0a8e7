/** Which file of src/ imports which, as the TypeScript compiler reads them: types and `import()`, too. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import ts from 'typescript';
import { root } from '../docs/documents.js';

/** From each to those it needs. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Files under a folder of the repository, as paths in it with `/`. */
export function filesUnder(folder: string, pattern: RegExp): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => relative(join(root, folder), join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Paths relative to src/. */
export function importGraph(): Graph {
  return new Map(filesUnder('src', /\.ts$/).map((path) => [path, importsOf(path)]));
}

function importsOf(path: string): ReadonlySet<string> {
  const text = readFileSync(join(root, 'src', path), 'utf8');
  return new Set(
    ts
      .preProcessFile(text, true, true)
      .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
      .map(({ fileName }) => posix.join(dirname(path), fileName).replace(/\.js$/, '.ts')),
  );
}

/** One circle, as the path around it; undefined where there is none. */
export function circleIn(graph: Graph): readonly string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): readonly string[] | undefined => {
    if (done.has(node)) return undefined;
    const at = path.indexOf(node);
    if (at >= 0) return [...path.slice(at), node];
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next);
      if (circle !== undefined) return circle;
    }
    path.pop();
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const circle = visit(node);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/**
 * The graph of what lies in a folder: its subfolders, each as one, and its own files.
 *
 * @param folder relative to src/; '' for src/ itself
 */
export function childrenOf(graph: Graph, folder: string): Graph {
  const childOf = (path: string): string | undefined => {
    if (folder !== '' && !path.startsWith(`${folder}/`)) return undefined;
    return path.slice(folder === '' ? 0 : folder.length + 1).split('/')[0];
  };
  const children = new Map<string, Set<string>>();
  for (const [from, needed] of graph) {
    const child = childOf(from);
    if (child === undefined) continue;
    const all = children.get(child) ?? new Set();
    children.set(child, all);
    for (const to of needed) {
      const other = childOf(to);
      if (other !== undefined && other !== child) all.add(other);
    }
  }
  return children;
}
