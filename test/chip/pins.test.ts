/** Pins, as the program and as what is wired to them see them. */
import { expect, test } from 'vitest';
import { Pins } from '../../src/chip/pins.js';
import { loadRp2040js } from '../../src/chip/rp2040js.js';

const SIO = 0xd0000000;
const [GPIO_IN, GPIO_OUT_XOR, GPIO_OE_SET] = [0x004, 0x01c, 0x024];
const IO_BANK0 = 0x40014000;
const FUNCTION_SIO = 5;
const INPUT_INVERTED = 1 << 16;

async function chipWithPins() {
  const { rp2040: chip } = new (await loadRp2040js()).Simulator();
  return { chip, pins: new Pins(chip) };
}

test('an input reads what drives it, without being set up first', async () => {
  const { chip, pins } = await chipWithPins();
  const inputs = () => chip.readUint32(SIO + GPIO_IN);
  expect(inputs()).toBe(0);
  pins.drive(22, true);
  pins.drive(3, true);
  expect(inputs()).toBe((1 << 22) | (1 << 3));
  pins.drive(22, false);
  expect(inputs()).toBe(1 << 3);
  chip.writeUint32(IO_BANK0 + 8 * 4 + 4, INPUT_INVERTED);
  expect(inputs()).toBe((1 << 3) | (1 << 4));
});

test('whoever watches is told when an output changes', async () => {
  const { chip, pins } = await chipWithPins();
  const levels: boolean[] = [];
  pins.watch(7, (high) => levels.push(high));
  chip.writeUint32(IO_BANK0 + 8 * 7 + 4, FUNCTION_SIO);
  chip.writeUint32(SIO + GPIO_OE_SET, 1 << 7);
  for (let i = 0; i < 3; i++) chip.writeUint32(SIO + GPIO_OUT_XOR, 1 << 7);
  expect(levels).toEqual([false, true, false, true]);
});
