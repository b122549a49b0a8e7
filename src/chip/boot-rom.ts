/**
 * The functions of the RP2040's boot ROM that firmware calls, done by the host.
 *
 * The ROM's layout is the data sheet's (2.8.2, 2.8.3): a magic number and a version, pointers to two tables and to a
 * function that looks a code up in one. Behind each entry stands nothing but `bx lr`; what it does is done here when the
 * processor comes there. So no vendor's code is needed, and what of it costs is an estimate.
 */
import { DOUBLE_FUNCTIONS, type RomFunction, SINGLE_FUNCTIONS } from './rom-float.js';
import type { Chip } from './rp2040js.js';

/** Halfwords of the ROM. */
const ROM_HALVES = 0x4000 / 2;
const BX_LR = 0x4770;
/** B2, the newest. */
const VERSION = 3;
/** Where functions begin; the vectors and the header are before them. */
const FUNCTIONS_AT = 0x200;

const code = (name: string) => name.charCodeAt(0) | (name.charCodeAt(1) << 8);

/** Cycles: about what the loops of such functions take. */
const perByte = (count: number) => 20 + count;

const FUNCTIONS: Readonly<Record<string, RomFunction>> = {
  P3: (r) => {
    let bits = r[0]! >>> 0;
    let count = 0;
    for (; bits !== 0; bits &= bits - 1) count++;
    r[0] = count;
    return 18;
  },
  R3: (r) => {
    let reversed = 0;
    for (let i = 0; i < 32; i++) reversed |= ((r[0]! >>> i) & 1) << (31 - i);
    r[0] = reversed;
    return 21;
  },
  L3: (r) => {
    r[0] = Math.clz32(r[0]!);
    return 18;
  },
  T3: (r) => {
    const value = r[0]! >>> 0;
    r[0] = value === 0 ? 32 : 31 - Math.clz32(value & -value);
    return 12;
  },
  MS: fill,
  S4: fill,
  MC: copy,
  C4: copy,
  // Serial flash: it is memory here, always connected.
  IF: nothing,
  EX: nothing,
  FC: nothing,
  CX: nothing,
  RE: (r, chip) => {
    const [offset, count] = [r[0]! >>> 0, r[1]! >>> 0];
    chip.flash.fill(0xff, offset, offset + count);
    return perByte(count);
  },
  RP: (r, chip) => {
    const [offset, from, count] = [r[0]! >>> 0, r[1]! >>> 0, r[2]! >>> 0];
    for (let i = 0; i < count; i++) chip.flash[offset + i]! &= chip.readUint8(from + i);
    return perByte(count);
  },
};

function nothing(): number {
  return 20;
}

function fill(r: Uint32Array, chip: Chip): number {
  const [to, value, count] = [r[0]! >>> 0, r[1]! & 0xff, r[2]! >>> 0];
  for (let i = 0; i < count; i++) chip.writeUint8(to + i, value);
  return perByte(count);
}

function copy(r: Uint32Array, chip: Chip): number {
  const [to, from, count] = [r[0]! >>> 0, r[1]! >>> 0, r[2]! >>> 0];
  for (let i = 0; i < count; i++) chip.writeUint8(to + i, chip.readUint8(from + i));
  return perByte(count);
}

/** Finds the code r1 in the table at r0. */
function lookUp(r: Uint32Array, chip: Chip): number {
  let at = r[0]! >>> 0;
  for (; chip.readUint16(at) !== 0; at += 4) {
    if (chip.readUint16(at) !== (r[1]! & 0xffff)) continue;
    r[0] = chip.readUint16(at + 2);
    return 40;
  }
  r[0] = 0;
  return 40;
}

export class BootRom {
  readonly #chip: Chip;
  readonly #functions = new Map<number, RomFunction>();

  constructor(chip: Chip) {
    this.#chip = chip;
    const halves = new Uint16Array(ROM_HALVES);
    let free = FUNCTIONS_AT;
    const place = (values: readonly number[]): number => {
      const at = free;
      halves.set(values, at / 2);
      free += 4 * Math.ceil(values.length / 2);
      return at;
    };
    const entry = (does: RomFunction): number => {
      const at = place([BX_LR]);
      this.#functions.set(at, does);
      return at | 1;
    };
    const table = (entries: readonly (readonly [string, number])[]) =>
      place([...entries.flatMap(([name, value]) => [code(name), value]), 0, 0]);
    halves.set([0x754d, 1 | (VERSION << 8)], 0x10 / 2);
    halves[0x14 / 2] = table(Object.entries(FUNCTIONS).map(([name, does]) => [name, entry(does)]));
    // The number of functions stands before each table of them.
    const data = [SINGLE_FUNCTIONS, DOUBLE_FUNCTIONS].map((functions) => {
      const entries = functions.map(entry);
      return place([0, functions.length, ...entries.flatMap((word) => [word, 0])]) + 4;
    });
    halves[0x16 / 2] = table([
      ['SF', data[0]!],
      ['SD', data[1]!],
    ]);
    halves[0x18 / 2] = entry(lookUp);
    chip.bootrom.set(new Uint32Array(halves.buffer));
  }

  /**
   * Does the function at the program counter, where one is; the processor then returns from it.
   * @returns about how many cycles it takes; undefined where there is none
   */
  call(): number | undefined {
    const { core } = this.#chip;
    const does = this.#functions.get(core.PC & ~1);
    return does?.(core.registers, this.#chip);
  }
}

/** Whether an address is in the ROM. */
export const isRom = (address: number): boolean => address < 2 * ROM_HALVES;
