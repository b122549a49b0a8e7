/** The device's kernels, compiled for the host with sanitizers, against the reference engine. */
import { beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/reference/engine.js';
import { HOST_TARGET_NAMES } from './aot.js';
import { lowerRow, runRows } from './kernel-program.js';
import { KERNEL_ROWS } from './kernel-rows.js';

describe.each(HOST_TARGET_NAMES)('%s kernels', (target) => {
  const rows = KERNEL_ROWS.flatMap((row) => lowerRow(row, target));
  let answers: readonly (readonly string[])[] = [];

  beforeAll(async () => {
    answers = await runRows(rows, target);
  });

  test.each(rows.map((row, i) => ({ ...row, i })))('$name', ({ i, expected }) => {
    expect(answers[i]).toEqual(expected);
  });
});

test('rows show something: most outputs are neither all clamped nor all equal', () => {
  const distinct = KERNEL_ROWS.map(({ model, inputs }) =>
    Array.from(createEngine(model).invoke(inputs)[0] as Int8Array),
  )
    .filter((output) => output.length >= 8)
    .map((output) => new Set(output).size);
  expect(distinct.filter((values) => values > 2).length).toBeGreaterThan(0.7 * distinct.length);
});
