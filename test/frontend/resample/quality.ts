/** Sample rates that boards and front ends have, and the quality of a conversion, measured with sines. */
import type { Resampler } from '../../../src/frontend/resample/resampler.js';

/** Hz, of the input and the output. */
export const RATES: readonly (readonly [number, number])[] = [
  [16_000, 8000],
  [16_000, 22_050],
  [16_000, 44_100],
  [16_000, 48_000],
  [41_667, 16_000],
  [44_100, 16_000],
  [48_000, 16_000],
  [8000, 16_000],
  [32_000, 22_050],
];

/** `seconds` of a sine, 16 bits. */
function sine(rate: number, hertz: number, amplitude: number, seconds: number): Int16Array {
  return Int16Array.from({ length: Math.round(rate * seconds) }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hertz * i) / rate)),
  );
}

/** Power of `samples` at one frequency and of everything else, both relative to full scale squared. */
function spectrumAt(samples: Int16Array, rate: number, hertz: number): { tone: number; rest: number } {
  const [n, w] = [samples.length, (2 * Math.PI * hertz) / rate];
  // Least squares: the sine's and the cosine's part are not quite orthogonal over a whole number of samples.
  let [ss, cc, sc, sx, cx, xx] = [0, 0, 0, 0, 0, 0];
  samples.forEach((value, i) => {
    const [x, s, c] = [value / 32_768, Math.sin(w * i), Math.cos(w * i)];
    ss += s * s;
    cc += c * c;
    sc += s * c;
    sx += s * x;
    cx += c * x;
    xx += x * x;
  });
  const determinant = ss * cc - sc * sc;
  const a = (sx * cc - cx * sc) / determinant;
  const b = (cx * ss - sx * sc) / determinant;
  const tone = (a * sx + b * cx) / n;
  return { tone, rest: Math.max(0, xx / n - tone) };
}

const decibels = (power: number): number => 10 * Math.log10(power + 1e-30);

/** What becomes of a sine in steady state: gain in dB, and what is not the sine, in dB below it. */
export function throughput(
  resampler: Resampler,
  from: number,
  to: number,
  hertz: number,
  amplitude = 16_000,
) {
  const input = sine(from, hertz, amplitude, 0.1 + 4 / hertz);
  const output = resampler.push(input).subarray(Math.ceil((3 * resampler.delayMs * to) / 1000));
  const { tone, rest } = spectrumAt(output, to, hertz);
  const power = (amplitude / 32_768) ** 2 / 2;
  return {
    gain: decibels(tone / power),
    signalToRest: decibels(tone / rest),
    total: decibels((tone + rest) / power),
  };
}
