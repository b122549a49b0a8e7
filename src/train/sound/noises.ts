/** Something to be heard through: noise, music, clatter, people talking. RMS 1. */
import type { Random } from '../random.js';
import { filtered } from './fft.js';
import { microphone } from './settings.js';
import { gainOf, RATE, rms, scaled } from './speech.js';

const normalized = (sound: Float32Array): Float32Array => scaled(sound, 1 / rms(sound));

const white = (length: number, random: Random): Float32Array =>
  new Float32Array(length).map(() => random.normal(0, 1));

/** Noise with a slope between white and brown, and a few humps; often louder and quieter, as wind and cars are. */
function coloured(length: number, random: Random): Float32Array {
  const slope = random.uniform(0, 1.2);
  const humps = Array.from({ length: random.integer(0, 4) }, () => ({
    centre: random.uniform(60, 6000),
    width: random.uniform(0.02, 0.5),
    height: random.uniform(0, 8),
  }));
  const out = filtered(white(length, random), 256, (bin, size) => {
    const hertz = Math.max((bin * RATE) / size, 20);
    return humps.reduce(
      (gain, { centre, width, height }) =>
        gain * (1 + height * Math.exp(-((Math.log(hertz / centre) / width) ** 2))),
      hertz ** -slope,
    );
  });
  if (random.next() < 0.4) {
    const spread = random.uniform(1, 8);
    const knots = Array.from({ length: Math.max(2, Math.floor(length / 6000)) }, () =>
      gainOf(random.normal(0, spread)),
    );
    for (let i = 0; i < length; i++) {
      const at = (i / length) * (knots.length - 1);
      const left = Math.floor(at);
      out[i]! *= knots[left]! + (at - left) * (knots[left + 1]! - knots[left]!);
    }
  }
  return normalized(out);
}

const STEPS = [0, 2, 4, 5, 7, 9, 11, 12, 16, 19] as const;

/** Chords of a plucked or blown kind, with a beat under them. */
function music(length: number, random: Random): Float32Array {
  const out = new Float32Array(length);
  const beat = Math.floor(RATE * random.uniform(0.2, 0.6));
  const root = random.uniform(80, 250);
  const partials = random.integer(2, 9);
  const fade = random.uniform(0.5, 6);
  for (let at = 0; at < length; at += beat) {
    const size = Math.min(beat * 2, length - at);
    for (let n = random.integer(1, 4); n > 0; n--) {
      const hertz = root * 2 ** (random.pick(STEPS) / 12);
      for (let partial = 1; partial <= partials && hertz * partial < 7800; partial++) {
        const phase = random.uniform(0, 6.28);
        const gain = partial ** -random.uniform(0.5, 1.5);
        const turn = (2 * Math.PI * hertz * partial) / RATE;
        for (let i = 0; i < size; i++)
          out[at + i]! += Math.sin(turn * i + phase) * gain * Math.exp((-fade * i) / RATE);
      }
    }
    if (random.next() < 0.5)
      for (let i = 0; i < Math.min(1600, length - at); i++)
        out[at + i]! += random.normal(0, 2) * Math.exp(-i / 300);
  }
  return normalized(out);
}

/** Dishes, keys, a door: short bursts of resonances, and silence. */
function clicks(length: number, random: Random): Float32Array {
  const out = new Float32Array(length);
  for (let n = random.integer(1, 2 + Math.floor(length / 6000)); n > 0; n--) {
    const size = Math.floor(RATE * random.uniform(0.005, 0.25));
    const hiss = random.uniform(0, 1);
    const turns = Array.from(
      { length: random.integer(1, 5) },
      () => (2 * Math.PI * Math.exp(random.uniform(5.5, 8.8))) / RATE,
    );
    const fade = random.uniform(10, 200) / RATE;
    const gain = gainOf(random.uniform(-12, 0));
    const at = random.integer(0, Math.max(1, length - size));
    for (let i = 0; i < Math.min(size, length - at); i++) {
      const tone = turns.reduce((sum, turn) => sum + Math.sin(turn * i), 0);
      out[at + i]! += (random.normal(0, 1) * hiss + tone) * Math.exp(-i * fade) * gain;
    }
  }
  return normalized(out);
}

/** Noise, music or clatter. */
export const noise = (length: number, random: Random): Float32Array =>
  random.pick([coloured, music, clicks])(length, random);

/** `sound` from a random place on, over and over. */
function looped(sound: Float32Array, length: number, random: Random): Float32Array {
  const begin = random.integer(0, sound.length);
  return new Float32Array(length).map((_, i) => sound[(begin + i) % sound.length]!);
}

/**
 * Any of these.
 * @param talking draws somebody's speech
 * @param recorded draws a recording of noise; undefined where there is none
 */
export function background(
  length: number,
  random: Random,
  talking: () => Float32Array,
  recorded: (() => Float32Array) | undefined,
): Float32Array {
  const kind = random.next();
  if (kind < 0.14) return music(length, random);
  if (kind < 0.26) return clicks(length, random);
  const babble = kind < 0.46;
  if (!babble && (kind < 0.88 || recorded === undefined)) return coloured(length, random);
  const draw = babble ? talking : recorded!;
  let out = new Float32Array(length);
  for (let n = babble ? random.integer(3, 8) : random.integer(1, 3); n > 0; n--) {
    const sound = looped(draw(), length, random);
    const gain = gainOf(random.uniform(-6, 0)) / rms(sound);
    for (let i = 0; i < length; i++) out[i]! += sound[i]! * gain;
  }
  if (!babble) out = Float32Array.from(microphone(out, random));
  return normalized(out);
}
