/**
 * From instructions to time. Instructions are counted on virtual boards; what a cycle count needs beside them, flash
 * wait states and pipelines, is one factor per core from published results: an estimate, until a board is measured.
 */
import type { Core } from '../boards/cores.js';

export interface CyclesPerInstruction {
  readonly factor: number;
  /** Where it comes from. */
  readonly source: string;
}

/**
 * MLPerf Tiny, closed division, keyword spotting, cycles per inference. Cortex-M4 (NUCLEO-L4R5ZI): microTVM with
 * CMSIS-NN v1.0 12.0 M, whose kernels take 7.70 M instructions on the virtual Cortex-M4: 1.56. STMicroelectronics'
 * runtime: 5.2 M cycles on that board, 4.6 M on a Cortex-M33 (NUCLEO-U575ZI-Q), 3.2 M on a Cortex-M7 (NUCLEO-H7A3ZI-Q);
 * the others are to 1.56 as these are to 5.2.
 */
const MLPERF = 'MLPerf Tiny, keyword spotting';

/** Nobody counted on these cores. */
const XTENSA = 'code and cycles of a Cortex-M3: not counted on this core';

export const CYCLES_PER_INSTRUCTION: Partial<Readonly<Record<Core, CyclesPerInstruction>>> = {
  'cortex-m0plus': { factor: 1.6, source: 'an emulated RP2040 running from its flash cache' },
  'cortex-m3': { factor: 1.56, source: 'as a Cortex-M4' },
  'cortex-m4f': { factor: 1.56, source: MLPERF },
  'cortex-m7': { factor: 0.96, source: MLPERF },
  'cortex-m33': { factor: 1.38, source: MLPERF },
  'cortex-m55': { factor: 1.38, source: 'as a Cortex-M33' },
  'xtensa-lx6': { factor: 1.56, source: XTENSA },
  'xtensa-lx7': { factor: 1.56, source: XTENSA },
};
