/**
 * Seeded test signals, 16-bit, in integer arithmetic alone: `test/oracles/signals.py` makes the same ones, so that
 * rows recorded elsewhere need no audio beside them.
 */

/** Numerical Recipes' linear congruential generator; -32768…32767. */
function noise(length: number, seed: number): Int32Array {
  let state = seed;
  return new Int32Array(length).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 16) - 32_768;
  });
}

/** Triangle wave of 16-bit phase, -16384…16384, whose phase step grows by `rise` / 65536 per sample. */
function triangle(length: number, step: number, rise: number): Int32Array {
  let phase = 0;
  let fine = step * 65_536;
  return new Int32Array(length).map(() => {
    phase = (phase + Math.floor(fine / 65_536)) % 65_536;
    fine += rise;
    return phase < 32_768 ? phase - 16_384 : 49_152 - phase;
  });
}

const clip16 = (value: number) => Math.max(-32_768, Math.min(32_767, value));

/** A rising tone over faint noise. */
export function chirp(length: number): Int16Array {
  const hiss = noise(length, 7);
  return Int16Array.from(
    triangle(length, 200, 20_000),
    (v, i) => Math.floor(v / 3) + Math.floor(hiss[i]! / 512),
  );
}

/** Bursts of three tones and noise with exact silence between them: something like syllables. */
export function syllables(length: number): Int16Array {
  const voices = [triangle(length, 500, 300), triangle(length, 2600, -500), triangle(length, 9000, 900)];
  const hiss = noise(length, 11);
  return new Int16Array(length).map((_, i) => {
    const place = i % 4000;
    // A triangular swell of 2800 samples, then nothing.
    const swell = place < 1400 ? place : Math.max(0, 2800 - place);
    const sum =
      voices[0]![i]! * 3 + voices[1]![i]! + Math.floor(voices[2]![i]! / 4) + Math.floor(hiss[i]! / 16);
    return clip16(Math.floor((sum * swell) / 3000));
  });
}

/** White noise; `shift` bits quieter than full scale. */
export function whiteNoise(length: number, shift: number, seed = 5): Int16Array {
  return new Int16Array(noise(length, seed).map((v) => Math.floor(v / 2 ** shift)));
}

export const silence = (length: number): Int16Array => new Int16Array(length);
export const constant = (length: number, value: number): Int16Array => new Int16Array(length).fill(value);

/** -32768 and 32767 in turns of 40 samples: clipped as hard as can be. */
export const clipping = (length: number): Int16Array =>
  new Int16Array(length).map((_, i) => (i % 80 < 40 ? 32_767 : -32_768));

export function impulse(length: number, at = Math.floor(length / 2)): Int16Array {
  const samples = new Int16Array(length);
  samples[at] = 32_767;
  return samples;
}

/** Those that rows are recorded of and oracles are asked about. */
export const SIGNALS: Readonly<Record<string, (length: number) => Int16Array>> = {
  chirp,
  syllables,
  noise: (length) => whiteNoise(length, 4),
};
