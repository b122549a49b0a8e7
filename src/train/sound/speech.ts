/** What is measured of speech, and how its pace and pitch are changed. Sound is mono at 16 kHz, -1…1. */

import type { Random } from '../random.js';

export const RATE = 16_000;

export const gainOf = (decibels: number): number => 10 ** (decibels / 20);

export function rms(sound: Float32Array): number {
  let sum = 0;
  for (const value of sound) sum += value * value;
  return Math.sqrt(sum / Math.max(1, sound.length) + 1e-12);
}

/** Mean square of pieces of `size` samples. */
export function energies(sound: Float32Array, size: number): Float64Array {
  return Float64Array.from({ length: Math.floor(sound.length / size) }, (_, n) => {
    let sum = 0;
    for (let i = n * size; i < (n + 1) * size; i++) sum += sound[i]! * sound[i]!;
    return sum / size;
  });
}

/** RMS of the pieces of 20 ms that are within 20 dB of the loudest one. */
export function speechLevel(sound: Float32Array): number {
  const energy = energies(sound, 320);
  if (energy.length === 0) return rms(sound);
  const least = Math.max(...energy) / 100;
  const loud = energy.filter((value) => value >= least);
  return Math.sqrt(loud.reduce((sum, value) => sum + value, 0) / loud.length + 1e-12);
}

/** Energy per 10 ms in dB, smoothed over 50 ms. */
function levels(sound: Float32Array): Float64Array {
  const energy = energies(sound, 160);
  return energy.map((_, n) => {
    let sum = 0;
    for (let i = Math.max(0, n - 2); i <= Math.min(energy.length - 1, n + 2); i++) sum += energy[i]!;
    return 10 * Math.log10(sum / 5 + 1e-10);
  });
}

export interface Span {
  /** Seconds. */
  readonly begin: number;
  readonly end: number;
}

/** Quiet that a phrase may have within itself: between two of its words. 10 ms */
const PAUSE = 25;
/** What is shorter is a click. 10 ms */
const SHORTEST = 18;

/**
 * Where speech begins and ends: the loudest stretch without a long pause. undefined where nothing stands out.
 * @param whole everything from the first loud moment to the last, as in a synthesiser's clip
 */
export function speechIn(sound: Float32Array, whole = false): Span | undefined {
  const level = levels(sound);
  if (level.length < 20) return undefined;
  const ordered = Float64Array.from(level).sort();
  const floor = ordered[Math.floor((ordered.length - 1) / 10)]!;
  const top = ordered[ordered.length - 1]!;
  if (top - floor < 10 || top < -70) return undefined;
  const least = Math.max(top - 22, floor + 0.35 * (top - floor));
  const runs: { begin: number; end: number; energy: number }[] = [];
  level.forEach((value, n) => {
    if (value <= least) return;
    const energy = 10 ** (value / 10);
    const last = runs.at(-1);
    if (last === undefined || n - last.end > PAUSE) runs.push({ begin: n, end: n + 1, energy });
    else Object.assign(last, { end: n + 1, energy: last.energy + energy });
  });
  if (runs.length === 0) return undefined;
  const [first, last] = [runs[0]!, runs.at(-1)!];
  const { begin, end } = whole
    ? { begin: first.begin, end: last.end }
    : runs.reduce((most, run) => (run.energy > most.energy ? run : most));
  return end - begin < SHORTEST ? undefined : { begin: begin / 100, end: end / 100 };
}

/** Played `factor` times as fast: pitch and formants move with it, as with another speaker. */
export function faster(sound: Float32Array, factor: number): Float32Array {
  const length = Math.floor((sound.length - 3) / factor);
  if (length < 1) return sound;
  return new Float32Array(length).map((_, n) => {
    const at = n * factor;
    const i = Math.floor(at);
    const t = at - i;
    // Cubic through the four samples around.
    const [a, b, c, d] = [sound[Math.max(0, i - 1)]!, sound[i]!, sound[i + 1]!, sound[i + 2]!];
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  });
}

const PIECE = 512;
const SEARCH = 128;
const HALF = PIECE / 2;
const HANN = Float32Array.from({ length: PIECE }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / PIECE));

/** Said `factor` times as fast at the same pitch: overlapping pieces of 32 ms, each laid where it fits best. */
export function spokenFaster(sound: Float32Array, factor: number): Float32Array {
  const count = Math.floor((sound.length / factor - PIECE) / HALF);
  if (count < 2) return sound;
  const padded = new Float32Array(SEARCH + sound.length + PIECE + 2 * SEARCH);
  padded.set(sound, SEARCH);
  const out = new Float32Array((count + 1) * HALF + PIECE);
  let last = 0;
  for (let n = 0; n < count; n++) {
    let at = Math.floor(n * HALF * factor);
    if (n > 0) at += bestShift(padded, at, SEARCH + last + HALF) - SEARCH;
    at = Math.max(at, -SEARCH);
    for (let i = 0; i < PIECE; i++) out[n * HALF + i]! += padded[SEARCH + at + i]! * HANN[i]!;
    last = at;
  }
  return out;
}

/** Where around `at` the sound goes on most like what begins at `wanted`; every fourth place is tried. */
function bestShift(padded: Float32Array, at: number, wanted: number): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let shift = 0; shift < 2 * SEARCH; shift += 4) {
    let sum = 0;
    for (let i = 0; i < HALF; i += 2) sum += padded[at + shift + i]! * padded[wanted + i]!;
    if (sum > most) [best, most] = [shift, sum];
  }
  return best;
}

/** 5 ms up, 5 ms down; a copy. */
export function faded(sound: Float32Array): Float32Array {
  const size = Math.min(80, sound.length >> 1);
  const out = sound.slice();
  for (let i = 0; i < size; i++) {
    const gain = i / Math.max(1, size - 1);
    out[i]! *= gain;
    out[out.length - 1 - i]! *= gain;
  }
  return out;
}

export function joined(pieces: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

export const silence = (seconds: number): Float32Array => new Float32Array(Math.round(seconds * RATE));

export const scaled = (sound: Float32Array, gain: number): Float32Array => sound.map((value) => value * gain);

/** Before and after the speech, s: the longest window, and what a detector's mean takes. */
const BEFORE = 2.2;
const AFTER = 1;

/** Speech at -23 dB of full scale between quiet noise at -62 dB. */
export function amongQuiet(speech: Float32Array, random: Random): Float32Array {
  const gain = gainOf(-23) / Math.max(speechLevel(speech), 1e-4);
  const noise = gainOf(-62);
  return joined([silence(BEFORE), scaled(speech, gain), silence(AFTER)]).map(
    (value) => value + random.normal(0, noise),
  );
}
