/** The workflows, ours and the one of docs/ci.md, install what setup would miss on a clean runner, where it is not root. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { root } from '../support/files.js';

interface Setup {
  readonly SYSTEM_TOOLS: readonly { readonly packages: readonly string[]; readonly dev: boolean }[];
}

const { SYSTEM_TOOLS } = (await import(pathToFileURL(`${root}scripts/setup.mjs`).href)) as Setup;

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const [, virtualBoards = '', tests = ''] = read('.github/workflows/ci.yml').split(
  /\n {2}(?:virtual-boards|tests):\n/,
);
const documented = read('docs/ci.md').split('```')[1] ?? '';

/** Packages that the steps of a workflow install. */
const installed = (steps: string) =>
  /apt-get install .*--no-install-recommends((?:\s+(?!-)[\w+-]+)+)/.exec(steps)?.[1]?.trim().split(/\s+/) ??
  [];

test.each([
  ['virtual-boards of ci.yml', virtualBoards, false],
  ['tests of ci.yml', tests, true],
  ['virtual-boards of docs/ci.md', documented, false],
])('%s', (_, steps, dev) => {
  const needed = SYSTEM_TOOLS.filter((tool) => dev || !tool.dev).flatMap(({ packages }) => packages);
  // Every runner has Python; Debian's comes without venv.
  const wanted = new Set(needed.map((name) => (name === 'python3' ? 'python3-venv' : name)));
  expect(new Set(installed(steps))).toEqual(wanted);
});
