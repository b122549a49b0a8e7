/** The guide to a new operator names the files that a kind stands in, all of them and no others. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './documents.js';

const guide = readFileSync(join(root, 'docs', 'adding-an-operator.md'), 'utf8');
const paths = (text: string): string[] =>
  [...text.matchAll(/`((?:src|test|templates)\/[^`\s]+)`/g)].map((match) => match[1]!);

/** Sources with a key, a case or an argument that is the kind; formats and what passes simplify need not have it. */
function filesThatName(kind: string): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/^(readers|passes\/(float|exact))\//.test(file))
    .map((file) => `src/${file}`)
    .filter((file) =>
      new RegExp(`\\b${kind}(: |'[:)>])|'${kind}'`).test(readFileSync(join(root, file), 'utf8')),
    );
}

test('every path it names exists', () => {
  expect(paths(guide).length).toBeGreaterThan(20);
  expect(paths(guide).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('the places are those that LEAKY_RELU stands in', () => {
  const [, places = ''] = /## Places every operator has\n([\s\S]*?)\n## /.exec(guide) ?? [];
  const registries = [...places.matchAll(/^\| [^|]+ \| `(src\/[^`]+)` \|/gm)].map((match) => match[1]!);
  const found = filesThatName('LEAKY_RELU');
  // What is registered, and the files that compute the kind, which one without attributes does not need.
  expect(registries.filter((path) => !found.includes(path))).toEqual([]);
  const computing = /^src\/(lowering|reference|model\/arithmetic)\//;
  expect(found.filter((path) => !registries.includes(path) && !computing.test(path))).toEqual([]);
});
