/** The kernels as every core computes them, each in QEMU: the integers of the reference engine. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { type LoweredRow, lowerRow, runRows } from '../native/kernel-program.js';
import { KERNEL_ROWS } from '../native/kernel-rows.js';
import { ARM_CORE_NAMES } from '../support/arm.js';
import { libraryRoot } from '../support/native.js';
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

/** Loops of assembly take nearly all registers: what is left out around them may cost one more. */
describeWithToolchain('kernels without what a firmware does not need', () => {
  const WAYS = {
    kws_depthwise_conv_2d_s8_dsp: ['kTenTaps', 'kOtherTaps'],
    kws_fully_connected_s8_dsp: ['kShortRows', 'kLongRows'],
  } as const;

  // Where loops count in a register of their own.
  test('compile for the Cortex-M55', async () => {
    for (const [kernel, ways] of Object.entries(WAYS))
      for (const without of ways) {
        const folder = mkdtempSync(join(tmpdir(), 'kws kernels '));
        cpSync(join(libraryRoot, 'kws_kernels', 'src'), folder, { recursive: true });
        const shape = join(folder, 'dsp', 'shape.h');
        writeFileSync(shape, readFileSync(shape, 'utf8').replace(`${without} = true`, `${without} = false`));
        const flags = [
          '-mthumb',
          '-mcpu=cortex-m55',
          '-mfloat-abi=hard',
          '-std=gnu++17',
          '-O2',
          '-Wall',
          '-Werror',
        ];
        const include = `-I${join(libraryRoot, 'kws_kernels', 'include')}`;
        const source = join(folder, 'dsp', `${kernel}.cpp`);
        await execa('arm-none-eabi-g++', [...flags, include, '-c', source, '-o', join(folder, 'kernel.o')]);
        rmSync(folder, { recursive: true });
      }
  });
});
