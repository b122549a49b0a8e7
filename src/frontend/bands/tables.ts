/**
 * The filters of the band front end: the same few resonators at every octave, each octave at half the rate of the one
 * above, so that a whole front end needs a table of nine numbers.
 */
import type { BandsFrontendSpec } from '../spec.js';

/** Fraction bits of the resonators' coefficients, and bits by which samples are shifted up before them. */
export const COEFFICIENT_BITS = 12;
export const SAMPLE_BITS = 2;
/** Features are 2^LEVEL_BITS log2 x: 64 steps are 6 dB. */
export const LEVEL_BITS = 6;
/** Fraction bits of the noise floor, and the shift by which it falls to a level below it. */
export const FLOOR_BITS = 8;
export const FLOOR_FALL = 2;
/** Steps per second by which the floor rises: about 1.2 dB. */
const FLOOR_RISE = 12.5;

/** Where the lowest band of an octave begins, as a part of that octave's sample rate. */
export const OCTAVE_BEGIN = 0.1875;

/**
 * A half-band low-pass of 11 taps, Q9: 1/2 in the middle, these at distances 1, 3 and 5, nothing at 2 and 4. The least
 * greatest error for a stop band from 0.3125 of the rate on, where what folds into the next octave's bands lies:
 * -30 dB.
 */
export const HALF_BAND = { bits: 9, middle: 256, sides: [159, -44, 20] } as const;

/** y[n] = gain (x[n] - x[n-2]) + near y[n-1] - far y[n-2], all Q12. */
export interface Resonator {
  readonly gain: number;
  readonly near: number;
  readonly far: number;
}

export interface BandsTables {
  /** From the lowest of an octave on. */
  readonly resonators: readonly Resonator[];
  readonly octaves: number;
  /** Samples. */
  readonly stepSize: number;
  /** What the floor rises a step, with FLOOR_BITS fraction bits. */
  readonly floorRise: number;
}

/**
 * Band-passes of the second order with a gain of 1 in the middle, 1 / bandsPerOctave of an octave wide (R. Bristow-
 * Johnson, "Cookbook formulae for audio EQ biquad filter coefficients", BPF with constant 0 dB peak gain).
 */
export function bandsTables(spec: BandsFrontendSpec): BandsTables {
  const { bandsPerOctave, octaves, sampleRate, stepMs } = spec;
  const fixed = (value: number) => Math.round(value * 2 ** COEFFICIENT_BITS);
  const resonators = Array.from({ length: bandsPerOctave }, (_, band) => {
    const angle = 2 * Math.PI * OCTAVE_BEGIN * 2 ** ((band + 0.5) / bandsPerOctave);
    const sine = Math.sin(angle);
    const alpha = sine * Math.sinh(((Math.LN2 / 2) * angle) / (bandsPerOctave * sine));
    return {
      gain: fixed(alpha / (1 + alpha)),
      near: fixed((2 * Math.cos(angle)) / (1 + alpha)),
      far: fixed((1 - alpha) / (1 + alpha)),
    };
  });
  return {
    resonators,
    octaves,
    stepSize: (stepMs * sampleRate) / 1000,
    floorRise: Math.max(1, Math.round((FLOOR_RISE * stepMs * 2 ** FLOOR_BITS) / 1000)),
  };
}
