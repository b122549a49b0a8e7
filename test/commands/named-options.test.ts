/** Messages name no option that the command which shows them lacks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/commands.js';
import { OPTIONS } from '../../src/commands/support/options.js';
import { root } from '../docs/documents.js';

const flagOf = (name: keyof typeof OPTIONS) => /--[a-z-]+/.exec(OPTIONS[name].flags)![0];
const TAKES = new Map(
  COMMANDS.map(({ name, options }) => [name, new Set([...options.map(flagOf), '--json', '--help'])] as const),
);
/** Those that open the project of kws.json, or a model in its place. */
const OPEN = ['evaluate', 'tune', 'render', 'build', 'flash', 'monitor'];

/** Which commands show what a module says; the first that fits. */
const SHOWN_BY: readonly (readonly [module: string, commands: readonly string[]])[] = [
  ['evaluate/tune/', ['tune']],
  ['evaluate/report/', ['evaluate']],
  ['evaluate/device/', ['evaluate']],
  ['evaluate/', ['evaluate', 'tune']],
  ['project/init.ts', ['init']],
  ['project/examples.ts', ['init']],
  ['project/', OPEN],
  ['audio/', ['init', 'quantize', 'features', ...OPEN]],
  ['readers/', ['init', 'inspect', 'quantize', 'features', ...OPEN]],
  ['passes/', ['init', 'inspect', 'quantize', 'features', ...OPEN]],
];

/** Texts of a module, without comments. */
function texts(source: string): readonly string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...code.matchAll(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|"(?:[^"\\\n]|\\.)*"/g)].map(
    ([text]) => text,
  );
}

/** Options in a text, each with the command that is named before it. */
function named(text: string): readonly { readonly option: string; readonly command: string | undefined }[] {
  let command: string | undefined;
  return [...text.matchAll(/kws-gen ([a-z]+)|(?<![\w(-])(--[a-z][a-z-]+)|[;,.] /g)].flatMap(
    ([, called, option]) => {
      if (option !== undefined) return [{ option, command }];
      command = called;
      return [];
    },
  );
}

const SOURCES = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

test.each(SHOWN_BY)('texts of src/%s', (module, commands) => {
  const owner = (file: string) => SHOWN_BY.find(([prefix]) => file.startsWith(prefix))?.[0];
  const missing = SOURCES.filter((file) => owner(file) === module).flatMap((file) =>
    texts(readFileSync(join(root, 'src', file), 'utf8')).flatMap((text) =>
      named(text).flatMap(({ option, command }) =>
        (command === undefined ? commands : [command])
          .filter((name) => TAKES.get(name)?.has(option) !== true)
          .map((name) => `${file}: ${name} has no ${option}: ${text}`),
      ),
    ),
  );
  expect(missing).toEqual([]);
});
