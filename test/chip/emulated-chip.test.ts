/** Small programs in an emulated RP2040: what they say on the UART, also where rp2040js by itself would go on. */
import { expect, test } from 'vitest';
import { EmulatedChip } from '../../src/chip/emulated-chip.js';
import { loadRp2040js } from '../../src/chip/rp2040js.js';
import {
  BKPT,
  CPSID,
  CPSIE,
  constant,
  FLASH,
  type Instruction,
  ldr,
  movs,
  programOf,
  STAY,
  say,
  str,
  UDF,
  WFI,
} from './thumb.js';

async function chipWith(bytes: Uint8Array, address = FLASH) {
  const said: string[] = [];
  const messages: string[] = [];
  const chip = new EmulatedChip(await loadRp2040js(), [{ address, bytes }], {
    onByte: (byte) => said.push(String.fromCharCode(byte)),
    onMessage: (text) => messages.push(text),
  });
  return { chip, said: () => said.join(''), messages };
}

test('a program runs and is counted', async () => {
  const { chip, said } = await chipWith(programOf([...say('A'), ...say('B')], []));
  chip.run(20);
  expect(said()).toBe('AB');
  expect(chip.instructions).toBe(20);
  expect(chip.cycles).toBeGreaterThan(20);
  expect(chip.nanos).toBe(chip.cycles * 8);
});

test('vectors behind a second-stage boot loader are found', async () => {
  const program = programOf(say('A'), []);
  const bytes = new Uint8Array(256 + program.length).fill(0xff);
  bytes.set(program, 256);
  // The program is linked for the start of the flash: only where it begins is looked at.
  new DataView(bytes.buffer).setUint32(256 + 4, FLASH + 256 + 4 * 48 + 1, true);
  const { chip, said } = await chipWith(bytes);
  chip.run(20);
  expect(said()).toBe('A');
});

/** Each ends before it says N. */
test.each<[string, readonly Instruction[]]>([
  ['reads where nothing is', [constant(0, 0x30000000), ldr(1, 0)]],
  ['writes where nothing is', [constant(0, 0x30000000), str(1, 0)]],
  ['writes through a null pointer', [movs(0, 0), str(1, 0)]],
  ['writes to its flash', [constant(0, FLASH), str(1, 0)]],
  ['reads a word that is not aligned', [constant(0, 0x20000002), ldr(1, 0)]],
  ['has an instruction that does not exist', [UDF]],
  ['stops for a debugger that is not there', [BKPT]],
])('a program that %s has a hard fault', async (_, code) => {
  const { chip, said } = await chipWith(programOf([...code, ...say('N')], say('F')));
  chip.run(30);
  expect(said()).toBe('F');
});

test('a fault within a hard fault locks it up', async () => {
  const { chip, said } = await chipWith(programOf([UDF], [...say('F'), UDF, ...say('N')]));
  chip.run(100);
  expect(said()).toBe('F');
});

/** UART0's interrupt: enabled there and in the NVIC, masked in the processor. */
const RECEIVE: readonly Instruction[] = [
  CPSID,
  movs(0, 1 << 4),
  str(0, 7, 0x38),
  constant(0, 1 << 20),
  constant(1, 0xe000e100),
  str(0, 1),
];

test.each(['while it sleeps', 'before'])(
  'a masked interrupt ends sleep without its handler: %s',
  async (when) => {
    const code = [...RECEIVE, WFI, ...say('W'), CPSIE, ...say('N')];
    const handler = [ldr(0, 7), ...say('H')];
    const { chip, said } = await chipWith(programOf(code, handler));
    if (when === 'before') expect(chip.receive(Uint8Array.of(1))).toBe(1);
    chip.run(50);
    expect(chip.asleep).toBe(when !== 'before');
    if (when !== 'before') expect(chip.receive(Uint8Array.of(1))).toBe(1);
    chip.run(50);
    expect(said()).toBe('WH');
  },
);

/** r0 op r1, with or without a carry; then V or N is said, by the overflow flag. */
const [ADCS, SBCS, ADDS, CMP] = [0x4148, 0x4188, 0x1840, 0x4280];
const BVC = (halves: number) => 0xd700 | ((halves - 2) & 0xff);
const carrySet = CMP; // r0 - r0: no borrow
const carryClear = [movs(2, 0), 0x1892]; // adds r2, r2, r2

test.each<[string, readonly number[], number, readonly [number, number], string]>([
  ['0x7fffffff + 0 + 1', [carrySet], ADCS, [0x7fffffff, 0], 'V'],
  ['0x7fffffff - 1 + 1', [carrySet], ADCS, [0x7fffffff, 0xffffffff], 'N'],
  ['1 + 2 + 1', [carrySet], ADCS, [1, 2], 'N'],
  ['0 + 0x80000000', carryClear, ADCS, [0, 0x80000000], 'N'],
  ['-1 + 0x80000000', carryClear, ADCS, [0xffffffff, 0x80000000], 'V'],
  ['-1 + 0x80000000, without carry', [carrySet], ADDS, [0xffffffff, 0x80000000], 'V'],
  ['5 - 0x7fffffff - 1', carryClear, SBCS, [5, 0x7fffffff], 'N'],
  ['-5 - 0x7fffffff - 1', carryClear, SBCS, [0xfffffffb, 0x7fffffff], 'V'],
  ['5 - 0x80000000', [carrySet], SBCS, [5, 0x80000000], 'V'],
])('overflow of %s', async (_, before, operation, [first, second], expected) => {
  const code = [constant(0, first), constant(1, second), ...before, operation];
  const { chip, said } = await chipWith(programOf([...code, BVC(4), ...say('V'), STAY, ...say('N')], []));
  chip.run(40);
  expect(said()).toBe(expected);
});

test('its queue takes 32 bytes', async () => {
  const { chip } = await chipWith(programOf([], []));
  expect(chip.receive(new Uint8Array(40))).toBe(32);
  expect(chip.receive(new Uint8Array(40))).toBe(0);
});

test('sleep passes time', async () => {
  const { chip } = await chipWith(programOf([WFI], []));
  chip.run(10);
  expect(chip.asleep).toBe(true);
  const { nanos } = chip;
  chip.sleep(1000);
  expect(chip.nanos).toBe(nanos + 1000);
  expect(chip.nanosToNextAlarm).toBeUndefined();
});

test('without the package it says so', async () => {
  await expect(loadRp2040js(() => Promise.reject(new Error('not found')))).rejects.toThrow(
    /emulator of the RP2040.*cannot be loaded/,
  );
});
