import { expect, test } from 'vitest';
import { shown } from '../../src/diagnostics/schema-problems.js';

const deep = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
};

test.each([
  ['nothing', undefined, 'nothing'],
  ['a text', 'a "b"', '"a \\"b\\""'],
  ['an object', { a: [1, null, true], b: { c: 'x' } }, '{"a":[1,null,true],"b":{"c":"x"}}'],
  ['a long text', 'x'.repeat(1e6), `"${'x'.repeat(56)}…`],
  ['a long array', Array(1e6).fill(7), `[${'7,'.repeat(28)}…`],
  ['what is nested deeper than JSON.stringify can follow', deep(100_000), '{"a":[{"a":["…"]}]}'],
])('%s is shown by its beginning', (_, value, expected) => {
  expect(shown(value)).toBe(expected);
});
