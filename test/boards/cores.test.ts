import { describe, expect, test } from 'vitest';
import { CORES, coreTarget } from '../../src/boards/cores.js';

describe('a target', () => {
  test.each([
    ['cortex-m0plus', 'thumb1', false, 4],
    ['cortex-m3', 'thumb2', false, 4],
    ['cortex-m4f', 'dsp', true, 4],
    ['cortex-m7', 'dsp', true, 4],
    ['cortex-m33', 'dsp', true, 4],
    ['cortex-m55', 'helium', true, 4],
    ['xtensa-lx6', 'xtensa', true, 4],
    ['xtensa-lx7', 'xtensa', true, 4],
    ['rv32imc', 'riscv', false, 4],
    ['host', 'host', true, 8],
  ] as const)('of a %s is %s', (core, instructionSet, floatingPoint, pointerBytes) => {
    expect(coreTarget(core)).toMatchObject({ core, instructionSet, floatingPoint, pointerBytes });
  });

  test('there is one of every core', () => {
    expect(CORES.map((core) => coreTarget(core).core)).toEqual(CORES);
  });
});
