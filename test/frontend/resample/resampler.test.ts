/** Sample rate conversion on devices: how good it is, and that nothing depends on pieces or levels. */
import { describe, expect, test } from 'vitest';
import { KwsError } from '../../../src/diagnostics/errors.js';
import { resamplerForC } from '../../../src/emit/frontend/resampler.js';
import { rateRatio } from '../../../src/frontend/resample/ratio.js';
import { createResampler } from '../../../src/frontend/resample/resampler.js';
import { resamplerTables } from '../../../src/frontend/resample/tables.js';
import { generator, randomPieces } from '../micro-rows.js';
import { RATES, throughput } from './quality.js';

describe.each(RATES)('%i Hz to %i Hz', (from, to) => {
  const lower = Math.min(from, to);
  // 41667 Hz stands for 125000 / 3.
  const { up, down } = rateRatio(from, to);
  const out = (from * up) / down;

  test('sines up to 0.45 of the lower rate pass: within 0.1 dB, all else 60 dB down', () => {
    for (const part of [0.01, 0.1, 0.2, 0.3, 0.4, 0.449]) {
      const { gain, signalToRest } = throughput(createResampler(from, to), from, out, part * lower);
      expect(Math.abs(gain), `gain at ${part}`).toBeLessThan(0.1);
      expect(signalToRest, `at ${part}`).toBeGreaterThan(60);
    }
  });

  test('sines above 0.55 of the lower rate are 60 dB down', () => {
    if (from < to) return; // There are none in the input.
    for (let part = 0.5501; part < (0.5 * from) / lower; part += 0.0837)
      expect(throughput(createResampler(from, to), from, out, part * lower).total, `at ${part}`).toBeLessThan(
        -60,
      );
  });

  test('a constant stays what it is, at every phase, up to full scale', () => {
    for (const value of [1, -1, 12_345, 32_767, -32_768]) {
      const resampler = createResampler(from, to);
      const output = resampler.push(new Int16Array(from / 20).fill(value));
      const settled = output.subarray(Math.ceil((2.1 * resampler.delayMs * to) / 1000));
      expect(settled.length).toBeGreaterThan(100);
      expect(new Set(settled)).toEqual(new Set([value]));
    }
  });

  test('full scale saturates', () => {
    const square = Int16Array.from({ length: from / 10 }, (_, i) =>
      Math.floor((i * 500) / from) % 2 === 0 ? 32_767 : -32_768,
    );
    const output = createResampler(from, to).push(square);
    expect(Math.max(...output)).toBe(32_767);
    expect(Math.min(...output)).toBe(-32_768);
    // A sum that wraps would jump from one rail to the other and back within a half wave.
    const first = Math.ceil(createResampler(from, to).delayMs * (to / 1000));
    expect(Math.min(...output.subarray(first + 2, first + Math.floor(to / 1000) - 4))).toBeGreaterThan(
      25_000,
    );
  });

  test('an impulse comes out after the stated delay', () => {
    const resampler = createResampler(from, to);
    const input = new Int16Array(from / 20);
    const at = 200;
    input[at] = 30_000;
    const output = resampler.push(input);
    const loudest = output.indexOf(Math.max(...output));
    const expected = (at / from + resampler.delayMs / 1000) * out;
    // The samples next to the peak, and the output that a new sample makes possible comes a sample early.
    expect(Math.abs(loudest - expected)).toBeLessThan(1 + out / from);
  });

  test('as many samples as the ratio says, the same ones in any pieces', () => {
    const next = generator(3);
    const input = Int16Array.from({ length: 3000 }, () => next() >>> 16);
    const whole = createResampler(from, to).push(input);
    expect(whole).toHaveLength(Math.ceil((input.length * up) / down));
    const resampler = createResampler(from, to);
    let at = 0;
    const parts = randomPieces(input.length, 5).flatMap((length) => {
      at += length;
      return [...resampler.push(input.subarray(at - length, at))];
    });
    expect(parts).toEqual([...whole]);
    resampler.reset();
    expect(resampler.push(input)).toEqual(whole);
  });

  test('every row adds up to 1, in words of two taps, within 16 KB', () => {
    const { taps, kernel, tapBits, rows, parts } = resamplerTables(from, to);
    expect(kernel).toHaveLength(taps * (parts === 1 ? rows : rows + 1));
    for (let row = 0; row < kernel.length; row += taps)
      expect(kernel.subarray(row, row + taps).reduce((a, b) => a + b, 0)).toBe(2 ** tapBits);
    // What the device's 32 bits hold.
    for (let row = 0; row < kernel.length; row += taps)
      expect(kernel.subarray(row, row + taps).reduce((a, b) => a + Math.abs(b), 0)).toBeLessThan(
        4 * 2 ** tapBits,
      );
    const forC = resamplerForC(from, to);
    const field = forC.tables.find(({ name }) => name === 'kernel')!;
    const words = field.kind === 'array' ? field.values : [];
    expect(words.flatMap((word) => [(word << 16) >> 16, word >> 16])).toEqual([...kernel]);
    expect(4 * words.length).toBeLessThan(16_384);
    expect(forC.buffers).toEqual([{ name: 'history', ctype: 'int16_t', length: 2 * taps }]);
  });
});

test.each([
  [16_000, 8000, 1, 2],
  [16_000, 44_100, 441, 160],
  [48_000, 16_000, 1, 3],
  [41_667, 16_000, 48, 125],
  [125_000 / 3, 16_000, 48, 125],
  [16_001, 44_100, 113, 41],
])('%d Hz to %d Hz is %i / %i', (from, to, up, down) => expect(rateRatio(from, to)).toEqual({ up, down }));

test.each([
  [0, 16_000, '0 is no sample rate of the microphone'],
  [Number.NaN, 16_000, 'NaN is no sample rate of the microphone'],
  [16_000, Number.POSITIVE_INFINITY, 'Infinity is no sample rate of the front end'],
  // Less than 512 samples for as many are either too many or not enough.
  [15_999, 16_000, '15999 Hz cannot be converted to 16000 Hz on a device'],
  [192_000, 16_000, '192000 Hz cannot be converted to 16000 Hz on a device'],
])('%d Hz to %d Hz is refused', (from, to, message) => {
  expect(() => createResampler(from, to)).toThrow(KwsError);
  expect(() => createResampler(from, to)).toThrow(message);
});
