/**
 * Tables of the fixed-point real FFT: the order in which samples enter, and rotations in Q15.
 *
 * A real FFT of N samples is a complex FFT of N/2 pairs (even sample, odd sample) and a split. The complex
 * FFT decimates in time: a first stage of radix 4 (or 2, where log2(N/2) is odd) without rotations, then
 * stages of radix 4, as KISS FFT factors its lengths. Its rotations are floor(0.5 + 32767 cos), so the
 * length-1 rotation is 32767/32768: exact for the operands that occur, hence left out.
 */
export interface FftTables {
  /** [N/2]: pair n of samples enters the complex FFT at position order[n]. */
  readonly order: Uint8Array;
  /** Length of the sub-transforms that the first stage makes: 4 or 2. */
  readonly firstRadix: 2 | 4;
  /** Per later stage (sub-length m = firstRadix, 4 firstRadix, …) and k = 1…m-1: (re, im) of w, w^2, w^3 with w = e^(-2 pi i k / 4m). */
  readonly twiddles: Int16Array;
  /** [N/4] (re, im): e^(-i pi (k / (N/2) + 1/2)) for k = 1…N/4. */
  readonly splitTwiddles: Int16Array;
}

/** `fftSize` is a power of two, 16…512. */
export function fftTables(fftSize: number): FftTables {
  const length = fftSize / 2;
  const firstRadix = Math.log2(length) % 2 === 0 ? 4 : 2;
  return {
    order: inputOrder(length, firstRadix),
    firstRadix,
    twiddles: Int16Array.from(stageTwiddles(length, firstRadix)),
    splitTwiddles: Int16Array.from(
      Array.from({ length: length / 2 }, (_, i) => rotation(-Math.PI * ((i + 1) / length + 0.5))).flat(),
    ),
  };
}

function rotation(phase: number): [number, number] {
  return [Math.floor(0.5 + 32767 * Math.cos(phase)), Math.floor(0.5 + 32767 * Math.sin(phase))];
}

/** Digit reversal: radix 4 from the outermost stage inwards, `firstRadix` innermost. */
function inputOrder(length: number, firstRadix: number): Uint8Array {
  const order = new Uint8Array(length);
  for (let n = 0; n < length; n++) {
    let rest = n;
    let position = 0;
    for (let sub = length; sub > 1; ) {
      const radix = sub === firstRadix ? firstRadix : 4;
      sub /= radix;
      position += (rest % radix) * sub;
      rest = Math.floor(rest / radix);
    }
    order[n] = position;
  }
  return order;
}

function stageTwiddles(length: number, firstRadix: number): number[] {
  const values: number[] = [];
  for (let m = firstRadix; m < length; m *= 4) {
    const stride = length / (4 * m);
    for (let k = 1; k < m; k++)
      for (const power of [1, 2, 3]) values.push(...rotation((-2 * Math.PI * power * k * stride) / length));
  }
  return values;
}
