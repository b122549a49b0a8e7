/**
 * The state machines of both PIO blocks, stepped by the system clock.
 *
 * Corrected of rp2040js 1.4.1, where machines run by the host's timers, as fast as those come:
 * - Each machine takes a step every `CLKDIV` cycles of the system clock, and waits out an instruction's delay
 *   (RP2040 data sheet 3.5.5, 3.4.1).
 * - `PUSH IFFULL` and `PULL IFEMPTY` look at the count of bits also without autopush and autopull (3.4.6, 3.4.7).
 */
import type { Chip, Pio, StateMachine } from './rp2040js.js';

const CTRL = 0;

/** PUSH and PULL share an opcode; bit 7 says which, bit 6 that it depends on the count. */
const PUSH_PULL = 0b100;
const IS_PULL = 1 << 7;
const IS_CONDITIONAL = 1 << 6;
/** `mov y, y`, without what an instruction has of delay and side-set. */
const NOP = 0xa042;
const DELAY_AND_SIDE_SET = 0x1f00;

interface Running {
  readonly machine: StateMachine;
  readonly pio: Pio;
  /** System clock cycles until its next step. */
  left: number;
}

export class ProgrammableIo {
  #running: Running[] = [];

  constructor({ pio }: Chip) {
    for (const block of pio) {
      block.run = () => {};
      const write = block.writeUint32.bind(block);
      block.writeUint32 = (offset, value) => {
        write(offset, value);
        if (offset === CTRL) this.#find(pio);
      };
      block.machines.forEach(correctConditions);
    }
  }

  /** Whether a machine is enabled. */
  get running(): boolean {
    return this.#running.length > 0;
  }

  /** System clock cycles until a machine takes a step; Infinity where none is enabled. */
  get cyclesToStep(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { left } of this.#running) if (left < least) least = left;
    return least;
  }

  /** Lets cycles of the system clock pass. */
  advance(cycles: number): void {
    for (const one of this.#running) {
      one.left -= cycles;
      while (one.left <= 0) {
        const { machine, pio } = one;
        const before = machine.cycles;
        machine.step();
        pio.checkChangedPins();
        // A machine that waits has not moved on, but a cycle of its clock has passed.
        one.left += Math.max(machine.cycles - before, 1) * divisor(machine);
      }
    }
  }

  #find(pio: readonly Pio[]): void {
    const before = this.#running;
    this.#running = pio.flatMap((block) =>
      block.machines
        .filter(({ enabled }) => enabled)
        .map(
          (machine) =>
            before.find((one) => one.machine === machine) ?? {
              machine,
              pio: block,
              left: divisor(machine),
            },
        ),
    );
  }
}

/** 0 means 65536. */
function divisor({ clockDivInt, clockDivFrac }: StateMachine): number {
  return (clockDivInt === 0 ? 0x10000 : clockDivInt) + clockDivFrac / 256;
}

function correctConditions(machine: StateMachine): void {
  const execute = machine.executeInstruction.bind(machine);
  machine.executeInstruction = (opcode) => {
    if (opcode >>> 13 === PUSH_PULL && (opcode & IS_CONDITIONAL) !== 0) {
      const { inputShiftCount, pushThreshold, outputShiftCount, pullThreshold } = machine;
      const due = opcode & IS_PULL ? outputShiftCount >= pullThreshold : inputShiftCount >= pushThreshold;
      if (!due) return execute(NOP | (opcode & DELAY_AND_SIDE_SET));
    }
    execute(opcode);
  };
}
