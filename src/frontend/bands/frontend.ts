/**
 * Levels of a few bands above their own noise floors: what fits where a Fourier transform does not.
 *
 * resonators → mean magnitude per step → logarithm → less the noise floor; and each octave from the one above, through
 * a half-band filter, at half its rate. Integers throughout; the C++ twin is templates/lib/kws_frontend/src/bands.
 */
import type { BandsFrontendSpec } from '../spec.js';
import {
  type BandsTables,
  bandsTables,
  COEFFICIENT_BITS,
  FLOOR_BITS,
  FLOOR_FALL,
  HALF_BAND,
  LEVEL_BITS,
  type Resonator,
  SAMPLE_BITS,
} from './tables.js';

export interface BandsFrontend {
  /** Samples between frames, and before the first. */
  readonly stepSamples: number;
  readonly windowSamples: number;
  /** Forgets audio and noise floors. */
  reset(): void;
  /**
   * Takes mono samples at the description's rate, in pieces of any size; returns the frames they complete, [octaves x
   * bandsPerOctave] uint16 each, from the lowest band on: 64 for every 6 dB above the floor.
   */
  push(samples: Int16Array): Uint16Array[];
}

/** Samples before the newest one that an octave's filters reach. */
export const REACH = 4 * HALF_BAND.sides.length - 2;

interface Octave {
  /** Samples of a step, behind those that its filters reach back to. */
  readonly samples: Int16Array;
  readonly bands: readonly Band[];
}

interface Band {
  readonly resonator: Resonator;
  before: number;
  beforeThat: number;
  floor: number;
}

export function createBandsFrontend(spec: BandsFrontendSpec): BandsFrontend {
  const tables = bandsTables(spec);
  const { stepSize, resonators } = tables;
  const fresh = () =>
    Array.from({ length: tables.octaves }, (_, i): Octave => {
      const bands = resonators.map((resonator) => ({ resonator, before: 0, beforeThat: 0, floor: -1 }));
      return { samples: new Int16Array(REACH + (stepSize >> i)), bands };
    });
  let octaves = fresh();
  let filled = 0;
  return {
    stepSamples: stepSize,
    windowSamples: stepSize,
    reset() {
      octaves = fresh();
      filled = 0;
    },
    push(samples) {
      const frames: Uint16Array[] = [];
      for (let taken = 0; taken < samples.length; ) {
        const piece = samples.subarray(taken, taken + stepSize - filled);
        octaves[0]!.samples.set(piece, REACH + filled);
        filled += piece.length;
        taken += piece.length;
        if (filled < stepSize) break;
        frames.push(frameOf(tables, octaves));
        filled = 0;
      }
      return frames;
    },
  };
}

/** A step, octave by octave: levels above the floors, and the floors after it. */
function frameOf({ resonators, floorRise }: BandsTables, octaves: readonly Octave[]): Uint16Array {
  const frame = new Uint16Array(octaves.length * resonators.length);
  for (const [i, { samples, bands }] of octaves.entries()) {
    const first = (octaves.length - 1 - i) * resonators.length;
    const all = logarithm(samples.length - REACH);
    for (const [b, band] of bands.entries()) {
      const level = Math.max(0, logarithm(magnitudes(band, samples)) - all);
      follow(band, level << FLOOR_BITS, floorRise);
      frame[first + b] = Math.max(0, level - (band.floor >> FLOOR_BITS));
    }
    const below = octaves[i + 1];
    if (below !== undefined) halve(samples, below.samples);
    samples.copyWithin(0, samples.length - REACH);
  }
  return frame;
}

/** The sum of a resonator's magnitudes over a step. */
function magnitudes(band: Band, samples: Int16Array): number {
  const { gain, near, far } = band.resonator;
  let { before, beforeThat } = band;
  let sum = 0;
  for (let i = REACH; i < samples.length; i++) {
    const change = (samples[i]! - samples[i - 2]!) << SAMPLE_BITS;
    const exact = gain * change + near * before - far * beforeThat;
    beforeThat = before;
    before = (exact + 2 ** (COEFFICIENT_BITS - 1)) >> COEFFICIENT_BITS;
    sum += Math.abs(before);
  }
  band.before = before;
  band.beforeThat = beforeThat;
  return sum;
}

/** The noise floor falls fast and rises slowly; the first level is the first floor. */
function follow(band: Band, level: number, rise: number): void {
  if (band.floor < 0) band.floor = level;
  if (level < band.floor) band.floor -= (band.floor - level) >> FLOOR_FALL;
  else band.floor = Math.min(level, band.floor + rise);
}

/** The samples of the octave below: every other value of the half-band filter. */
function halve(samples: Int16Array, to: Int16Array): void {
  const { middle, sides, bits } = HALF_BAND;
  const centre = REACH / 2;
  for (let i = 0; 2 * i + REACH + 1 < samples.length; i++) {
    const at = 2 * i + 1;
    let sum = middle * samples[at + centre]! + 2 ** (bits - 1);
    for (let k = 0; k < sides.length; k++)
      sum += sides[k]! * (samples[at + centre - 1 - 2 * k]! + samples[at + centre + 1 + 2 * k]!);
    to[REACH + i] = Math.max(-32768, Math.min(32767, sum >> bits));
  }
}

/** 2^LEVEL_BITS log2 of a number, straight between powers of two: at most 0.09 of an octave below; 0 of 0. */
function logarithm(value: number): number {
  if (value === 0) return 0;
  const zeros = Math.clz32(value);
  const fraction = ((value << zeros) >>> (31 - LEVEL_BITS)) - 2 ** LEVEL_BITS;
  return ((31 - zeros) << LEVEL_BITS) + fraction;
}
