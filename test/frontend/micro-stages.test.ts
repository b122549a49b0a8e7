/** The stages of the micro-frontend, each against the real-valued function it approximates. */
import { describe, expect, test } from 'vitest';
import { realFft } from '../../src/frontend/micro/fft.js';
import { logarithm } from '../../src/frontend/micro/log.js';
import { squareRoot } from '../../src/frontend/micro/square-root.js';
import { fftTables } from '../../src/frontend/micro/tables/fft.js';
import { log1pf } from '../../src/frontend/micro/tables/log1pf.js';
import { gainAt as gain } from '../../src/frontend/micro/tables/pcan.js';
import { microTables } from '../../src/frontend/micro/tables.js';
import { applyWindow } from '../../src/frontend/micro/window.js';
import { generator, microSpec } from './micro-rows.js';

const complex = (length: number) => ({ re: new Int16Array(length), im: new Int16Array(length) });

describe.each([16, 32, 64, 128, 256, 512])('FFT of %i samples', (size) => {
  test('is the discrete Fourier transform over N, to a few units', () => {
    const next = generator(size);
    const samples = Int16Array.from({ length: size }, () => next() >>> 16);
    const spectrum = complex(size / 2);
    realFft(fftTables(size), samples, 0, complex(size / 2), spectrum);
    let worst = 0;
    for (let k = 1; k < size / 2; k++) {
      let [re, im] = [0, 0];
      samples.forEach((x, n) => {
        re += (x * Math.cos((2 * Math.PI * k * n) / size)) / size;
        im -= (x * Math.sin((2 * Math.PI * k * n) / size)) / size;
      });
      worst = Math.max(worst, Math.abs(spectrum.re[k]! - re), Math.abs(spectrum.im[k]! - im));
    }
    expect(worst).toBeLessThan(6);
  });

  test('every pair of samples enters once', () => {
    const { order } = fftTables(size);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: size / 2 }, (_, i) => i));
  });
});

test.each([
  [[0, 0, 0], 15],
  [[1, 0, 0], 14],
  [[0, -4096, 100], 2],
  [[32767, 0, 0], 0],
  [[-32768, 0, 0], 15],
  [[-32768, 5, -9], 11],
])('windowed %j leaves room for a shift of %i', (samples, shift) => {
  const flat = new Int16Array(3).fill(4096);
  const windowed = new Int16Array(3);
  expect(applyWindow(Int16Array.from(samples), flat, windowed)).toBe(shift);
  expect([...windowed]).toEqual(samples);
});

test('the square root is the nearest integer, but 16 bits below 2^32', () => {
  for (const root of [1, 2, 255, 65_534, 65_535, 65_536, 70_001, 2 ** 22 + 1]) {
    const square = root * root;
    expect(squareRoot(square)).toBe(root);
    expect(squareRoot(square + root)).toBe(root);
    expect(squareRoot(square + root + 1)).toBe(root === 65_535 ? root : root + 1);
    expect(squareRoot(square - root)).toBe(root - 1);
  }
  expect(squareRoot(0)).toBe(0);
  expect(squareRoot(2 ** 32 - 1)).toBe(65_535);
});

test('the gain is never negative, falls, and is 2^21 (x + 80)^-0.95', () => {
  const { gain: table } = microTables(microSpec(10, 'c'));
  let [least, greatestRise, greatestError] = [32767, 0, 0];
  let before = 32767;
  for (let bits = 2; bits <= 32; bits++)
    for (let fraction = 0; fraction < 1024; fraction++) {
      const x = Math.floor(2 ** (bits - 1) * (1 + fraction / 1024));
      const value = gain(table, x);
      const exact = 2 ** 21 * (x / 128 + 80) ** -0.95;
      least = Math.min(least, value);
      greatestRise = Math.max(greatestRise, value - before);
      greatestError = Math.max(greatestError, Math.abs(value - exact) / (5 + exact / 60));
      before = value;
    }
  expect(least).toBeGreaterThanOrEqual(0);
  expect(greatestRise).toBeLessThanOrEqual(2);
  expect(greatestError).toBeLessThan(1);
});

test('the logarithm is 64 ln x to a unit, up to the largest uint32', () => {
  const { log } = microTables(microSpec(10, 'c'));
  const next = generator(3);
  const values = Array.from({ length: 5000 }, () => next() >>> (next() >>> 27)).filter((x) => x > 1);
  const errors = [...values, 2, 3, 0x8000, 0x1_0000, 0xffff_ffff].map((x) =>
    Math.abs(logarithm(log, x) - 64 * Math.log(x)),
  );
  expect(Math.max(...errors)).toBeLessThan(0.6);
  expect(logarithm(log, 0xffff_ffff)).toBe(1420);
});

test('the table set decides the rounding', () => {
  const [c, tflm] = [microTables(microSpec(10, 'c')), microTables(microSpec(10, 'tflm'))];
  const differing = [...c.window.keys()].filter((i) => c.window[i] !== tflm.window[i]);
  expect(differing).toHaveLength(1);
  const sums = (tables: typeof c) => {
    const { weights, unweights } = tables.filterbank;
    return new Set([...weights].map((w, i) => w + unweights[i]!));
  };
  expect(sums(c)).toEqual(new Set([4096]));
  expect(sums(tflm)).toContain(4095);
  expect(tflm.filterbank.channelWidths).toEqual(c.filterbank.channelWidths);
});

test('ln(1 + x) in float is within a unit in the last place', () => {
  for (let x = Math.fround(0.0001); x < 70; x = Math.fround(x * 1.01)) {
    const exact = Math.log1p(x);
    const ulp = 2 ** (Math.floor(Math.log2(exact)) - 23);
    expect(Math.abs(log1pf(x) - exact)).toBeLessThan(ulp);
  }
  expect(log1pf(0)).toBe(0);
});
