/**
 * The stages of the complex FFT after the first: decimation in time, in place, in single precision.
 *
 * A stage joins blocks of m entries to blocks of radix m. Entry k of every block is rotated, entry 0 is not. The
 * order of the operations is that of templates/lib/kws_frontend/src/float32/fft.cpp.
 */
import type { FftTables } from './tables/fft.js';

const f = Math.fround;

/** work [2 * length]: `length` complex numbers, of which the first stage has been computed. */
export function transform(
  { firstRadix, radices, twiddles }: FftTables,
  length: number,
  work: Float32Array,
): void {
  let m: number = firstRadix;
  let w = 0;
  for (const radix of radices) {
    const butterfly = BUTTERFLIES[radix]!;
    for (let k = 0; k < m; k++) {
      for (let block = 0; block < length; block += radix * m) {
        const at = 2 * (block + k);
        if (k > 0) for (let p = 1; p < radix; p++) rotate(work, at + 2 * p * m, twiddles, w + 2 * (p - 1));
        butterfly(work, at, 2 * m);
      }
      if (k > 0) w += 2 * (radix - 1);
    }
    m *= radix;
  }
}

/** z[at] times w[turn]. */
function rotate(z: Float32Array, at: number, w: Float32Array, turn: number): void {
  const [re, im] = [z[at]!, z[at + 1]!];
  const [cos, sin] = [w[turn]!, w[turn + 1]!];
  z[at] = f(f(re * cos) - f(im * sin));
  z[at + 1] = f(f(re * sin) + f(im * cos));
}

/** Over elements at, at + m, … of (re, im) pairs; m in numbers. */
type Butterfly = (z: Float32Array, at: number, m: number) => void;

const BUTTERFLIES: Readonly<Record<number, Butterfly>> = {
  2: butterfly2,
  3: butterfly3,
  4: butterfly4,
  5: butterfly5,
};

function butterfly2(z: Float32Array, at: number, m: number): void {
  for (let part = 0; part < 2; part++) {
    const [a, b] = [z[at + part]!, z[at + m + part]!];
    z[at + part] = f(a + b);
    z[at + m + part] = f(a - b);
  }
}

const SINE_3 = f(Math.sin((2 * Math.PI) / 3));

function butterfly3(z: Float32Array, at: number, m: number): void {
  const [b, c] = [at + m, at + 2 * m];
  const sum = (part: number) => f(z[b + part]! + z[c + part]!);
  const cross = (part: number) => f(f(z[b + part]! - z[c + part]!) * SINE_3);
  const [sumRe, sumIm, crossRe, crossIm] = [sum(0), sum(1), cross(0), cross(1)];
  const middleRe = f(z[at]! - f(0.5 * sumRe));
  const middleIm = f(z[at + 1]! - f(0.5 * sumIm));
  z[at] = f(z[at]! + sumRe);
  z[at + 1] = f(z[at + 1]! + sumIm);
  z[b] = f(middleRe + crossIm);
  z[b + 1] = f(middleIm - crossRe);
  z[c] = f(middleRe - crossIm);
  z[c + 1] = f(middleIm + crossRe);
}

export function butterfly4(z: Float32Array, at: number, m: number): void {
  const [aRe, aIm] = [z[at]!, z[at + 1]!];
  const [bRe, bIm] = [z[at + m]!, z[at + m + 1]!];
  const [cRe, cIm] = [z[at + 2 * m]!, z[at + 2 * m + 1]!];
  const [dRe, dIm] = [z[at + 3 * m]!, z[at + 3 * m + 1]!];
  const [sumRe, sumIm] = [f(aRe + cRe), f(aIm + cIm)];
  const [differenceRe, differenceIm] = [f(aRe - cRe), f(aIm - cIm)];
  const [outerRe, outerIm] = [f(bRe + dRe), f(bIm + dIm)];
  const [crossRe, crossIm] = [f(bRe - dRe), f(bIm - dIm)];
  z[at] = f(sumRe + outerRe);
  z[at + 1] = f(sumIm + outerIm);
  z[at + m] = f(differenceRe + crossIm);
  z[at + m + 1] = f(differenceIm - crossRe);
  z[at + 2 * m] = f(sumRe - outerRe);
  z[at + 2 * m + 1] = f(sumIm - outerIm);
  z[at + 3 * m] = f(differenceRe - crossIm);
  z[at + 3 * m + 1] = f(differenceIm + crossRe);
}

const COSINE_5 = [f(Math.cos((2 * Math.PI) / 5)), f(Math.cos((4 * Math.PI) / 5))] as const;
const SINE_5 = [f(Math.sin((2 * Math.PI) / 5)), f(Math.sin((4 * Math.PI) / 5))] as const;

function butterfly5(z: Float32Array, at: number, m: number): void {
  const [c1, c2] = COSINE_5;
  const [s1, s2] = SINE_5;
  // Real (0) and imaginary (1) parts go the same way up to the crossing.
  const parts = [0, 1].map((part) => {
    const [a, b, c, d, e] = [0, 1, 2, 3, 4].map((p) => z[at + p * m + part]!) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const [outer, inner] = [f(b + e), f(c + d)];
    const [acrossOuter, acrossInner] = [f(b - e), f(c - d)];
    return {
      total: f(f(a + outer) + inner),
      near: f(f(a + f(c1 * outer)) + f(c2 * inner)),
      far: f(f(a + f(c2 * outer)) + f(c1 * inner)),
      nearCross: f(f(s1 * acrossOuter) + f(s2 * acrossInner)),
      farCross: f(f(s2 * acrossOuter) - f(s1 * acrossInner)),
    };
  });
  const [re, im] = [parts[0]!, parts[1]!];
  const put = (p: number, real: number, imaginary: number) => {
    z[at + p * m] = real;
    z[at + p * m + 1] = imaginary;
  };
  put(0, re.total, im.total);
  put(1, re.near + im.nearCross, im.near - re.nearCross);
  put(2, re.far + im.farCross, im.far - re.farCross);
  put(3, re.far - im.farCross, im.far + re.farCross);
  put(4, re.near - im.nearCross, im.near + re.nearCross);
}
