/**
 * The complex FFT of pairs of samples, mixed radix, decimation in time, and the real spectrum of it; the twin
 * of templates/lib/kws_frontend/src/fixed/fft.cpp.
 *
 * Products of 32-bit values and Q15 factors, and sums of two of them, are exact in doubles; `Math.floor` of
 * them over a power of two is the device's shift.
 */
import type { FftTables } from './fft-tables.js';

/** cos and sin of 2 pi / 3, of 2 pi / 5 and of twice that, Q15. */
const SIN_THIRD = 28_378;
const COS_FIFTH = 10_126;
const COS_FIFTHS = -26_510;
const SIN_FIFTH = 31_164;
const SIN_FIFTHS = 19_261;

const Q15 = 2 ** -15;

interface Sized extends FftTables {
  readonly fftSize: number;
}

/** (a wa + b wb) / 2^15, rounded down. */
const dot = (a: number, wa: number, b: number, wb: number): number => Math.floor((a * wa + b * wb) * Q15);

type Butterfly = (data: Int32Array, p: number, m: number, re: Int32Array, im: Int32Array) => void;

/** Combine `radix` turned values re, im into elements p, p + m, … of (re, im) pairs. */
const BUTTERFLIES: Readonly<Record<number, Butterfly>> = {
  2(data, p, m, re, im) {
    put(data, p, re[0]! + re[1]!, im[0]! + im[1]!);
    put(data, p + m, re[0]! - re[1]!, im[0]! - im[1]!);
  },
  3(data, p, m, re, im) {
    const [sRe, sIm] = [re[1]! + re[2]!, im[1]! + im[2]!];
    const [uRe, uIm] = [re[0]! - (sRe >> 1), im[0]! - (sIm >> 1)];
    const vRe = Math.floor((re[1]! - re[2]!) * SIN_THIRD * Q15);
    const vIm = Math.floor((im[1]! - im[2]!) * SIN_THIRD * Q15);
    put(data, p, re[0]! + sRe, im[0]! + sIm);
    put(data, p + m, uRe + vIm, uIm - vRe);
    put(data, p + 2 * m, uRe - vIm, uIm + vRe);
  },
  4(data, p, m, re, im) {
    const [aRe, aIm] = [re[0]! + re[2]!, im[0]! + im[2]!];
    const [bRe, bIm] = [re[0]! - re[2]!, im[0]! - im[2]!];
    const [cRe, cIm] = [re[1]! + re[3]!, im[1]! + im[3]!];
    const [dRe, dIm] = [re[1]! - re[3]!, im[1]! - im[3]!];
    put(data, p, aRe + cRe, aIm + cIm);
    put(data, p + m, bRe + dIm, bIm - dRe);
    put(data, p + 2 * m, aRe - cRe, aIm - cIm);
    put(data, p + 3 * m, bRe - dIm, bIm + dRe);
  },
  5(data, p, m, re, im) {
    const [s1Re, s1Im] = [re[1]! + re[4]!, im[1]! + im[4]!];
    const [d1Re, d1Im] = [re[1]! - re[4]!, im[1]! - im[4]!];
    const [s2Re, s2Im] = [re[2]! + re[3]!, im[2]! + im[3]!];
    const [d2Re, d2Im] = [re[2]! - re[3]!, im[2]! - im[3]!];
    const a1Re = re[0]! + dot(s1Re, COS_FIFTH, s2Re, COS_FIFTHS);
    const a1Im = im[0]! + dot(s1Im, COS_FIFTH, s2Im, COS_FIFTHS);
    const a2Re = re[0]! + dot(s1Re, COS_FIFTHS, s2Re, COS_FIFTH);
    const a2Im = im[0]! + dot(s1Im, COS_FIFTHS, s2Im, COS_FIFTH);
    const b1Re = dot(d1Re, SIN_FIFTH, d2Re, SIN_FIFTHS);
    const b1Im = dot(d1Im, SIN_FIFTH, d2Im, SIN_FIFTHS);
    const b2Re = dot(d1Re, SIN_FIFTHS, d2Re, -SIN_FIFTH);
    const b2Im = dot(d1Im, SIN_FIFTHS, d2Im, -SIN_FIFTH);
    put(data, p, re[0]! + s1Re + s2Re, im[0]! + s1Im + s2Im);
    put(data, p + m, a1Re + b1Im, a1Im - b1Re);
    put(data, p + 4 * m, a1Re - b1Im, a1Im + b1Re);
    put(data, p + 2 * m, a2Re + b2Im, a2Im - b2Re);
    put(data, p + 3 * m, a2Re - b2Im, a2Im + b2Re);
  },
};

