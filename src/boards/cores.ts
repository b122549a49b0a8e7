/**
 * Processor cores: what of them matters to the numbers and to the kernels that are chosen for them.
 *
 * Owns: the one table of cores, and the target that a board is for the compiler. Leaves to others: which kernels
 * an instruction set gets (`lowering/choose.ts`), compiler flags (PlatformIO's and the virtual platform's boards).
 */

/**
 * What kernels are written in. `thumb1` is Armv6-M (no long multiplication), `thumb2` Armv7-M without the DSP
 * extension, `dsp` with it, `helium` Armv8.1-M with MVE; `xtensa`, `riscv` and `host` run portable C++.
 */
export const INSTRUCTION_SETS = ['thumb1', 'thumb2', 'dsp', 'helium', 'xtensa', 'riscv', 'host'] as const;
export type InstructionSet = (typeof INSTRUCTION_SETS)[number];

export const CORES = [
  'cortex-m0plus',
  'cortex-m3',
  'cortex-m4f',
  'cortex-m7',
  'cortex-m33',
  'cortex-m55',
  'xtensa-lx6',
  'xtensa-lx7',
  'rv32imc',
  'host',
] as const;
export type Core = (typeof CORES)[number];

interface CoreInfo {
  readonly instructionSet: InstructionSet;
  /** Whether it has a single-precision floating-point unit. */
  readonly floatingPoint: boolean;
  readonly pointerBytes: 4 | 8;
}

const core = (instructionSet: InstructionSet, floatingPoint: boolean): CoreInfo => ({
  instructionSet,
  floatingPoint,
  pointerBytes: 4,
});

/** The Cortex-M33 as boards have it: with its optional DSP extension and floating-point unit. */
const CORE_INFO: Readonly<Record<Core, CoreInfo>> = {
  'cortex-m0plus': core('thumb1', false),
  'cortex-m3': core('thumb2', false),
  'cortex-m4f': core('dsp', true),
  'cortex-m7': core('dsp', true),
  'cortex-m33': core('dsp', true),
  'cortex-m55': core('helium', true),
  'xtensa-lx6': core('xtensa', true),
  'xtensa-lx7': core('xtensa', true),
  rv32imc: core('riscv', false),
  host: { ...core('host', true), pointerBytes: 8 },
};

/** A core with what a board gives it: all that lowering, planning and emitting know of the hardware. */
export interface Target extends CoreInfo {
  readonly core: Core;
  /** Hz; 0 where it says nothing (the host). */
  readonly clockHz: number;
  /** Bytes that a program may use. */
  readonly memories: { readonly flashBytes: number; readonly ramBytes: number };
}

/** What a board is for the compiler. */
export function targetOf(board: {
  readonly core: Core;
  readonly clockHz: number;
  readonly flashBytes: number;
  readonly ramBytes: number;
}): Target {
  const { core: name, clockHz, flashBytes, ramBytes } = board;
  return { core: name, ...CORE_INFO[name], clockHz, memories: { flashBytes, ramBytes } };
}

/** A core by itself, of unlimited memory: for looking at a model before a board is chosen, and for tests. */
export function coreTarget(name: Core): Target {
  return targetOf({ core: name, clockHz: 0, flashBytes: 2 ** 32, ramBytes: 2 ** 32 });
}
