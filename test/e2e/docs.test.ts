/**
 * What the documents tell to run, run: every block marked `run`, in a copy of the example that the document is
 * about, with the real tools. `sh run` through bash, `sh run terminal` on a pseudo-terminal, `ts run` through Node;
 * `json file NAME` is written to that file. A block of `text output` that follows shows what comes.
 */
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Block, documents, root } from '../docs/documents.js';
import { missingLine } from '../docs/output.js';
import { screenOf } from '../support/screen.js';
import { describeWithToolchain, temporaryFolder } from './platform-support.js';

const run = promisify(execFile);
const TERMINAL = join(root, 'test', 'e2e', 'fixtures', 'terminal.py');
/** Inside the package, where `import 'kws-gen'` finds it. */
const SCRIPTS = join(root, '.cache', 'docs');

/** Where the blocks of a document run; a folder that is not there is made. */
const FOLDERS: Readonly<Record<string, string>> = {
  'README.md': 'examples/computer',
  'docs/tutorial.md': 'my-word',
};
const DEFAULT_FOLDER = 'examples/chirp';

interface Step {
  readonly block: Block;
  readonly shown: string | undefined;
}

function stepsOf(blocks: readonly Block[]): Step[] {
  return blocks.flatMap((block, i) => {
    const next = blocks[i + 1];
    const shown = next?.words.includes('output') === true ? next.text : undefined;
    return block.words.includes('run') || block.words[0] === 'file' ? [{ block, shown }] : [];
  });
}

/** Lines on stdout (or on the terminal's screen) of a block that must succeed. */
async function outputOf(
  { language, words, text, where }: Block,
  folder: string,
  cwd: string,
): Promise<string[]> {
  const PATH = `${join(folder, 'bin')}${delimiter}${process.env.PATH}`;
  const options = { cwd, env: { ...process.env, PATH }, timeout: 180_000 };
  if (words[0] === 'file') {
    writeFileSync(join(cwd, words[1]!), `${text}\n`);
    return [];
  }
  const shell = ['bash', '-euo', 'pipefail', '-c', text] as const;
  if (language === 'ts') {
    const script = join(SCRIPTS, `${where.replace(/\W+/g, '-')}.mjs`);
    const { ESNext, ES2022 } = { ESNext: ts.ModuleKind.ESNext, ES2022: ts.ScriptTarget.ES2022 };
    const { outputText } = ts.transpileModule(text, { compilerOptions: { module: ESNext, target: ES2022 } });
    writeFileSync(script, outputText);
    return lines((await run(process.execPath, [script], options)).stdout);
  }
  if (!words.includes('terminal')) return lines((await run(shell[0], shell.slice(1), options)).stdout);
  const env = { ...options.env, TERM: 'xterm', NO_COLOR: '1' };
  return screenOf((await run('python3', [TERMINAL, ...shell], { ...options, env })).stdout);
}

function lines(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

describeWithToolchain('documents', () => {
  for (const { path, blocks } of documents()) {
    const steps = stepsOf(blocks);
    if (steps.length === 0) continue;
    describe(path, () => {
      let folder = '';
      let cwd = '';
      beforeAll(() => {
        folder = temporaryFolder();
        cwd = join(folder, FOLDERS[path] ?? DEFAULT_FOLDER);
        for (const name of ['examples', 'schemas'])
          cpSync(join(root, name), join(folder, name), {
            recursive: true,
            filter: (from) => !from.includes('firmware-out'),
          });
        mkdirSync(cwd, { recursive: true });
        mkdirSync(join(folder, 'bin'));
        mkdirSync(SCRIPTS, { recursive: true });
        const program = join(folder, 'bin', 'kws-gen');
        writeFileSync(
          program,
          `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'dist', 'cli.js')}' "$@"\n`,
        );
        chmodSync(program, 0o755);
      });
      afterAll(() => {
        rmSync(folder, { recursive: true, force: true });
        rmSync(SCRIPTS, { recursive: true, force: true });
      });

      test.each(steps)('$block.where', async ({ block, shown }) => {
        const output = await outputOf(block, folder, cwd);
        if (shown !== undefined) expect(missingLine(shown, output), output.join('\n')).toBeUndefined();
      });
    });
  }
});
