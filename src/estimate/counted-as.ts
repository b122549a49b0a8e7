/**
 * Whose counts stand for an instruction set that no virtual board has: estimates of an estimate, and called so where
 * their source is named (`cycles.ts`).
 *
 * Xtensa runs the kernels that Armv7-M without the DSP extension runs, has multiplication in one instruction as that,
 * and instructions of 16 and 24 bits beside its 16 and 32. Its floating-point unit is not counted on: front ends are
 * taken as Armv7-M's, in integers.
 */
import type { InstructionSet } from '../boards/cores.js';

const COUNTED_AS: Partial<Readonly<Record<InstructionSet, InstructionSet>>> = { xtensa: 'thumb2' };

export const countedAs = (set: InstructionSet): InstructionSet => COUNTED_AS[set] ?? set;