function put(data: Int32Array, element: number, re: number, im: number): void {
  data[2 * element] = re;
  data[2 * element + 1] = im;
}

/** What a stage divides by, as a power of two: at least its radix. */
export const STAGE_SHIFTS: Readonly<Record<number, number>> = { 2: 1, 3: 2, 4: 2, 5: 3 };

/** In place: `data` holds fftSize / 2 pairs in the order of `FftTables.order`. */
export function transform({ fftSize, radices, twiddles }: Sized, data: Int32Array): void {
  const size = fftSize / 2;
  const [re, im] = [new Int32Array(5), new Int32Array(5)];
  let factor = 0;
  let m = 1;
  for (const radix of radices) {
    const shift = STAGE_SHIFTS[radix]!;
    const down = 2 ** -(15 + shift);
    const butterfly = BUTTERFLIES[radix]!;
    for (let k = 0; k < m; k++) {
      for (let p = k; p < size; p += radix * m) {
        re[0] = data[2 * p]! >> shift;
        im[0] = data[2 * p + 1]! >> shift;
        for (let j = 1; j < radix; j++) {
          const [zRe, zIm] = [data[2 * (p + j * m)]!, data[2 * (p + j * m) + 1]!];
          if (k === 0) {
            re[j] = zRe >> shift;
            im[j] = zIm >> shift;
            continue;
          }
          const [wRe, wIm] = [twiddles[factor + 2 * j - 2]!, twiddles[factor + 2 * j - 1]!];
          re[j] = Math.floor((zRe * wRe - zIm * wIm) * down);
          im[j] = Math.floor((zIm * wRe + zRe * wIm) * down);
        }
        butterfly(data, p, m, re, im);
      }
      if (k > 0) factor += 2 * (radix - 1);
    }
    m *= radix;
  }
}

/** Complex FFT of pairs → a quarter of the real spectrum, bins 0 … fftSize / 2; `data` holds one pair more. */
export function split({ fftSize, splitTwiddles }: Sized, data: Int32Array): void {
  const size = fftSize / 2;
  const [re, im] = [data[0]! >> 2, data[1]! >> 2];
  put(data, 0, re + im, 0);
  put(data, size, re - im, 0);
  const down = 2 ** -17;
  let k = 1;
  for (; 2 * k < size; k++) {
    const [cos, sin] = [splitTwiddles[2 * k - 2]!, splitTwiddles[2 * k - 1]!];
    const [aRe, aIm] = [data[2 * k]!, data[2 * k + 1]!];
    const [bRe, bIm] = [data[2 * (size - k)]!, data[2 * (size - k) + 1]!];
    const [evenRe, evenIm] = [(aRe >> 3) + (bRe >> 3), (aIm >> 3) - (bIm >> 3)];
    const [oddRe, oddIm] = [(aRe >> 1) - (bRe >> 1), (aIm >> 1) + (bIm >> 1)];
    const turnedRe = Math.floor((oddIm * cos - oddRe * sin) * down);
    const turnedIm = Math.floor((oddRe * cos + oddIm * sin) * down);
    put(data, k, evenRe + turnedRe, evenIm - turnedIm);
    put(data, size - k, evenRe - turnedRe, -evenIm - turnedIm);
  }
  if (2 * k === size) put(data, k, data[2 * k]! >> 2, -(data[2 * k + 1]! >> 2));
}
