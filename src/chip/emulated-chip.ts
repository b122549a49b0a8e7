/**
 * An RP2040 that runs a program: rp2040js with what it lacks.
 *
 * Owns: loading, the corrections, emulated time. Leaves to others: where the serial line leads (`board.ts`).
 *
 * What is corrected of rp2040js 1.4.1:
 * - An access to an address where nothing is, a write to ROM or flash, an unaligned word and an instruction that does
 *   not exist are hard faults (ARMv6-M ARM B1.5.9); the package reports them and goes on.
 * - WFI ends at once where an interrupt is pending already, and with interrupts masked (PRIMASK) it ends without
 *   entering the handler (ARMv6-M ARM B1.5.17).
 * - ADCS and SBCS set the overflow flag as the manual says where 0x7fffffff and the carry meet.
 */
import type { Segment } from './flash-segments.js';
import type { Chip, Clock, Logger, Rp2040js } from './rp2040js.js';

const RAM_START = 0x20000000;
const RAM_END = 0x20042000;
const HARD_FAULT = 3;

/** Second-stage boot loaders are as long as this; the vectors are behind one. */
const BOOT_BYTES = 0x100;

/** Components and messages of rp2040js that are a fault of the program. */
const FAULTS: readonly { readonly component: string; readonly message: RegExp }[] = [
  { component: 'RP2040', message: /^Read from invalid memory address|^Write to undefined address/ },
  { component: 'RP2040', message: /not 32 bit aligned/ },
  { component: 'CortexM0Core', message: /not implemented/ },
];

/** Further messages that are passed on: a program may do what is not emulated for ever. */
const MOST_MESSAGES = 50;

export interface EmulatedChipOptions {
  /** A byte on UART0. */
  readonly onByte: (byte: number) => void;
  /** What the program does that is not emulated. */
  readonly onMessage?: (text: string) => void;
}

export class EmulatedChip {
  readonly #chip: Chip;
  readonly #clock: Clock;
  #fault = false;
  /** So far. */
  instructions = 0;
  cycles = 0;

  /** @param segments of the flash; the program starts as after a reset, without the boot ROM */
  constructor(
    { Simulator }: Rp2040js,
    segments: readonly Segment[],
    { onByte, onMessage = () => {} }: EmulatedChipOptions,
  ) {
    const { rp2040: chip, clock } = new Simulator();
    this.#chip = chip;
    this.#clock = clock;
    chip.logger = this.#logger(onMessage);
    chip.onBreak = () => {
      this.#fault = true;
    };
    this.#guardWrites();
    this.#correctSleep();
    this.#correctOverflow();
    chip.uart[0].onByte = onByte;
    for (const { address, bytes } of segments) chip.flash.set(bytes, address - 0x10000000);
    this.#reset(Math.min(...segments.map(({ address }) => address)));
  }

  /** Emulated time. ns */
  get nanos(): number {
    return this.#clock.nanos;
  }

  /** Whether the core sleeps until an interrupt. */
  get asleep(): boolean {
    return this.#chip.core.waiting;
  }

  /** Time until something happens by itself; undefined where nothing will. ns */
  get nanosToNextAlarm(): number | undefined {
    const nanos = this.#clock.nanosToNextAlarm;
    return nanos > 0 ? nanos : undefined;
  }

  /** Puts bytes into UART0's queue; returns how many there was room for. */
  receive(bytes: Uint8Array): number {
    const uart = this.#chip.uart[0];
    let taken = 0;
    while (taken < bytes.length && !uart.rxFIFO.full) uart.feedByte(bytes[taken++]!);
    return taken;
  }

  /** Runs until it sleeps, or for so many instructions. */
  run(most: number): void {
    const { core } = this.#chip;
    const clock = this.#clock;
    const nanosPerCycle = 1e9 / this.#chip.clkSys;
    let left = most;
    let cycles = 0;
    for (; left > 0 && !core.waiting; left--) {
      const pc = core.PC;
      const taken = core.executeInstruction();
      cycles += taken;
      clock.tick(taken * nanosPerCycle);
      if (this.#fault) this.#hardFault(pc);
      if (core.waiting && this.#pending()) core.waiting = false;
    }
    this.instructions += most - left;
    this.cycles += cycles;
  }

  /** Lets time pass while the core sleeps. */
  sleep(nanos: number): void {
    this.#clock.tick(nanos);
  }

  #reset(start: number): void {
    const { core } = this.#chip;
    const isVectors = (address: number) => {
      const [stack, reset] = [this.#chip.readUint32(address), this.#chip.readUint32(address + 4)];
      return stack > RAM_START && stack <= RAM_END && (reset & 1) === 1;
    };
    const vectors = isVectors(start) ? start : start + BOOT_BYTES;
    core.VTOR = vectors;
    core.SP = this.#chip.readUint32(vectors);
    core.PC = this.#chip.readUint32(vectors + 4) & ~1;
    this.#fault = false;
  }

  #logger(onMessage: (text: string) => void): Logger {
    let left = MOST_MESSAGES;
    const take = (component: string, message: string) => {
      if (FAULTS.some((fault) => fault.component === component && fault.message.test(message)))
        this.#fault = true;
      if (left-- > 0) onMessage(`${component}: ${message}`);
    };
    return { debug() {}, info() {}, warn: take, error: take };
  }

  #guardWrites(): void {
    const chip = this.#chip;
    const write = chip.writeUint32.bind(chip);
    chip.writeUint32 = (address, value) => {
      if (address >>> 0 < RAM_START) this.#fault = true;
      else write(address, value);
    };
  }

  #correctSleep(): void {
    const { core } = this.#chip;
    const check = core.checkForInterrupts.bind(core);
    core.checkForInterrupts = () => {
      if (!core.waiting || !core.PM) return check();
      if (!this.#pending()) return false;
      core.waiting = false;
      return false;
    };
  }

  /** A carry that makes 0x80000000 of 0x7fffffff changes its sign for the package, but not for the processor. */
  #correctOverflow(): void {
    const { core } = this.#chip;
    const [ADCS, SBCS] = [0b0100000101, 0b0100000110];
    // The instruction is the one before the program counter, which has moved on.
    const carried = (second: number, kind: number) =>
      second === 0x80000000 && this.#chip.readUint16(((core.PC & ~1) - 2) >>> 0) >>> 6 === kind;
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

  #pending(): boolean {
    const { core } = this.#chip;
    const { pendingNMI, pendingSVCall, pendingPendSV, pendingSystick } = core;
    return (
      (core.pendingInterrupts & core.enabledInterrupts) !== 0 ||
      pendingNMI ||
      pendingSVCall ||
      pendingPendSV ||
      pendingSystick
    );
  }

  /** A fault within a hard fault locks a processor up: it stays where it is. */
  #hardFault(pc: number): void {
    const { core } = this.#chip;
    const locked = core.IPSR === HARD_FAULT;
    core.PC = pc;
    if (!locked) core.exceptionEntry(HARD_FAULT);
    this.#fault = false;
  }
}
