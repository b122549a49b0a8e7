/** The readers of documents themselves: a check that sees nothing passes everything. */
import { describe, expect, test } from 'vitest';
import { anchorOf, marked, parseDocument } from './documents.js';
import { missingLine } from './output.js';
import { commandsOf } from './shell.js';

describe('documents', () => {
  test('blocks with their words, links outside code, anchors', () => {
    const text = '# A `b`, c\n[x](y.md#z) `[no](no.md)`\n## A b c\n```sh run\nls\n```\n';
    const { blocks, links, anchors } = parseDocument('d.md', text);
    expect(blocks).toEqual([{ language: 'sh', words: ['run'], text: 'ls', where: 'd.md:4' }]);
    expect(links).toEqual([{ target: 'y.md#z', where: 'd.md:2' }]);
    expect([...anchors]).toEqual(['a-b-c', 'a-b-c-1']);
  });

  test('a block that is never closed', () => {
    expect(() => parseDocument('d.md', '```sh\nls\n')).toThrow('d.md:1: this block is never closed');
  });

  test('marked parts', () => {
    const document = parseDocument('d.md', '<!-- begin t (from x) -->\n\n| a |\n\n<!-- end t -->\n');
    expect(marked(document, 't')).toBe('| a |');
    expect(() => marked(document, 'u')).toThrow('d.md has no part marked u');
  });

  test.each([
    ['Exit codes', 'exit-codes'],
    ['`the port is in use`: now [what](x.md)?', 'the-port-is-in-use-now-what'],
  ])('anchor of %s', (heading, anchor) => {
    expect(anchorOf(heading)).toBe(anchor);
  });
});

describe('commands of a block', () => {
  test.each<[string, string[][]]>([
    ['npm test', [['npm', 'test']]],
    ['a "b c" \'d\' # e\n# f\ng', [['a', 'b c', 'd'], ['g']]],
    ['a \\\n  b', [['a', 'b']]],
    ['a | b && c || d; e', [['a'], ['b'], ['c'], ['d'], ['e']]],
    ['X=1 a > out.txt 2>err b', [['a', 'b']]],
    ['a --x="y z" issue#3', [['a', '--x=y z', 'issue#3']]],
  ])('%j', (script, commands) => {
    expect(commandsOf(script)).toEqual(commands);
  });

  test('what is not understood is said', () => {
    expect(() => commandsOf('a "b')).toThrow('not understood: "b');
  });
});

describe('shown output', () => {
  test.each<[string, string, string | undefined]>([
    ['flash 26.3 KB', 'flash 27.25 KB', undefined],
    ['flash 26.3 KB', 'RAM 27.25 KB', 'flash 26.3 KB'],
    ['build 1e695f', 'build e08cb5225e03', undefined],
    ['{"p":[0.9,1],…}', '{"p":[0.12,0],"x":"y"}', undefined],
    ['a\n…\nd', 'a\nb\nc\nd', undefined],
    ['a\nd', 'a\nb\nd', 'd'],
    ['a', 'a\nb', '(end, and not b)'],
    ['a\n…', 'a\nb', undefined],
    ['▕██████████████████████████████▏ 1.00', '▕▏                             ▏ 0.02', undefined],
  ])('%j against %j', (shown, output, missing) => {
    expect(missingLine(shown, output.split('\n'))).toBe(missing);
  });
});
