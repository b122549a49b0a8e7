/** Programs that call the boot ROM as a vendor's core does: through the tables that its header points to. */
import { expect, test } from 'vitest';
import { EmulatedChip } from '../../src/chip/emulated-chip.js';
import { loadRp2040js } from '../../src/chip/rp2040js.js';
import { constant, FLASH, type Instruction, movs, programOf, STAY } from './thumb.js';

const RESULT = 0x20001000;
const ldrh = (to: number, base: number, offset: number) => 0x8800 | ((offset / 2) << 6) | (base << 3) | to;
const ldr = (to: number, base: number, offset: number) => 0x6800 | ((offset / 4) << 6) | (base << 3) | to;
const blx = (register: number) => 0x4780 | (register << 3);
const strb = (from: number, base: number) => 0x7000 | (base << 3) | from;
const shift = (register: number, bits: number) => 0x0800 | (bits << 6) | (register << 3) | register;

const codeOf = (name: string) => name.charCodeAt(0) | (name.charCodeAt(1) << 8);

/** Looks a code up in the table that a halfword of the header points to; its address is in r0 then. */
const lookUp = (header: number, name: string): readonly Instruction[] => [
  movs(6, 0),
  ldrh(0, 6, header),
  constant(1, codeOf(name)),
  ldrh(2, 6, 0x18),
  blx(2),
];
const FUNCTIONS = 0x14;
const DATA = 0x16;

/** Calls what r0 points to with these arguments, keeps r0 and r1, and sends them. */
const callWith = (args: readonly number[]): readonly Instruction[] => [
  0x0004, // movs r4, r0
  ...args.map((value, register) => constant(register, value)),
  blx(4),
  ...sent(0),
  ...sent(1),
];
const sent = (register: number): readonly Instruction[] =>
  [0, 1, 2, 3].flatMap((byte) =>
    byte === 0 ? [strb(register, 7)] : [shift(register, 8), strb(register, 7)],
  );

async function words(code: readonly Instruction[]): Promise<readonly number[]> {
  const said: number[] = [];
  const messages: string[] = [];
  const chip = new EmulatedChip(
    await loadRp2040js(),
    [{ address: FLASH, bytes: programOf([...code, STAY], []) }],
    {
      onByte: (byte) => said.push(byte),
      onMessage: (text) => messages.push(text),
    },
  );
  chip.run(200);
  expect(messages).toEqual([]);
  const view = new DataView(Uint8Array.from(said).buffer);
  return Array.from({ length: said.length / 4 }, (_, i) => view.getUint32(4 * i, true));
}

test.each<[string, number, number]>([
  ['P3', 0xf0f00001, 9],
  ['P3', 0, 0],
  ['R3', 0x80000001, 0x80000001],
  ['R3', 0x00000012, 0x48000000],
  ['L3', 0x00010000, 15],
  ['L3', 0, 32],
  ['T3', 0x00010000, 16],
  ['T3', 0x80000000, 31],
  ['T3', 0, 32],
])('%s of 0x%x is 0x%x', async (name, value, expected) => {
  expect((await words([...lookUp(FUNCTIONS, name), ...callWith([value])]))[0]).toBe(expected);
});

test('a code that is not there has no address', async () => {
  expect((await words([...lookUp(FUNCTIONS, 'ZZ'), ...sent(0)]))[0]).toBe(0);
});

test('memory is filled and copied', async () => {
  const [fill, copy] = [lookUp(FUNCTIONS, 'MS'), lookUp(FUNCTIONS, 'MC')];
  const code = [
    ...[...fill, 0x0004, constant(0, RESULT), movs(1, 0x5a), movs(2, 3), blx(4)],
    ...[...copy, 0x0004, constant(0, RESULT + 4), constant(1, RESULT), movs(2, 4), blx(4)],
    ...[constant(3, RESULT), ldr(0, 3, 0), ldr(1, 3, 4), ...sent(0), ...sent(1)],
  ];
  expect(await words(code)).toEqual([0x005a5a5a, 0x005a5a5a]);
});

test('a program that jumps to where no function is has a hard fault', async () => {
  const said: number[] = [];
  const bytes = programOf([movs(0, 0x41), 0x4700, STAY], [movs(6, 0x46), strb(6, 7)]);
  const chip = new EmulatedChip(await loadRp2040js(), [{ address: FLASH, bytes }], {
    onByte: (byte) => said.push(byte),
  });
  chip.run(30);
  expect(said).toEqual([0x46]);
});

const single = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]!;
const double = (value: number) => [...new Uint32Array(Float64Array.of(value).buffer)] as [number, number];
/** A function of a table, by its offset. */
const numeric = (table: string, offset: number, args: readonly number[]) =>
  words([...lookUp(DATA, table), ldr(0, 0, offset), ...callWith(args)]);

test.each<[string, number, readonly number[], number]>([
  ['1.5 + 2.25', 0x00, [single(1.5), single(2.25)], single(3.75)],
  ['1 - 0.1', 0x04, [single(1), single(0.1)], single(Math.fround(1) - Math.fround(0.1))],
  ['3 * -0.5', 0x08, [single(3), single(-0.5)], single(-1.5)],
  ['1 / 3', 0x0c, [single(1), single(3)], single(1 / 3)],
  ['the root of 2', 0x18, [single(2)], single(Math.SQRT2)],
  ['a product that is too small', 0x08, [single(2 ** -100), single(2 ** -40)], 0],
  ['-1.5 as an integer', 0x1c, [single(-1.5)], 0xfffffffe],
  ['1e20 as an integer', 0x1c, [single(1e20)], 0x7fffffff],
  ['-1 as an unsigned integer', 0x24, [single(-1)], 0],
  ['-3 as a number', 0x2c, [0xfffffffd], single(-3)],
  ['4 billion as a number', 0x34, [4_000_000_000], single(4e9)],
  ['5 with a fraction of one bit', 0x30, [5, 1], single(2.5)],
  ['1 < 2', 0x10, [single(1), single(2)], 0xffffffff],
  ['2 > 1', 0x10, [single(2), single(1)], 1],
])('in single precision: %s', async (_, offset, args, expected) => {
  expect((await numeric('SF', offset, args))[0]).toBe(expected);
});

test.each<[string, number, readonly number[], readonly number[]]>([
  ['0.1 + 0.2', 0x00, [...double(0.1), ...double(0.2)], double(0.1 + 0.2)],
  ['1 / 3', 0x0c, [...double(1), ...double(3)], double(1 / 3)],
  ['-2^40 as a 64-bit integer', 0x6c, double(-(2 ** 40)), [0, 0xffffff00]],
  ['2^40 + 1 from a 64-bit integer', 0x5c, [1, 256], double(2 ** 40 + 1)],
])('in double precision: %s', async (_, offset, args, expected) => {
  expect(await numeric('SD', offset, args)).toEqual(expected);
});

test('precisions are converted', async () => {
  expect((await numeric('SD', 0x7c, double(0.1)))[0]).toBe(single(0.1));
  expect(await numeric('SF', 0x7c, [single(0.5)])).toEqual(double(0.5));
});
