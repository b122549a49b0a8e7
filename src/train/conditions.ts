/** Recordings as they would be elsewhere: how much a detector minds is a figure of its own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadClip } from '../audio/clip.js';
import { wavFile } from '../audio/wav-file.js';
import { isWhole, keep } from './kept.js';
import { createRandom, type Random } from './random.js';
import { filtered } from './sound/fft.js';
import { noise } from './sound/noises.js';
import { microphone, muLaw, pcm16, room } from './sound/settings.js';
import { gainOf, RATE, speechLevel, spokenFaster } from './sound/speech.js';
import { keyOf } from './voices/speak.js';

/** Changes when the same recording would come out as another. */
const FORMAT = 1;

type Change = (sound: Float32Array, random: Random) => Float32Array;

/** Nothing outside of two frequencies, Hz. */
const between =
  (low: number, high: number): Change =>
  (sound) =>
    filtered(sound, 2048, (bin, size) => {
      const hertz = (bin * RATE) / size;
      return hertz < low || hertz > high ? 3e-4 : 1;
    });

/** SNR is that of active speech over noise. */
const noisy =
  (snrDb: number): Change =>
  (sound, random) => {
    const level = speechLevel(sound) * gainOf(-snrDb);
    const behind = noise(sound.length, random);
    return sound.map((value, i) => value + behind[i]! * level);
  };

const amplified =
  (decibels: number): Change =>
  (sound) =>
    sound.map((value) => value * gainOf(decibels));

/** Of the same kinds as in passages, with other random numbers; clipping is that of 16 bits. */
export const CONDITIONS: readonly (readonly [name: string, change: Change])[] = [
  ['20 dB of noise', noisy(20)],
  ['10 dB of noise', noisy(10)],
  ['5 dB of noise', noisy(5)],
  ['nothing above 4 kHz', between(0, 3900)],
  ['telephone, 300 to 3400 Hz, mu-law', (sound, random) => muLaw(between(300, 3400)(sound, random))],
  ['24 dB quieter', amplified(-24)],
  ['12 dB louder, clipped', amplified(12)],
  ['another room, 0.08 to 0.8 s', room],
  ['another microphone', microphone],
  ['1.3 times as fast', (sound) => spokenFaster(sound, 1.3)],
];

/** A recording under a condition, as a file in the cache. */
export async function underCondition(
  { path, sha256 }: { readonly path: string; readonly sha256: string },
  [name, change]: (typeof CONDITIONS)[number],
  folder: string,
): Promise<string> {
  const target = join(folder, `${keyOf({ format: FORMAT, sha256, name })}.wav`);
  if (await isWhole(target)) return target;
  const sound = Float32Array.from(await loadClip(path, RATE), (value) => value / 32768);
  mkdirSync(folder, { recursive: true });
  await keep(target, wavFile(pcm16(change(sound, createRandom(`${name} ${sha256}`))), RATE));
  return target;
}
