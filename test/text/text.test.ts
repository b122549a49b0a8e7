import { describe, expect, test } from 'vitest';
import { columns, wrapWords } from '../../src/text/text.js';

describe('lines are wrapped at words', () => {
  const LINE =
    '  next: kws-gen init MODEL --calibrate recordings/ makes a project that quantizes it on the way';
  test.each([30, 40, 60, 79])('%i columns', (width) => {
    const lines = wrapWords(LINE, width).split('\n');
    for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.map((line) => line.trim()).join(' ')).toBe(LINE.trim());
    for (const line of lines.slice(1)) expect(line).toMatch(/^ {4}\S/);
  });

  test.each([
    ['short', 10, 'short'],
    ['no width is known at all', undefined, 'no width is known at all'],
    ['a word/that/is/longer/than/the/line stays', 12, 'a\n  word/that/is/longer/than/the/line\n  stays'],
    ['漢字 漢字 漢字', 9, '漢字 漢字\n  漢字'],
  ])('%s', (line, width, expected) => {
    expect(wrapWords(line, width)).toBe(expected);
  });
});
