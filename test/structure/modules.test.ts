/** Modules import each other in one direction: no circles, and between folders only as `permitted.ts` says. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { root } from '../docs/documents.js';
import { childrenOf, circleIn, filesUnder, type Graph, importGraph } from './imports.js';
import { COMMON, PERMITTED, PERMITTED_LIBRARIES, TOPMOST } from './permitted.js';

const graph = importGraph();
const folders = [...new Set(['.', ...[...graph.keys()].map(dirname)])].sort();

describe('modules of src/', () => {
  test('are all found, and so is what they import', () => {
    expect(graph.get('cli.ts')).toContain('version.ts');
    const missing = [...graph].flatMap(([from, needed]) =>
      [...needed].filter((to) => !graph.has(to)).map((to) => `${from} -> ${to}`),
    );
    expect(missing).toEqual([]);
  });

  test('import each other in no circle', () => {
    expect(circleIn(graph)).toBeUndefined();
  });

  test.each(folders)('%s: its folders and files import each other in no circle', (folder) => {
    const children = childrenOf(graph, folder === '.' ? '' : folder);
    expect(children.size).toBeGreaterThan(0);
    expect(circleIn(children)).toBeUndefined();
  });
});

test.each([...graph.keys()].filter((path) => path.endsWith('index.ts')))(
  '%s only gathers exports',
  (path) => {
    const source = ts.createSourceFile(
      path,
      readFileSync(join(root, 'src', path), 'utf8'),
      ts.ScriptTarget.ESNext,
    );
    expect(source.statements.filter((statement) => !ts.isExportDeclaration(statement))).toEqual([]);
  },
);

describe('stages', () => {
  const stages = childrenOf(graph, '');

  test('are all in the table', () => {
    expect([...stages.keys()].sort()).toEqual([...Object.keys(PERMITTED), ...TOPMOST].sort());
  });

  test('import what the table permits', () => {
    const permitted = new Map<string, readonly string[]>(Object.entries(PERMITTED));
    const wrong = [...graph].flatMap(([from, needed]) => {
      const stage = from.split('/')[0]!;
      const allowed = permitted.get(stage);
      if (allowed === undefined) return [];
      return [...needed]
        .filter((to) => {
          const other = to.split('/')[0]!;
          return (
            other !== stage && !allowed.includes(other) && !(COMMON as readonly string[]).includes(other)
          );
        })
        .map((to) => `src/${from} imports src/${to}`);
    });
    expect(wrong).toEqual([]);
  });

  test.each([
    ['src/', PERMITTED],
    ['templates/lib/', PERMITTED_LIBRARIES],
  ])('of %s: the table names only earlier rows', (_, table: Readonly<Record<string, readonly string[]>>) => {
    const rows = Object.keys(table);
    for (const [i, row] of rows.entries())
      for (const name of table[row]!) expect(rows.slice(0, i), `${row} may import ${name}`).toContain(name);
  });
});

test('device libraries include each other as the table says', () => {
  const own = /^\s*#include "(kws_\w+)\//gm;
  const found = new Map<string, Set<string>>();
  for (const path of filesUnder('templates/lib', /\.(h|cpp)$/)) {
    const library = path.split('/')[0]!;
    const needed = found.get(library) ?? new Set();
    found.set(library, needed);
    for (const [, other] of readFileSync(join(root, 'templates/lib', path), 'utf8').matchAll(own))
      if (other !== library) needed.add(other!);
  }
  const lists = [...found].map(([library, needed]) => [library, [...needed].sort()]);
  expect(Object.fromEntries(lists)).toEqual(PERMITTED_LIBRARIES);
});

describe('a circle is found', () => {
  const graphOf = (edges: Readonly<Record<string, readonly string[]>>): Graph =>
    new Map(Object.entries(edges).map(([from, to]) => [from, new Set(to)]));

  test.each([
    [{ a: ['b'], b: ['c'], c: [] }, undefined],
    [{ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, undefined],
    [{ a: ['a'] }, ['a', 'a']],
    [{ a: ['b'], b: ['c'], c: ['b'] }, ['b', 'c', 'b']],
  ])('%j', (edges, circle) => {
    expect(circleIn(graphOf(edges))).toEqual(circle);
  });

  test('between folders where no two modules have one', () => {
    const between = graphOf({ 'x/a.ts': ['y/b.ts'], 'y/b.ts': [], 'y/c.ts': ['x/d.ts'], 'x/d.ts': [] });
    expect(circleIn(between)).toBeUndefined();
    expect(circleIn(childrenOf(between, ''))).toEqual(['x', 'y', 'x']);
  });
});
