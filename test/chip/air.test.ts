/** Files that an emulated microphone hears. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Air } from '../../src/chip/air.js';
import { Sound } from '../../src/chip/sound.js';

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'kws-air-')), 'sound');
});
afterEach(() => rmSync(join(file, '..'), { recursive: true }));

function soundFile(rate: number, ...samples: number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, rate, true);
  samples.forEach((sample, i) => {
    view.setInt16(4 + 2 * i, sample, true);
  });
  return bytes;
}

test('a file is played, and gone when it was heard and what follows has faded', () => {
  const sound = new Sound();
  const air = new Air(file, sound);
  air.look(0);
  writeFileSync(file, soundFile(16_000, 0x2000, -0x4000));
  air.look(1e6);
  expect(sound.playing).toBe(false);
  air.look(20e6);
  expect([sound.sample(), sound.playing, sound.sample(), sound.playing]).toEqual([0.25, true, -0.5, false]);
  air.look(30e6);
  air.look(1529e6);
  expect(existsSync(file)).toBe(true);
  air.look(1530e6);
  expect(existsSync(file)).toBe(false);
});

test('a file without a sample is gone all the same', () => {
  const air = new Air(file, new Sound());
  writeFileSync(file, 'x');
  for (const nanos of [0, 1e6, 1600e6]) air.look(nanos);
  expect(existsSync(file)).toBe(false);
});
