/** The kernels as every core computes them, each in QEMU: the integers of the reference engine. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type LoweredRow, lowerRow, runRows } from '../native/kernel-program.js';
import { KERNEL_ROWS } from '../native/kernel-rows.js';
import { ARM_CORE_NAMES } from '../support/arm.js';
import { describeWithToolchain } from './platform-support.js';

describeWithToolchain('kernel rows', () => {
  test.each(ARM_CORE_NAMES)('on %s, what a kernel writes outside is seen', async (core) => {
    const [row] = lowerRow(KERNEL_ROWS[0]!, core);
    const bytes = row!.expected[0]!.length / 2;
    // The output is said to be one byte shorter than it is.
    const line = row!.line.replace(` 1 ${bytes} `, ` 1 ${bytes - 1} `);
    expect(line).not.toBe(row!.line);
    const [answer] = await runRows([{ ...row!, line }], core);
    expect(answer).toEqual([row!.expected[0]!.slice(0, -2), '!outside']);
  });

  describe.each(ARM_CORE_NAMES)('on %s', (core) => {
    const rows: readonly LoweredRow[] = KERNEL_ROWS.flatMap((row) => lowerRow(row, core));
    let answers: readonly (readonly string[])[] = [];
    beforeAll(async () => {
      answers = await runRows(rows, core);
    });

    test('every row is answered', () => {
      expect(answers).toHaveLength(rows.length);
      expect(rows.length).toBeGreaterThan(800);
    });

    test.each([...new Set(rows.map(({ call }) => call.kernel))])('%s', (kernel) => {
      const wrong = rows.flatMap(({ name, call, expected }, i) =>
        call.kernel === kernel && answers[i]?.join(' ') !== expected.join(' ')
          ? [{ name, expected, answer: answers[i] }]
          : [],
      );
      expect(wrong).toEqual([]);
    });
  });
});
