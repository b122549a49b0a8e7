/**
 * What rp2040js 1.4.1 does otherwise than the processor, where firmware can tell.
 *
 * - WFI ends at once where an interrupt is pending already, and with interrupts masked (PRIMASK) it ends without
 *   entering the handler (ARMv6-M ARM B1.5.17).
 * - ADCS and SBCS set the overflow flag as the manual says where 0x7fffffff and the carry meet.
 */
import type { Chip, Core } from './rp2040js.js';

/** Whether an exception waits that would end sleep. */
export function isPending(core: Core): boolean {
  const { pendingNMI, pendingSVCall, pendingPendSV, pendingSystick } = core;
  return (
    (core.pendingInterrupts & core.enabledInterrupts) !== 0 ||
    pendingNMI ||
    pendingSVCall ||
    pendingPendSV ||
    pendingSystick
  );
}

export function correctSleep({ core }: Chip): void {
  const check = core.checkForInterrupts.bind(core);
  core.checkForInterrupts = () => {
    if (!core.waiting || !core.PM) return check();
    if (!isPending(core)) return false;
    core.waiting = false;
    return false;
  };
}

/** A carry that makes 0x80000000 of 0x7fffffff changes its sign for the package, but not for the processor. */
export function correctOverflow(chip: Chip): void {
  const { core } = chip;
  const [ADCS, SBCS] = [0b0100000101, 0b0100000110];
  // The instruction is the one before the program counter, which has moved on.
  const carried = (second: number, kind: number) =>
    second === 0x80000000 && chip.readUint16(((core.PC & ~1) - 2) >>> 0) >>> 6 === kind;
  const add = core.addUpdateFlags.bind(core);
  core.addUpdateFlags = (first, second) => {
    const corrects = core.C && carried(second, ADCS);
    const result = add(first, second);
    if (corrects) core.V = (first | 0) >= 0;
    return result;
  };
  const subtract = core.substractUpdateFlags.bind(core);
  core.substractUpdateFlags = (first, second) => {
    const corrects = !core.C && carried(second, SBCS);
    const result = subtract(first, second);
    if (corrects) core.V = (first | 0) < 0;
    return result;
  };
}
