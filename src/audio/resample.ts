/**
 * Another sample rate: band-limited interpolation with a Kaiser-windowed sinc (J. O. Smith, "Digital Audio
 * Resampling"; Kaiser's formulas for window and length).
 *
 * Written here because it has to be the same everywhere and for clips of any length. Everything is computed
 * in double precision with functions that do not differ from machine to machine. 120 dB down from the lower
 * of the two Nyquist frequencies on, flat up to 15/16 of it (7.5 kHz at 16 kHz, where the front ends end).
 */
const ATTENUATION = 120;
const PASSBAND = 15 / 16;
/** Kaiser's beta for the attenuation. */
const BETA = 0.1102 * (ATTENUATION - 8.7);
/** Interpolation phases kept; more only occur with odd rates and are computed each time. */
const MAX_PHASES = 2048;

/**
 * `samples` at rate `to` instead of `from` (Hz, integers). Sample k of the result is at the time of k / to
 * seconds, without delay; there are ceil(length * to / from). What is outside counts as silence.
 */
export function resample(samples: Float32Array | Float64Array, from: number, to: number): Float64Array {
  const resampler = createResampler(samples.length, from, to);
  return resampler.stretch(samples, 0, 0, resampler.length);
}

/** Stretches of what `resample` makes of a sound, without the rest of the sound. */
export interface Resampler {
  /** Samples of the whole result. */
  readonly length: number;
  /** Samples of the sound, begin and end, that samples `begin` to `end` of the result are made of. */
  needs(begin: number, end: number): readonly [number, number];
  /**
   * Samples `begin` to `end` of the result, bit for bit those of the whole.
   * @param samples of the sound from sample `at` on: those that are needed, or more
   */
  stretch(samples: Float32Array | Float64Array, at: number, begin: number, end: number): Float64Array;
}

/** For a sound of `length` samples at rate `from`. */
export function createResampler(length: number, from: number, to: number): Resampler {
  if (from === to)
    return {
      length,
      needs: (begin, end) => [begin, end],
      stretch: (samples, at, begin, end) => Float64Array.from(samples.subarray(begin - at, end - at)),
    };
  const divisor = gcd(from, to);
  const up = to / divisor;
  const down = from / divisor;
  const { half, tapsOf } = kernelOf(up, down);
  /** The sample of the sound at the time of sample k of the result, or the last one before. */
  const centreOf = (k: number) => (k * down - ((k * down) % up)) / up;
  return {
    length: Math.ceil((length * up) / down),
    needs: (begin, end) => [
      Math.max(0, centreOf(begin) - half + 1),
      Math.min(length, centreOf(end - 1) + half + 1),
    ],
    stretch(samples, at, begin, end) {
      const result = new Float64Array(end - begin);
      for (let k = begin; k < end; k++) {
        const taps = tapsOf((k * down) % up);
        // taps[j] belongs to sample first + j
        const first = centreOf(k) - half + 1;
        const until = Math.min(2 * half, length - first);
        let sum = 0;
        for (let j = Math.max(0, -first); j < until; j++) sum += taps[j]! * samples[first - at + j]!;
        result[k - begin] = sum;
      }
      return result;
    },
  };
}

interface Kernel {
  readonly half: number;
  /** Of a phase, in parts of `up`. */
  tapsOf(phase: number): Float64Array;
}

/** Of the rates that came last: of a short clip the taps take longer than the sound. */
const kernels = new Map<string, Kernel>();
const MAX_KERNELS = 4;
/** Phases of a kernel that is kept: 44.1 kHz has 160 to 16 kHz, odd rates have thousands, tens of megabytes. */
const MAX_KEPT = 512;

/** @param up, down the rates' ratio in lowest terms */
function kernelOf(up: number, down: number): Kernel {
  const name = `${up}/${down}`;
  const known = kernels.get(name);
  if (known !== undefined) return known;
  const { half, taps } = sincKernel(down, up);
  const phases = new Map<number, Float64Array>();
  const kernel = {
    half,
    tapsOf(phase: number) {
      const kept = phases.get(phase);
      if (kept !== undefined) return kept;
      const made = taps(phase / up);
      if (phases.size < MAX_PHASES) phases.set(phase, made);
      return made;
    },
  };
  if (up > MAX_KEPT) return kernel;
  if (kernels.size >= MAX_KERNELS) kernels.delete(kernels.keys().next().value!);
  kernels.set(name, kernel);
  return kernel;
}

function sincKernel(from: number, to: number): { half: number; taps(fraction: number): Float64Array } {
  const nyquist = 0.5 * Math.min(1, to / from); // of the lower rate, in cycles per input sample
  const cutoff = (nyquist * (1 + PASSBAND)) / 2;
  const transition = nyquist * (1 - PASSBAND);
  const half = Math.ceil((ATTENUATION - 7.95) / (2.285 * 2 * Math.PI * transition) / 2);
  return {
    half,
    taps(fraction) {
      const taps = new Float64Array(2 * half);
      let sum = 0;
      for (let j = 0; j < taps.length; j++) {
        const t = j - half + 1 - fraction;
        const edge = 1 - (t / half) ** 2;
        const window = edge <= 0 ? 0 : bessel0(BETA * Math.sqrt(edge));
        const x = 2 * Math.PI * cutoff * t;
        taps[j] = window * (x === 0 ? 1 : Math.sin(x) / x);
        sum += taps[j]!;
      }
      // A constant stays exactly that at every phase.
      return taps.map((tap) => tap / sum);
    },
  };
}

/** Modified Bessel function of the first kind and order 0, by its power series. */
export function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

export function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
