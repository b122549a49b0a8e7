/** Programs for an emulated RP2040, instruction by instruction (ARM DDI 0419), as far as they are needed. */

export const FLASH = 0x10000000;
const UART = 0x40034000;

export const movs = (to: number, value: number) => 0x2000 | (to << 8) | value;
export const str = (from: number, base: number, offset = 0) =>
  0x6000 | ((offset / 4) << 6) | (base << 3) | from;
export const ldr = (to: number, base: number, offset = 0) => 0x6800 | ((offset / 4) << 6) | (base << 3) | to;
export const [WFI, CPSID, CPSIE, BKPT, UDF, STAY] = [0xbf30, 0xb672, 0xb662, 0xbe00, 0xde00, 0xe7fe];

/** A constant in a register: its place is filled in by `programOf`. */
export interface Constant {
  readonly to: number;
  readonly value: number;
}
export type Instruction = number | Constant;
export const constant = (to: number, value: number): Constant => ({ to, value });

/** Says a letter, with UART0 in r7. */
export const say = (letter: string) => [movs(6, letter.charCodeAt(0)), str(6, 7)];

/** Vectors, then the code, then the handler of hard faults and of UART0, then constants. */
export function programOf(code: readonly Instruction[], handler: readonly number[]): Uint8Array {
  const all: readonly Instruction[] = [constant(7, UART), ...code, STAY, ...handler, STAY];
  const start = 4 * 48;
  const constants = start + 4 * Math.ceil(all.length / 2);
  const values: number[] = [];
  const halves = all.map((one, i) => {
    if (typeof one === 'number') return one;
    values.push(one.value);
    const pc = (start + 2 * i + 4) & ~3;
    return 0x4800 | (one.to << 8) | ((constants + 4 * (values.length - 1) - pc) / 4);
  });
  const bytes = new Uint8Array(constants + 4 * values.length);
  const view = new DataView(bytes.buffer);
  const handlerAt = FLASH + start + 2 * (code.length + 2) + 1;
  for (let vector = 0; vector < 48; vector++) view.setUint32(4 * vector, handlerAt, true);
  view.setUint32(0, 0x20042000, true);
  view.setUint32(4, FLASH + start + 1, true);
  halves.forEach((half, i) => {
    view.setUint16(start + 2 * i, half, true);
  });
  values.forEach((value, i) => {
    view.setUint32(constants + 4 * i, value, true);
  });
  return bytes;
}
