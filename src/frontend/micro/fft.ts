/**
 * The 16-bit fixed-point real FFT. Every operand and every rounding is KISS FFT's with FIXED_POINT 16:
 * operands are divided by the radix before each butterfly (times floor(32767 / radix), rounded in Q15),
 * products are rounded in Q15, sums wrap at 16 bits.
 */
import type { FftTables } from './tables/fft.js';

/** Complex numbers in 16 bits; of a spectrum only bins 1…N/2-1 are computed. */
export interface Complex16 {
  readonly re: Int16Array;
  readonly im: Int16Array;
}

const q15 = (x: number) => (x + 0x4000) >> 15;
const half = (x: number) => q15(x * 16383);
const quarter = (x: number) => q15(x * 8191);
const int16 = (x: number) => (x << 16) >> 16;

/**
 * Spectrum of `samples << shift`.
 * @param samples [N], zeros after the window
 * @param work [N/2], overwritten
 * @param spectrum [N/2]; entry 0 (DC and Nyquist in KISS FFT) is left alone, nobody reads it
 */
export function realFft(
  tables: FftTables,
  samples: Int16Array,
  shift: number,
  work: Complex16,
  spectrum: Complex16,
): void {
  load(tables.order, samples, shift, work);
  if (tables.firstRadix === 4) firstStage4(work);
  else firstStage2(work);
  laterStages(tables, work);
  split(tables.splitTwiddles, work, spectrum);
}

function load(order: Uint8Array, samples: Int16Array, shift: number, { re, im }: Complex16): void {
  for (let n = 0; n < order.length; n++) {
    const to = order[n]!;
    re[to] = samples[2 * n]! << shift;
    im[to] = samples[2 * n + 1]! << shift;
  }
}

function firstStage2({ re, im }: Complex16): void {
  for (let a = 0; a < re.length; a += 2) {
    const [ar, ai, br, bi] = [half(re[a]!), half(im[a]!), half(re[a + 1]!), half(im[a + 1]!)];
    re[a] = ar + br;
    im[a] = ai + bi;
    re[a + 1] = ar - br;
    im[a + 1] = ai - bi;
  }
}

/** The three later operands of a butterfly, divided and rotated: re, im of each. One array serves all of them. */
const turned = new Int32Array(6);

function firstStage4(work: Complex16): void {
  const { re, im } = work;
  for (let a = 0; a < re.length; a += 4) {
    for (let j = 0; j < 3; j++) {
      turned[2 * j] = quarter(re[a + 1 + j]!);
      turned[2 * j + 1] = quarter(im[a + 1 + j]!);
    }
    butterfly4(work, a, 1);
  }
}

function laterStages({ firstRadix, twiddles }: FftTables, work: Complex16): void {
  const { re, im } = work;
  let t = 0;
  for (let m = firstRadix as number; m < re.length; m *= 4) {
    for (let k = 0; k < m; k++) {
      // At k = 0 the rotations are 1, and multiplying by 32767/32768 would change nothing.
      const w1r = k === 0 ? 32767 : twiddles[t++]!;
      const w1i = k === 0 ? 0 : twiddles[t++]!;
      const w2r = k === 0 ? 32767 : twiddles[t++]!;
      const w2i = k === 0 ? 0 : twiddles[t++]!;
      const w3r = k === 0 ? 32767 : twiddles[t++]!;
      const w3i = k === 0 ? 0 : twiddles[t++]!;
      for (let a = k; a < re.length; a += 4 * m) {
        const br = quarter(re[a + m]!);
        const bi = quarter(im[a + m]!);
        const cr = quarter(re[a + 2 * m]!);
        const ci = quarter(im[a + 2 * m]!);
        const dr = quarter(re[a + 3 * m]!);
        const di = quarter(im[a + 3 * m]!);
        turned[0] = q15(br * w1r - bi * w1i);
        turned[1] = q15(br * w1i + bi * w1r);
        turned[2] = q15(cr * w2r - ci * w2i);
        turned[3] = q15(cr * w2i + ci * w2r);
        turned[4] = q15(dr * w3r - di * w3i);
        turned[5] = q15(dr * w3i + di * w3r);
        butterfly4(work, a, m);
      }
    }
  }
}

/** Radix-4 butterfly over entries a, a+m, a+2m, a+3m; the latter three are in `turned`. */
function butterfly4({ re, im }: Complex16, a: number, m: number): void {
  const [br, bi, cr, ci, dr, di] = [turned[0]!, turned[1]!, turned[2]!, turned[3]!, turned[4]!, turned[5]!];
  const ar = quarter(re[a]!);
  const ai = quarter(im[a]!);
  re[a] = ar + cr + (br + dr);
  im[a] = ai + ci + (bi + di);
  re[a + 2 * m] = ar + cr - (br + dr);
  im[a + 2 * m] = ai + ci - (bi + di);
  re[a + m] = ar - cr + (bi - di);
  im[a + m] = ai - ci - (br - dr);
  re[a + 3 * m] = ar - cr - (bi - di);
  im[a + 3 * m] = ai - ci + (br - dr);
}

/** From the complex FFT of pairs to the spectrum of the real samples, bins 1…N/2-1. */
function split(twiddles: Int16Array, work: Complex16, spectrum: Complex16): void {
  const length = work.re.length;
  for (let k = 1; k <= length / 2; k++) {
    const other = length - k;
    const pr = half(work.re[k]!);
    const pi = half(work.im[k]!);
    const nr = half(work.re[other]!);
    const ni = half(int16(-work.im[other]!));
    const sumR = int16(pr + nr);
    const sumI = int16(pi + ni);
    const differenceR = int16(pr - nr);
    const differenceI = int16(pi - ni);
    const wr = twiddles[2 * k - 2]!;
    const wi = twiddles[2 * k - 1]!;
    const rotatedR = int16(q15(differenceR * wr - differenceI * wi));
    const rotatedI = int16(q15(differenceR * wi + differenceI * wr));
    spectrum.re[k] = (sumR + rotatedR) >> 1;
    spectrum.im[k] = (sumI + rotatedI) >> 1;
    // At k = N/4 both are the same bin, and this one stays.
    spectrum.re[other] = (sumR - rotatedR) >> 1;
    spectrum.im[other] = (rotatedI - sumI) >> 1;
  }
}
