/** Every command line in the documents is one that the tool and the repository take. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/commands.js';
import { buildProgram } from '../../src/commands/support/program.js';
import { documents, root } from './documents.js';
import { commandsOf } from './shell.js';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Parsed as the tool would, and not run. */
async function parse(words: readonly string[]): Promise<void> {
  const program = buildProgram({
    commands: COMMANDS,
    stdout: { write: () => true },
    run: async () => 0,
    done: () => {},
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    // Help and version are answered by an exception with exit code 0.
    if ((error as { exitCode?: number }).exitCode !== 0) throw error;
  }
}

const NPM_ITSELF = new Set(['install', 'ci', 'link', 'pack', 'test']);

function checkNpm([, verb = '', name]: readonly string[]): void {
  if (verb === 'run') expect(Object.keys(scripts)).toContain(name);
  else expect(NPM_ITSELF).toContain(verb);
}

/** `node scripts/x.mjs`: the file is there. */
function checkNode([, script = '']: readonly string[]): void {
  if (!script.startsWith('-')) expect(existsSync(join(root, script)), script).toBe(true);
}

const CHECKS: Readonly<Record<string, (words: readonly string[]) => void | Promise<void>>> = {
  'kws-gen': ([, ...words]) => parse(words),
  npx: async ([, tool, ...words]) => {
    if (tool === 'kws-gen') await parse(words);
  },
  npm: checkNpm,
  node: checkNode,
};

const blocks = documents()
  .flatMap(({ blocks }) => blocks)
  .filter(({ language }) => language === 'sh');

describe('command lines in the documents', () => {
  test.each(blocks)('$where', async ({ text }) => {
    for (const words of commandsOf(text))
      await expect(Promise.resolve(CHECKS[words[0]!]?.(words)), words.join(' ')).resolves.toBeUndefined();
  });

  test('there are some, and wrong ones are found', async () => {
    const shown = blocks.flatMap(({ text }) => commandsOf(text)).map(([program]) => program);
    expect(shown.filter((program) => program === 'kws-gen').length).toBeGreaterThan(10);
    await expect(parse(['boards', '--bord', 'x'])).rejects.toThrow('unknown option');
    await expect(parse(['nothing'])).rejects.toThrow('unknown command');
    expect(() => checkNpm(['npm', 'run', 'nothing'])).toThrow();
  });

  test('options and commands in the running text exist', () => {
    const options = new Set(['--version', '--help', '--fix', '--only']);
    for (const { options: names } of COMMANDS) for (const name of names) options.add(optionFlag(name));
    options.add('--json');
    const unknown = documents()
      .filter(({ path }) => path === 'README.md' || /getting-started|troubleshooting|CHANGELOG/.test(path))
      .flatMap(({ path, text }) =>
        [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`(--[a-z][a-z-]*)/g)]
          .map((match) => match[1]!)
          .filter((option) => !options.has(option))
          .map((option) => `${path}: ${option}`),
      );
    expect(unknown).toEqual([]);
  });
});

function optionFlag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
