/** Microphones that are clocked by hand: what their bits say is what they heard. */
import { expect, test } from 'vitest';
import { connectMicrophone, SigmaDelta, type Wiring } from '../../src/chip/microphone.js';
import type { Pins } from '../../src/chip/pins.js';
import { Sound } from '../../src/chip/sound.js';

/** Levels by pin, and who watches. */
class Wires implements Pick<Pins, 'drive' | 'watch'> {
  readonly levels = new Map<number, boolean>();
  readonly #watchers = new Map<number, (high: boolean) => void>();

  drive(pin: number, high: boolean): void {
    this.levels.set(pin, high);
  }

  watch(pin: number, changed: (high: boolean) => void): void {
    this.#watchers.set(pin, changed);
  }

  set(pin: number, high: boolean): void {
    this.#watchers.get(pin)?.(high);
  }
}

const [BCLK, WS, SD] = [26, 27, 22];
const I2S: Wiring = { interface: 'I2S', bclk: BCLK, ws: WS, sd: SD, headroom: 0 };

/** A controller as the I2S specification has it: the word clock changes a bit early, data is read when the clock rises. */
function frames(wires: Wires, count: number): [left: number, right: number][] {
  const got: [number, number][] = [];
  for (let frame = 0; frame < count; frame++) {
    const words = [false, true].map((word) => {
      let value = 0;
      for (let bit = 31; bit >= 0; bit--) {
        wires.set(WS, bit === 0 ? !word : word);
        wires.set(BCLK, false);
        wires.set(BCLK, true);
        value = (value << 1) | (wires.levels.get(SD) === true ? 1 : 0);
      }
      return value;
    });
    got.push([words[0]!, words[1]!]);
  }
  return got;
}

test.each([0, 4])('I2S: samples come in the left slot, 24 bits, %i bits down', (headroom) => {
  const wires = new Wires();
  const sound = new Sound();
  connectMicrophone({ ...I2S, headroom }, wires as unknown as Pins, sound, () => 0);
  const samples = Int16Array.of(1, -1, 12_345, -32_768, 32_767);
  sound.play(samples, 16_000);
  // The first frame is not begun by a change of the word clock.
  expect(frames(wires, samples.length + 1).slice(1)).toEqual(
    [...samples].map((sample) => [(sample << 16) >> headroom, 0]),
  );
});

test('without a recording there is the noise of a microphone, the same in every run', () => {
  const heard = [0, 1].map(() => {
    const sound = new Sound();
    return Array.from({ length: 2000 }, () => sound.sample());
  });
  expect(heard[0]).toEqual(heard[1]);
  expect(new Set(heard[0]).size).toBeGreaterThan(1900);
  expect(Math.max(...heard[0]!.map(Math.abs))).toBeLessThan(2 ** -13);
});

test('PDM: the density of ones follows the sound', () => {
  const wires = new Wires();
  const sound = new Sound();
  let nanos = 0;
  connectMicrophone(
    { interface: 'PDM', clk: 23, din: 22, headroom: 1 },
    wires as unknown as Pins,
    sound,
    () => nanos,
  );
  sound.play(new Int16Array(1000).fill(0x4000), 16_000);
  let ones = 0;
  const clocks = 16_384;
  for (let i = 0; i < clocks; i++) {
    nanos += 1e9 / 1_024_000;
    wires.set(23, true);
    if (wires.levels.get(22) === true) ones++;
    wires.set(23, false);
  }
  // Half of full scale, a bit down: 0.25.
  expect((2 * ones) / clocks - 1).toBeCloseTo(0.25, 3);
});

test('a modulator is limited where it would not come back', () => {
  const modulator = new SigmaDelta();
  const mean = (x: number, count: number) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += modulator.bit(x) ? 1 : -1;
    return sum / count;
  };
  expect(mean(5, 10_000)).toBeCloseTo(0.7, 2);
  expect(mean(0, 10_000)).toBeCloseTo(0, 2);
});

test('a recording takes the time that its rate says', () => {
  const sound = new Sound();
  sound.play(Int16Array.of(0, 0x4000, 0), 1000);
  expect([5e6, 5.5e6, 6e6, 6.5e6].map((nanos) => sound.at(nanos))).toEqual([0, 0.25, 0.5, 0.25]);
  expect(sound.playing).toBe(true);
  sound.at(8e6);
  expect(sound.playing).toBe(false);
});
