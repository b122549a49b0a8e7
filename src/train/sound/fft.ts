/** A complex FFT of a power of two, in place: filters and rooms need no more. */

interface Tables {
  readonly cosine: Float64Array;
  readonly sine: Float64Array;
}

const TABLES = new Map<number, Tables>();

function tablesOf(size: number): Tables {
  const known = TABLES.get(size);
  if (known !== undefined) return known;
  const angles = Float64Array.from({ length: size / 2 }, (_, i) => (-2 * Math.PI * i) / size);
  const made = { cosine: angles.map(Math.cos), sine: angles.map(Math.sin) };
  TABLES.set(size, made);
  return made;
}

/** The least power of two that is not below `length`. */
function powerOfTwo(length: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, length)));
}

function transform(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j]!, real[i]!];
      [imaginary[i], imaginary[j]] = [imaginary[j]!, imaginary[i]!];
    }
  }
  const { cosine, sine } = tablesOf(size);
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let begin = 0; begin < size; begin += 2 * half) {
      for (let k = 0; k < half; k++) {
        const c = cosine[k * stride]!;
        const s = sine[k * stride]!;
        const a = begin + k;
        const b = a + half;
        const x = real[b]! * c - imaginary[b]! * s;
        const y = real[b]! * s + imaginary[b]! * c;
        real[b] = real[a]! - x;
        imaginary[b] = imaginary[a]! - y;
        real[a]! += x;
        imaginary[a]! += y;
      }
    }
  }
}

/**
 * `sound` with every frequency multiplied by a gain; no delay.
 * @param gainAt for the bins 0 … size / 2 of `size`, at bin * rate / size Hz
 */
export function filtered(
  sound: Float32Array,
  spare: number,
  gainAt: (bin: number, size: number) => number,
): Float32Array {
  const size = powerOfTwo(sound.length + spare);
  const real = new Float64Array(size);
  real.set(sound);
  const imaginary = new Float64Array(size);
  transform(real, imaginary);
  for (let bin = 0; bin <= size / 2; bin++) {
    const gain = gainAt(bin, size) / size;
    scale(real, imaginary, bin, gain);
    if (bin > 0 && bin < size / 2) scale(real, imaginary, size - bin, gain);
  }
  return back(real, imaginary, sound.length);
}

/** `sound` through an impulse response; the length stays. */
export function convolved(sound: Float32Array, response: Float32Array): Float32Array {
  const size = powerOfTwo(sound.length + response.length);
  // Two real signals in one transform: the product of their spectra is a fourth of the imaginary part of the square.
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  real.set(sound);
  imaginary.set(response);
  transform(real, imaginary);
  for (let bin = 0; bin <= size / 2; bin++) {
    const mirror = (size - bin) % size;
    const [a, b] = [real[bin]!, imaginary[bin]!];
    const [c, d] = [real[mirror]!, imaginary[mirror]!];
    const [x, y] = [(a + c) / 2, (b - d) / 2];
    const [u, v] = [(b + d) / 2, (c - a) / 2];
    const [re, im] = [(x * u - y * v) / size, (x * v + y * u) / size];
    real[bin] = re;
    imaginary[bin] = im;
    real[mirror] = re;
    imaginary[mirror] = -im;
  }
  return back(real, imaginary, sound.length);
}

function scale(real: Float64Array, imaginary: Float64Array, at: number, gain: number): void {
  real[at]! *= gain;
  imaginary[at]! *= gain;
}

/** The inverse, of spectra that are divided by their size already. */
function back(real: Float64Array, imaginary: Float64Array, length: number): Float32Array {
  for (let i = 0; i < imaginary.length; i++) imaginary[i] = -imaginary[i]!;
  transform(real, imaginary);
  return new Float32Array(real.subarray(0, length));
}
