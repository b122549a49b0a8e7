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

export interface Core {
  /** r0…r15. */
  readonly registers: Uint32Array;
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
  N: boolean;
  Z: boolean;
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

/** A register block: offsets are those within it. */
interface Peripheral {
  writeUint32(offset: number, value: number): void;
}

export interface StateMachine {
  readonly enabled: boolean;
  /** So far, of its own clock; those of delays too, but none of waiting. */
  readonly cycles: number;
  readonly clockDivInt: number;
  readonly clockDivFrac: number;
  readonly inputShiftCount: number;
  readonly outputShiftCount: number;
  readonly pushThreshold: number;
  readonly pullThreshold: number;
  executeInstruction(opcode: number): void;
  /** One instruction, or a look whether a wait is over. */
  step(): void;
}

export interface Pio extends Peripheral {
  readonly machines: readonly StateMachine[];
  /** Starts the machines, by timers of the host. */
  run: () => void;
  /** Tells listeners of pins. */
  checkChangedPins(): void;
}

interface Pin {
  readonly index: number;
  /** Whether an input that is enabled is high. */
  readonly inputValue: boolean;
  padValue: number;
  setInputValue: (value: boolean) => void;
  /** @param listener state 0 is low, 1 is high, others are inputs */
  addListener(listener: (state: number) => void): void;
}

export interface UsbController {
  onEndpointRead?: (endpoint: number, size: number) => void;
  /** Answers a read; an alarm of the emulated clock later the device has it. */
  endpointReadDone(endpoint: number, bytes: Uint8Array): void;
}

/** A host that enumerates a CDC device; it takes the controller's callbacks for itself when it is made. */
interface UsbHost {
  onDeviceConnected?: () => void;
  onSerialData?: (bytes: Uint8Array) => void;
  readonly outEndpoint: number;
}

export interface Chip {
  readonly core: Core;
  /** Words. */
  readonly bootrom: Uint32Array;
  readonly flash: Uint8Array;
  readonly uart: readonly [Uart, Uart];
  readonly pio: readonly Pio[];
  readonly gpio: readonly Pin[];
  readonly usbCtrl: UsbController;
  /** By address / 4096. */
  readonly peripherals: Readonly<Record<number, Peripheral>>;
  /** Hz */
  readonly clkSys: number;
  logger: Logger;
  onBreak: (code: number) => void;
  readUint8(address: number): number;
  readUint16(address: number): number;
  readUint32(address: number): number;
  writeUint8(address: number, value: number): void;
  writeUint32(address: number, value: number): void;
}

export interface Rp2040js {
  readonly Simulator: new () => { readonly rp2040: Chip; readonly clock: Clock };
  readonly USBCDC: new (usb: UsbController) => UsbHost;
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
