import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  arrayDefinition,
  commentText,
  floatLiteral,
  identifier,
  intLiteral,
  stringLiteral,
  wrapped,
} from '../../src/emit/c.js';

describe('identifier', () => {
  test.each([
    ['okay_nabu', 'okay_nabu'],
    ['Hey Jarvis!', 'hey_jarvis'],
    ['__proto__', 'proto'],
    ['a..b--c', 'a_b_c'],
    ['9lives', 'x_9lives'],
    ['int', 'x_int'],
    ['std', 'x_std'],
    ['', 'x'],
    ['日本語', 'x'],
    ['x'.repeat(500), 'x'.repeat(48)],
    ['*/ int main() { return 1; } //', 'int_main_return_1'],
  ])('%j becomes %s', (name, id) => expect(identifier(name)).toBe(id));

  test('names that come out the same are told apart', () => {
    const taken = new Set<string>();
    expect(['a b', 'a-b', 'a_b', 'a_b_2'].map((name) => identifier(name, taken))).toEqual([
      'a_b',
      'a_b_2',
      'a_b_3',
      'a_b_2_2',
    ]);
  });
});

describe('literals', () => {
  test.each([
    ['plain', '"plain"'],
    ['say "yes\\', '"say \\042yes\\134"'],
    ['??/', '"\\077\\077/"'],
    ['é', '"\\303\\251"'],
    ['a\n\0b', '"a\\012\\000b"'],
    ['%s %n', '"%s %n"'],
  ])('text %j', (text, literal) => expect(stringLiteral(text)).toBe(literal));

  test.each([
    [0, '0'],
    [-128, '-128'],
    [2147483647, '2147483647'],
    [-2147483648, '(-2147483647 - 1)'],
    [4294967295, '4294967295U'],
    [4294967296, '4294967296LL'],
  ])('integer %i', (value, literal) => expect(intLiteral(value)).toBe(literal));

  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])('%d is refused as an integer', (value) =>
    expect(() => intLiteral(value)).toThrow(RangeError),
  );

  test.each([
    [0, '0.0f'],
    [-0, '-0.0f'],
    [1, '1.0f'],
    [0.1, '0.100000001f'],
    [1e-45, '1.40129846e-45f'],
    [3.4028234663852886e38, '3.40282347e+38f'],
    [100, '100.0f'],
    [16777216, '16777216.0f'],
  ])('float %d', (value, literal) => expect(floatLiteral(value)).toBe(literal));

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e39])('%d is refused as a float', (value) =>
    expect(() => floatLiteral(value)).toThrow(RangeError),
  );

  test('every float survives', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Object.is(Math.fround(Number(floatLiteral(value).slice(0, -1))), value)).toBe(true);
      }),
      { seed: 3 },
    );
  });
});

test.each([
  ['ends with a backslash \\', 'ends with a backslash /'],
  ['*/ evil /* ??/', '* / evil / * ? ?/'],
  ['two\nlines', 'two?lines'],
])('comment %j', (text, safe) => expect(commentText(text)).toBe(safe));

test('arrays wrap at 100 columns and never are empty', () => {
  const items = Array.from({ length: 200 }, (_, i) => String(i * 1000));
  for (const line of arrayDefinition({ type: 'const int', name: 'x', items }).split('\n'))
    expect(line.length).toBeLessThanOrEqual(100);
  expect(wrapped([])).toBe('');
  expect(arrayDefinition({ type: 'const int', name: 'x', items: [] })).toBe('const int x[1] = {0};');
  expect(arrayDefinition({ type: 'const int', name: 'x', items: ['1', '2'] })).toBe(
    'const int x[2] = {1, 2};',
  );
});

test('a compiler reads back exactly what was written', async () => {
  const texts = [
    'plain',
    'quote " back \\ tri ??/ ??=',
    'ümläut 日本 🎤',
    '\u0001\u007f7',
    '*/ // /*',
    'a\\',
    '',
  ];
  const floats = [0, -0, 0.1, 1 / 3, 26 / 255, 1e-45, -3.4028234663852886e38, 123456789];
  const ints = [0, -1, 2147483647, -2147483648];
  const source = [
    '#include <cstdio>',
    '#include <cstdint>',
    ...texts.map((text) => `// ${commentText(text)}`),
    arrayDefinition({ type: 'const char* const', name: 'texts', items: texts.map(stringLiteral) }),
    arrayDefinition({ type: 'const float', name: 'floats', items: floats.map(floatLiteral) }),
    arrayDefinition({ type: 'const int32_t', name: 'ints', items: ints.map(intLiteral) }),
    'int main() {',
    '  for (const char* text : texts) { for (; *text; ++text) std::printf("%02x", (unsigned char)*text); std::puts(""); }',
    '  for (float f : floats) std::printf("%a\\n", (double)f);',
    '  for (int32_t i : ints) std::printf("%d\\n", (int)i);',
    '}',
  ].join('\n');
  // -std=c++11 has trigraphs; -Wall warns about comments that go on.
  const folder = mkdtempSync(join(tmpdir(), 'kws c '));
  const program = join(folder, 'program');
  // -std=c++11 has trigraphs; -Wall warns about comments that go on.
  const flags = ['-std=c++11', '-Wall', '-Wextra', '-Werror'];
  await execa('g++', [...flags, '-x', 'c++', '-', '-o', program], { input: source });
  const { stdout } = await execa(program);
  rmSync(folder, { recursive: true });
  const lines = stdout.split('\n');
  const withoutNul = texts.map((text) => Buffer.from(text, 'utf8').toString('hex'));
  expect(lines.slice(0, texts.length)).toEqual(withoutNul);
  lines.slice(texts.length, texts.length + floats.length).forEach((hex, i) => {
    const match = /^(-?)0x([01])(?:\.([0-9a-f]+))?p([+-]\d+)$/.exec(hex)!;
    const [, sign, whole, fraction = '', exponent] = match;
    const magnitude =
      (Number(whole) + (fraction === '' ? 0 : Number.parseInt(fraction, 16) / 16 ** fraction.length)) *
      2 ** Number(exponent);
    expect(Object.is(sign === '-' ? -magnitude : magnitude, Math.fround(floats[i]!))).toBe(true);
  });
  expect(lines.slice(texts.length + floats.length).map(Number)).toEqual(ints);
});
