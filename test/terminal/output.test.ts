import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { inputError } from '../../src/diagnostics/errors.js';
import { Output } from '../../src/terminal/output.js';
import { table } from '../../src/text/table.js';
import { columns, printable, truncate } from '../../src/text/text.js';

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

describe('signs of life', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const lines = (text: string) => text.split('\n').filter((line) => line !== '');

  test('a pipe: a step is said at once, and every ten seconds while it lasts', () => {
    const { made, out, err } = output(false);
    made.step('installing PlatformIO');
    vi.advanceTimersByTime(25_000);
    expect(lines(err())).toEqual([
      'installing PlatformIO',
      'installing PlatformIO, 10 s',
      'installing PlatformIO, 20 s',
    ]);
    made.text('done');
    vi.advanceTimersByTime(60_000);
    expect(lines(err())).toHaveLength(3);
    expect(out()).toBe('done\n');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a terminal: the seconds run, and whatever comes next takes the place of the line', () => {
    const { made, err } = output(false, true, { NO_COLOR: '1' });
    made.status('downloading');
    vi.advanceTimersByTime(4000);
    const drawn = err().split('\r\u001b[2K').slice(1);
    expect(drawn).toEqual(['downloading', 'downloading, 2 s', 'downloading, 3 s', 'downloading, 4 s']);
    made.status('unpacking');
    vi.advanceTimersByTime(1500);
    expect(err().endsWith('\r\u001b[2Kunpacking')).toBe(true);
    made.warn({ what: 'that was slow' });
    vi.advanceTimersByTime(60_000);
    expect(err().endsWith('\r\u001b[2Kunpacking\r\u001b[2Kwarning that was slow\n')).toBe(true);
  });

  test('under --json, too, on stderr alone', () => {
    const { made, out, err } = output(true);
    made.step('uploading');
    vi.advanceTimersByTime(10_000);
    expect([lines(err()), out()]).toEqual([['uploading', 'uploading, 10 s'], '']);
    made.error(failure);
    expect(vi.getTimerCount()).toBe(0);
  });
});

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
