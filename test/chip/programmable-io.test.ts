/** State machines, instruction by instruction: when they step, and what of rp2040js is corrected. */
import { expect, test } from 'vitest';
import { ProgrammableIo } from '../../src/chip/programmable-io.js';
import { type Chip, loadRp2040js } from '../../src/chip/rp2040js.js';

const PIO0 = 0x50200000;
const [CTRL, RXF0, PROGRAM, DIVIDER, EXEC, SHIFT, PINS] = [0x0, 0x20, 0x48, 0xc8, 0xcc, 0xd0, 0xdc];

// Instructions of the data sheet's 3.4.
const SET_X = 0xe020;
const MOV_ISR_X = 0xa0c1;
const IN_X = 0x4020;
const PUSH = 0x8000;
const PUSH_IF_FULL = 0x8040;
const JMP_X_DEC = 0x0040;
const delayed = (cycles: number) => cycles << 8;

async function machine(program: readonly number[], settings: Readonly<Record<number, number>> = {}) {
  const { rp2040: chip } = new (await loadRp2040js()).Simulator();
  chip.logger = { debug() {}, info() {}, warn() {}, error() {} };
  const pio = new ProgrammableIo(chip);
  const set = (offset: number, value: number) => chip.writeUint32(PIO0 + offset, value >>> 0);
  program.forEach((instruction, i) => {
    set(PROGRAM + 4 * i, instruction);
  });
  set(EXEC, (program.length - 1) << 12);
  for (const [offset, value] of Object.entries(settings)) set(Number(offset), value);
  set(CTRL, 1);
  return { chip, pio, received: () => received(chip) };
}

/** Empties the queue. */
function received(chip: Chip): readonly number[] {
  const words: number[] = [];
  while ((chip.readUint32(PIO0 + 4) & (1 << 8)) === 0) words.push(chip.readUint32(PIO0 + RXF0));
  return words;
}

/** Pushes 1, 2, 3 … as fast as it steps. */
const COUNT = [SET_X | 1, MOV_ISR_X, PUSH];

test.each<[string, number, number, number]>([
  ['a step each cycle', 1 << 16, 3, 1],
  ['a step each four', 4 << 16, 12, 1],
  ['two and a half', (2 << 16) | (0x80 << 8), 15, 2],
])('%s', async (_, divider, cycles, pushes) => {
  const { pio, received } = await machine(COUNT, { [DIVIDER]: divider });
  pio.advance(cycles - 1);
  expect(received()).toHaveLength(pushes - 1);
  pio.advance(1);
  expect(received()).toHaveLength(1);
});

test('a delay is waited out', async () => {
  const { pio, received } = await machine([SET_X | 1, MOV_ISR_X | delayed(7), PUSH], { [DIVIDER]: 1 << 16 });
  pio.advance(9);
  expect(received()).toEqual([]);
  pio.advance(1);
  expect(received()).toEqual([1]);
});

test('it stands still where it is not enabled, and tells when it steps next', async () => {
  const { chip, pio, received } = await machine(COUNT, { [DIVIDER]: 10 << 16 });
  expect([pio.running, pio.cyclesToStep]).toEqual([true, 10]);
  pio.advance(4);
  expect(pio.cyclesToStep).toBe(6);
  chip.writeUint32(PIO0 + CTRL, 0);
  pio.advance(1000);
  expect([pio.running, pio.cyclesToStep, received()]).toEqual([false, Number.POSITIVE_INFINITY, []]);
});

test('PUSH IFFULL waits for the bits that it is set to, also without autopush', async () => {
  // Eight bits at a time, pushed at sixteen.
  const program = [SET_X | 5, IN_X | 8, PUSH_IF_FULL | (1 << 5), JMP_X_DEC | 1];
  const { pio, received } = await machine(program, { [DIVIDER]: 1 << 16, [SHIFT]: 16 << 20, [PINS]: 0 });
  pio.advance(3);
  expect(received()).toEqual([]);
  pio.advance(3);
  expect(received()).toEqual([0x0504]);
});
