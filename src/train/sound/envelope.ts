/** How loud sound is from moment to moment, and other sound made as loud. */
import { energies, gainOf, RATE } from './speech.js';

/** Moments that a loudness is measured for: 10 ms. */
const MOMENT = RATE / 100;
/** More is not taken off or put on: what is quiet is mostly noise. dB */
const MOST_DOWN = 40;
const MOST_UP = 15;
/** Below the loudest moment by more than this all is quiet. dB */
const QUIET = 45;

/** dB per 10 ms, smoothed over 30 ms; at least one. */
function contour(sound: Float32Array): Float64Array {
  const energy = energies(sound, MOMENT);
  if (energy.length === 0) return new Float64Array([-100]);
  const smooth = energy.map((value, n) => {
    const before = energy[Math.max(0, n - 1)]!;
    const after = energy[Math.min(energy.length - 1, n + 1)]!;
    return 10 * Math.log10((before + value + after) / 3 + 1e-10);
  });
  const least = Math.max(...smooth) - QUIET;
  return smooth.map((value) => Math.max(value, least));
}

/** Of a list of values the one at `part` (0…1), straight between neighbours. */
function at(values: Float64Array, part: number): number {
  const place = part * (values.length - 1);
  const left = Math.min(Math.floor(place), values.length - 1);
  const right = Math.min(left + 1, values.length - 1);
  return values[left]! + (place - left) * (values[right]! - values[left]!);
}

/**
 * `sound` as loud as `model` is at the same part of its length: one rhythm, other sounds.
 * @param strength 1: its contour is the model's; 0: it stays
 */
export function asLoudAs(sound: Float32Array, model: Float32Array, strength = 1): Float32Array {
  const [own, wanted] = [contour(sound), contour(model)];
  const count = Math.max(2, Math.ceil(sound.length / MOMENT) + 1);
  const gains = Float64Array.from({ length: count }, (_, n) => {
    const part = n / (count - 1);
    const change = strength * (at(wanted, part) - at(own, part));
    return gainOf(Math.max(-MOST_DOWN, Math.min(MOST_UP, change)));
  });
  return sound.map((value, i) => value * at(gains, i / Math.max(1, sound.length - 1)));
}

/** 5 ms in which one sound goes over into the other. */
const OVER = RATE / 200;

/** `sound` with `part` in the place of its own from sample `begin` on. */
export function replaced(sound: Float32Array, begin: number, part: Float32Array): Float32Array {
  const out = sound.slice();
  const length = Math.min(part.length, sound.length - begin);
  const over = Math.max(1, Math.min(OVER, length >> 1));
  for (let i = 0; i < length; i++) {
    const share = Math.min(1, (i + 1) / over, (length - i) / over);
    out[begin + i]! += share * (part[i]! - out[begin + i]!);
  }
  return out;
}
