import { describe, expect, test } from 'vitest';
import { OPTIONS, parseDuration } from '../../../src/commands/support/options.js';
import { inputErrorOf } from '../../support/errors.js';

describe('times', () => {
  test.each([
    ['10s', 10_000],
    ['10', 10_000],
    ['500ms', 500],
    ['1.5m', 90_000],
    ['2 min', 120_000],
    ['1h', 3_600_000],
    ['0.1ms', 1],
  ])('%s', (text, ms) => expect(parseDuration('--for', text)).toBe(ms));

  test.each(['', 's', '0', '-1s', '10 seconds', 'ten', '1e3s', '600h', 'NaN', 'Infinity'])(
    '%j is none',
    (text) => {
      expect(inputErrorOf(() => parseDuration('--for', text))).toBe(
        `--for: "${text}" is not a time\n  next: give a number and a unit (ms, s, m or h), such as 10s`,
      );
    },
  );
});

describe('values', () => {
  test.each(['1.1', '-0.1', '', ' ', 'x', 'NaN'])('--cutoff %j', (text) => {
    expect(inputErrorOf(() => OPTIONS.cutoff.parse(text))).toContain('is not a number from 0 to 1');
  });
  test('--runtime suggests', () => {
    expect(inputErrorOf(() => OPTIONS.runtime.parse('tfml'))).toBe(
      '--runtime: "tfml" is not known\n  next: did you mean tflm?',
    );
  });
  test('--play is repeatable, --labels a list', () => {
    expect(OPTIONS.play.parse('b.wav', OPTIONS.play.parse('a.wav', undefined))).toEqual(['a.wav', 'b.wav']);
    expect(OPTIONS.labels.parse('silence, unknown,yes')).toEqual(['silence', 'unknown', 'yes']);
  });
});
