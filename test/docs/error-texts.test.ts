/**
 * What docs/troubleshooting.md explains is what the tool and the firmware really say; and what messages tell to
 * type exists.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/commands.js';
import { OPTIONS } from '../../src/commands/support/options.js';
import { readDocument, root } from './documents.js';

const VARIABLE = '…';

/** Every text in a source file, with `…` where something is filled in. */
function textsOf(path: string): string[] {
  const source = readFileSync(path, 'utf8');
  if (!path.endsWith('.ts')) return [...source.matchAll(/"([^"\n]*)"/g)].map((match) => match[1]!);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    if (ts.isTemplateExpression(node))
      texts.push(node.head.text + node.templateSpans.map(({ literal }) => VARIABLE + literal.text).join(''));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.ES2022));
  return texts;
}

const sources = ['src', 'templates/lib'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|cpp|h)$/.test(name))
    .map((name) => join(root, folder, name)),
);

test('every text that troubleshooting explains stands in the sources', () => {
  const { text } = readDocument('docs/troubleshooting.md');
  const explained = [...text.matchAll(/^### (.*)$/gm)].flatMap((heading) =>
    [...heading[1]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!),
  );
  expect(explained.length).toBeGreaterThan(20);
  const said = new Set(sources.flatMap(textsOf));
  expect(explained.filter((one) => !said.has(one))).toEqual([]);
});

/** Texts of every `next` in a source file: the step that a message tells to take. */
function nextSteps(path: string): string[] {
  const steps: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'next')
      steps.push(node.initializer.getText());
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true));
  return steps;
}

test('messages tell only of commands and options that exist', () => {
  const known = new Set([
    ...Object.values(OPTIONS).map(({ flags }) => flags.split(' ')[0]!),
    ...COMMANDS.map(({ name }) => `kws-gen ${name}`),
    'kws-gen help',
    '--help',
    // Of udevadm, in a message about permissions.
    '--reload',
  ]);
  const told = sources
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) =>
      nextSteps(path).flatMap((text) =>
        [
          ...text.matchAll(/(?<![\w-])--[a-z][a-z-]*|\bkws-gen (?!firmware|reads?\b|and\b|does\b)[a-z]+/g),
        ].map(([word]) => ({ word, where: path.slice(root.length) })),
      ),
    );
  expect(told.length).toBeGreaterThan(20);
  expect(told.filter(({ word }) => !known.has(word))).toEqual([]);
});
