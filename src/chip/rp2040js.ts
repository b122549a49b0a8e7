/**
 * The package rp2040js as far as it is used here, and how it is loaded.
 *
 * Its parts are described anew: the corrections (`emulated-chip.ts`) replace functions of it, for which its own types
 * have no place.
 */
import { toolError } from '../diagnostics/errors.js';

/** Whoever is told of what firmware does that the emulator cannot do. */
export interface Logger {
  debug(component: string, message: string): void;
  info(component: string, message: string): void;
  warn(component: string, message: string): void;
  error(component: string, message: string): void;
}

interface Core {
  PC: number;
  SP: number;
  VTOR: number;
  /** Number of the active exception; 0 in the program itself. */
  IPSR: number;
  /** PRIMASK: interrupts are masked. */
  PM: boolean;
  /** It sleeps until an interrupt. */
  waiting: boolean;
  pendingInterrupts: number;
  enabledInterrupts: number;
  pendingNMI: boolean;
  pendingSVCall: boolean;
  pendingPendSV: boolean;
  pendingSystick: boolean;
  /** @returns clock cycles */
  executeInstruction(): number;
  /** @returns whether an exception was entered */
  checkForInterrupts(): boolean;
  exceptionEntry(number: number): void;
  C: boolean;
  V: boolean;
  /** Both set the flags and return the result; the second operand has the carry in it already. */
  addUpdateFlags(first: number, second: number): number;
  substractUpdateFlags(first: number, second: number): number;
}

/** Emulated time, in nanoseconds. */
export interface Clock {
  readonly nanos: number;
  /** 0 where no alarm is set. */
  readonly nanosToNextAlarm: number;
  tick(nanos: number): void;
}

interface Uart {
  onByte?: (byte: number) => void;
  readonly rxFIFO: { readonly full: boolean };
  feedByte(byte: number): void;
}

export interface Chip {
  readonly core: Core;
  readonly flash: Uint8Array;
  readonly uart: readonly [Uart, Uart];
  /** Hz */
  readonly clkSys: number;
  logger: Logger;
  onBreak: (code: number) => void;
  readUint16(address: number): number;
  readUint32(address: number): number;
  writeUint32(address: number, value: number): void;
}

export interface Rp2040js {
  readonly Simulator: new () => { readonly rp2040: Chip; readonly clock: Clock };
}

/** @throws toolError where the package is not installed, or is another than the one the corrections are for */
export async function loadRp2040js(
  load: (specifier: string) => Promise<unknown> = (specifier) => import(specifier),
): Promise<Rp2040js> {
  try {
    return (await load('rp2040js')) as Rp2040js;
  } catch (cause) {
    throw toolError(
      {
        what: 'the emulator of the RP2040 (the npm package rp2040js) cannot be loaded',
        why: (cause as Error).message,
        next: 'install this tool once more, with its dependencies',
      },
      { cause },
    );
  }
}
