/** Texts that say how a microphone is wired. */
import { expect, test } from 'vitest';
import { findBoard, loadBoards } from '../../src/boards/load.js';
import { wiringOf } from '../../src/boards/microphone-wiring.js';
import { parseWiring } from '../../src/chip/wiring.js';

const boards = loadBoards();

test.each<[string, unknown]>([
  ['raspberry-pi-pico-inmp441', { interface: 'I2S', bclk: 26, ws: 27, sd: 22, headroom: 4 }],
  ['raspberry-pi-pico-pdm', { interface: 'PDM', clk: 26, din: 22, headroom: 2 }],
  ['arduino-nano-rp2040-connect', { interface: 'PDM', clk: 23, din: 22, headroom: 2 }],
])('of %s', (id, expected) => {
  expect(parseWiring(wiringOf(findBoard(id, boards))!)).toEqual(expected);
});

test('of a board whose pins are the core’s is not known', () => {
  expect(wiringOf(findBoard('arduino-nano-33-ble', boards))).toBeUndefined();
  expect(wiringOf(findBoard('virtual-cortex-m4', boards))).toBeUndefined();
});

test.each([
  ['', /no headroom/],
  ['ADC in=1 headroom=0', /no such microphone/],
  ['I2S bclk=26 ws=27 headroom=4', /no sd from 0 to 29/],
  ['PDM clk=30 din=1 headroom=4', /no clk from 0 to 29/],
  ['PDM clk=x din=1 headroom=4', /no clk/],
  ['I2S bclk=1 ws=2 sd=3 headroom=17', /no headroom from 0 to 16/],
])('%s is refused', (text, message) => {
  expect(() => parseWiring(text)).toThrow(message);
});
