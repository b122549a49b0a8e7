/**
 * The example of docs/adding-an-operator.md, replayed: its blocks are applied to a copy of the sources, whose rows
 * then run against the recorded answers of TensorFlow Lite Micro and, compiled with sanitizers, on the host.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATORS } from '../../src/model/operators.js';
import { applyPatch, type FilePatch, parsePatch } from '../support/apply-patch.js';
import { root } from '../support/files.js';

const KIND = 'ABS';
const [guide = '', example = ''] = readFileSync(join(root, 'docs/adding-an-operator.md'), 'utf8').split(
  /^## An example$/m,
);
const patches = [...example.matchAll(/^```diff\n([\s\S]*?)^```$/gm)].flatMap(([, text]) => parsePatch(text!));

/** What tests of rows are made of. */
const COPIED = ['src', 'test', 'templates', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
/** Large or slow to make, and the same. */
const LINKED = ['node_modules', '.cache', 'boards', 'examples', 'schemas', 'docs'];

function copyOfSources(changes: readonly FilePatch[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'kws-guide-'));
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
  mkdirSync(join(root, '.cache'), { recursive: true });
  for (const name of LINKED) symlinkSync(join(root, name), join(folder, name));
  for (const change of changes) {
    const path = join(folder, change.path);
    writeFileSync(path, applyPatch(readFileSync(path, 'utf8'), change));
  }
  return folder;
}

interface Result {
  readonly title: string;
  readonly status: string;
}

/** The tests of a file in the copy whose name has the kind in it. */
async function run(folder: string, ...files: readonly string[]): Promise<readonly Result[]> {
  const report = join(folder, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = ['run', ...files, '-t', KIND, '--reporter=json', `--outputFile=${report}`];
  const { stderr } = await execa(process.execPath, [vitest, ...args], { cwd: folder, reject: false });
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    readonly testResults: readonly {
      readonly assertionResults: readonly Result[];
      readonly message: string;
    }[];
  };
  expect(testResults.map(({ message }) => message).filter(Boolean), stderr).toEqual([]);
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'pending' && status !== 'skipped');
}

describe('the example of the guide', () => {
  let folder: string;
  beforeAll(() => {
    folder = copyOfSources(patches);
  });
  afterAll(() => folder !== undefined && rmSync(folder, { recursive: true, force: true }));

  test('adds an operator that is not there', () => {
    expect(Object.keys(OPERATORS)).not.toContain(KIND);
    expect(example).toContain(`in ${patches.length} files`);
  });

  test('touches every place that the guide names, and the rows', () => {
    const [, places = ''] = /## Places every operator has\n([\s\S]*?)\n## /.exec(guide) ?? [];
    const named = [...places.matchAll(/^\| [^|]+ \| `(src\/[^`]+)` \|/gm)].map((match) => match[1]!);
    const touched = patches.map(({ path }) => path);
    expect(touched).toEqual(expect.arrayContaining(named));
    for (const folder of ['test/native/rows/', 'test/fuzz/', 'test/support/float-rows', 'test/golden/'])
      expect(
        touched.some((path) => path.startsWith(folder)),
        folder,
      ).toBe(true);
    // Whatever names the kind in the copy was touched by the guide.
    const naming = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `src/${file}`)
      .filter((file) => /\bABS(: |')/.test(readFileSync(join(folder, file), 'utf8')));
    expect(naming.filter((path) => !touched.includes(path))).toEqual([]);
  });

  test('its rows equal TensorFlow Lite Micro’s answers, and C++ on the host equals them', async () => {
    const ran = await run(folder, 'test/reference/kernel-rows.test.ts', 'test/native/kernels.test.ts');
    expect(ran.filter(({ status }) => status !== 'passed')).toEqual([]);
    const titles = ran.map(({ title }) => title.replaceAll("'", ''));
    // On the reference and on every kind of host; there with operands off their alignment, too, and in place.
    for (const gain of [1, 0.3, 3]) {
      expect(titles.filter((title) => title === `ABS, gain ${gain}`).length).toBeGreaterThan(1);
      expect(titles).toContain(`ABS, gain ${gain}, not aligned`);
    }
  });

  test('an error in it is found', async () => {
    const wrong = patches.map((patch) =>
      patch.path.endsWith('lookup.ts')
        ? {
            ...patch,
            places: patch.places.map((lines) => lines.map((line) => line.replace('Math.abs(', '('))),
          }
        : patch,
    );
    const other = copyOfSources(wrong);
    try {
      const ran = await run(other, 'test/reference/kernel-rows.test.ts');
      expect(ran.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
});
