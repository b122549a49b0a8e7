/**
 * An RP2040 that runs a program: rp2040js with what it lacks.
 *
 * Owns: loading, faults, emulated time. Leaves to others: the corrections of each part (`core-corrections.ts`,
 * `programmable-io.ts`, `pins.ts`, `usb-serial.ts`), the boot ROM's functions (`boot-rom.ts`), where the serial line leads
 * (`board.ts`), what is wired to the pins (`microphone.ts`).
 *
 * Corrected of rp2040js 1.4.1 here: an access to an address where nothing is, a write to ROM or flash, an unaligned word
 * and an instruction that does not exist are hard faults (ARMv6-M ARM B1.5.9); the package reports them and goes on.
 */
import { BootRom, isRom } from './boot-rom.js';
import { correctOverflow, correctSleep, isPending } from './core-corrections.js';
import type { Segment } from './flash-segments.js';
import { Pins } from './pins.js';
import { ProgrammableIo } from './programmable-io.js';
import type { Chip, Clock, Logger, Rp2040js } from './rp2040js.js';
import { UsbSerial } from './usb-serial.js';

const FLASH_START = 0x10000000;
const FLASH_END = 0x14000000;
const RAM_START = 0x20000000;
const RAM_END = 0x20042000;
const HARD_FAULT = 3;

/** Second-stage boot loaders are as long as this; the vectors are behind one. */
const BOOT_BYTES = 0x100;

/** What is kept for a device that does not read its USB before the host waits. */
const MOST_QUEUED = 4096;

/** Components and messages of rp2040js that are a fault of the program. */
const FAULTS: readonly { readonly component: string; readonly message: RegExp }[] = [
  { component: 'RP2040', message: /^Read from invalid memory address|^Write to undefined address/ },
  { component: 'RP2040', message: /not 32 bit aligned/ },
  { component: 'CortexM0Core', message: /not implemented/ },
];

/** Further messages that are passed on: a program may do what is not emulated for ever. */
const MOST_MESSAGES = 50;

export interface EmulatedChipOptions {
  /** A byte on the serial line: UART0, and USB where the program is a CDC device. */
  readonly onByte: (byte: number) => void;
  /** What the program does that is not emulated. */
  readonly onMessage?: (text: string) => void;
}

export class EmulatedChip {
  readonly #chip: Chip;
  readonly #clock: Clock;
  readonly #rom: BootRom;
  readonly #pio: ProgrammableIo;
  readonly #usb: UsbSerial;
  #fault = false;
  readonly pins: Pins;
  /** So far. */
  instructions = 0;
  cycles = 0;

  /** @param segments of the flash; the program starts as after a reset, without the boot loaders */
  constructor(
    package_: Rp2040js,
    segments: readonly Segment[],
    { onByte, onMessage = () => {} }: EmulatedChipOptions,
  ) {
    const { rp2040: chip, clock } = new package_.Simulator();
    this.#chip = chip;
    this.#clock = clock;
    chip.logger = this.#logger(onMessage);
    chip.onBreak = () => {
      this.#fault = true;
    };
    this.#guardWrites();
    correctSleep(chip);
    correctOverflow(chip);
    this.#rom = new BootRom(chip);
    this.#pio = new ProgrammableIo(chip);
    this.pins = new Pins(chip);
    chip.uart[0].onByte = onByte;
    this.#usb = new UsbSerial(package_, chip.usbCtrl, { onBytes: (bytes) => bytes.forEach(onByte) });
    for (const { address, bytes } of segments) chip.flash.set(bytes, address - FLASH_START);
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

  /** Whether something goes on while the core sleeps: state machines of the pins. */
  get busy(): boolean {
    return this.#pio.running;
  }

  /** Time until something happens by itself; undefined where nothing will. ns */
  get nanosToNextAlarm(): number | undefined {
    const nanos = this.#clock.nanosToNextAlarm;
    return nanos > 0 ? nanos : undefined;
  }

  /**
   * Puts bytes into the queue of USB, once the program has a port there, and into UART0's before; returns how many there
   * was room for.
   */
  receive(bytes: Uint8Array): number {
    if (this.#usb.open) {
      const room = Math.max(0, MOST_QUEUED - this.#usb.queued);
      const taken = bytes.slice(0, room);
      this.#usb.send(taken);
      return taken.length;
    }
    const uart = this.#chip.uart[0];
    let taken = 0;
    while (taken < bytes.length && !uart.rxFIFO.full) uart.feedByte(bytes[taken++]!);
    return taken;
  }

  /** Runs until it sleeps, or for so many instructions. */
  run(most: number): void {
    const { core } = this.#chip;
    const clock = this.#clock;
    const pio = this.#pio;
    let left = most;
    let cycles = 0;
    for (; left > 0 && !core.waiting; left--) {
      const pc = core.PC;
      let taken = 0;
      if (isRom(pc)) {
        const called = this.#rom.call();
        if (called === undefined) this.#fault = true;
        else taken = called;
      }
      taken += core.executeInstruction();
      cycles += taken;
      clock.tick((taken * 1e9) / this.#chip.clkSys);
      if (pio.running) pio.advance(taken);
      if (this.#fault) this.#hardFault(pc);
      if (core.waiting && isPending(core)) core.waiting = false;
    }
    this.instructions += most - left;
    this.cycles += cycles;
  }

  /** Lets time pass while the core sleeps: so much, or until an interrupt. */
  sleep(nanos: number): void {
    const { core } = this.#chip;
    const clock = this.#clock;
    const pio = this.#pio;
    const end = clock.nanos + nanos;
    do {
      const left = end - clock.nanos;
      const perCycle = 1e9 / this.#chip.clkSys;
      const passing = Math.min(left, pio.cyclesToStep * perCycle);
      clock.tick(passing);
      if (pio.running) pio.advance(passing / perCycle);
    } while (core.waiting && clock.nanos < end);
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
      if (address >>> 0 < FLASH_END) this.#fault = true;
      else write(address, value);
    };
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
