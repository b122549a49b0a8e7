/**
 * Microphones wired to an emulated chip's pins: they are clocked by it and drive its data pin.
 */
import type { Pins } from './pins.js';
import type { Sound } from './sound.js';

/** How a microphone is wired. */
export type Wiring =
  | {
      readonly interface: 'I2S';
      readonly bclk: number;
      readonly ws: number;
      readonly sd: number;
      /** Full scale of what it hears is so many bits below its own: what firmware shifts up by. */
      readonly headroom: number;
    }
  | {
      readonly interface: 'PDM';
      readonly clk: number;
      readonly din: number;
      readonly headroom: number;
    };

/** Bits of an I2S sample, of a slot's 32. */
const BITS = 24;

/** @param now emulated time, ns */
export function connectMicrophone(wiring: Wiring, pins: Pins, sound: Sound, now: () => number): void {
  if (wiring.interface === 'I2S') connectI2s(wiring, pins, sound);
  else connectPdm(wiring, pins, sound, now);
}

/**
 * A left-channel I2S microphone, such as an INMP441 with L/R at GND (its data sheet, figure 7): it looks at the word
 * clock when the bit clock rises, and sets data when that falls, the highest bit a clock after the word clock changed.
 * It takes a sample of the sound with each frame.
 */
function connectI2s(
  { bclk, ws, sd, headroom }: Extract<Wiring, { interface: 'I2S' }>,
  pins: Pins,
  sound: Sound,
): void {
  let word = false;
  let slot = false;
  let left = 0;
  let value = 0;
  let high = false;
  pins.watch(ws, (level) => {
    word = level;
  });
  pins.watch(bclk, (rises) => {
    if (rises) {
      if (word !== slot) {
        slot = word;
        left = slot ? 0 : BITS;
        if (!slot) value = Math.round(sound.sample() * 2 ** (BITS - 1 - headroom));
      }
      return;
    }
    // In the other half it leaves the line, which a resistor pulls down.
    const next = left > 0 && ((value >> --left) & 1) === 1;
    if (next !== high) pins.drive(sd, next);
    high = next;
  });
}

/** A PDM microphone: a second-order sigma-delta modulator that gives a bit with each rise of its clock. */
function connectPdm(
  { clk, din, headroom }: Extract<Wiring, { interface: 'PDM' }>,
  pins: Pins,
  sound: Sound,
  now: () => number,
): void {
  const modulator = new SigmaDelta();
  let high = false;
  pins.watch(clk, (rises) => {
    if (!rises) return;
    const next = modulator.bit(sound.at(now()) * 2 ** -headroom);
    if (next !== high) pins.drive(din, next);
    high = next;
  });
}

/** Second order, stable to 0.7 of full scale: the density of its ones follows the input. */
export class SigmaDelta {
  #first = 0;
  #second = 0;

  /** @param x -0.7…0.7 */
  bit(x: number): boolean {
    const high = this.#second >= 0;
    const fed = high ? 1 : -1;
    this.#first += Math.max(-0.7, Math.min(0.7, x)) - fed;
    this.#second += this.#first - fed;
    return high;
  }
}
