/** How a board's microphone is wired to its chip, for an emulator of the chip. */
import type { Board } from './types.js';

/**
 * Bits that a PDM microphone is quieter than what it hears: the cores' filter, with the gain of 16 that they set, makes
 * it 3.85 times as loud (measured).
 */
const PDM_HEADROOM = 2;

/**
 * A text such as `I2S bclk=26 ws=27 sd=22 headroom=4`: the interface, its pins, and by how many bits the sound is below
 * full scale (what firmware shifts it up by).
 * @returns undefined where there is no microphone, or it is not known which pins it has
 */
export function wiringOf({ microphone, twin }: Pick<Board, 'microphone' | 'twin'>): string | undefined {
  if (microphone === null) return undefined;
  const names = { I2S: ['bclk', 'ws', 'sd'], PDM: ['clk', 'din'] }[microphone.interface as string];
  const pins: Readonly<Record<string, number>> = { ...twin?.pins, ...microphone.pins };
  if (names === undefined || names.some((name) => pins[name] === undefined)) return undefined;
  const headroom = microphone.interface === 'PDM' ? PDM_HEADROOM : (microphone.gain ?? 0);
  const wires = names.map((name) => `${name}=${pins[name]}`);
  return [microphone.interface, ...wires, `headroom=${headroom}`].join(' ');
}
