import { describe, expect, test } from 'vitest';
import { inputError } from '../../src/diagnostics/errors.js';
import { Output } from '../../src/terminal/output.js';
import { table } from '../../src/terminal/table.js';
import { columns, printable, truncate } from '../../src/terminal/text.js';

function output(json: boolean, terminal = false, environment: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const stream = (to: string[]) => ({ write: (text: string) => to.push(text), isTTY: terminal });
  const made = new Output({ stdout: stream(out), stderr: stream(err), json, environment });
  return { made, out: () => out.join(''), err: () => err.join('') };
}

const failure = inputError([
  { what: 'cutoff 3 is over 1', where: 'kws.json, models[0].detector.cutoff', why: 'w', next: 'n' },
  { what: 'second' },
]);

describe('Output', () => {
  test('errors as text go to stderr, all of them', () => {
    const { made, out, err } = output(false);
    made.error(failure);
    expect(out()).toBe('');
    expect(err()).toBe(
      'error kws.json, models[0].detector.cutoff: cutoff 3 is over 1\n  why: w\n  next: n\nerror second\n',
    );
  });

  test('errors under --json are one object on stdout', () => {
    const { made, out, err } = output(true);
    made.error(failure);
    expect(err()).toBe('');
    expect(JSON.parse(out())).toEqual({
      kws: 1,
      t: 'error',
      exit: 2,
      what: 'cutoff 3 is over 1',
      where: 'kws.json, models[0].detector.cutoff',
      why: 'w',
      next: 'n',
      problems: failure.problems,
    });
    expect(out().split('\n')).toHaveLength(2);
  });

  test.each([
    ['a pipe', false, {}, false],
    ['a terminal', true, {}, true],
    ['a terminal under NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['a pipe under FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
  ])('colours: %s', (_, terminal, environment, coloured) => {
    const { made, err } = output(false, terminal, environment);
    made.progress('x');
    expect(err().includes('\u001b[')).toBe(coloured);
  });

  test('what an error quotes cannot control the terminal', () => {
    const { made, err } = output(false);
    made.error(inputError({ what: 'label "\u001b]0;x\u0007\u001b[31m"' }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
    expect(err()).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe('text', () => {
  test('columns and truncate count wide characters twice', () => {
    expect(columns('はい')).toBe(4);
    expect(columns('\u001b[1mab\u001b[0m')).toBe(2);
    expect(truncate('はいはい', 5)).toBe('はい…');
    expect(truncate('abc', 3)).toBe('abc');
  });
  test('printable keeps letters of every script', () => {
    expect(printable('søk 你好 \u202eabc')).toBe('søk 你好 \ufffdabc');
  });
  test('table aligns', () => {
    expect(table(['a', 'bb'], [['はい', 'x']])).toEqual(['a     bb', 'はい  x']);
  });
});
