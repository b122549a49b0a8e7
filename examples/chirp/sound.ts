/** The sounds of the example: everything by formula, 16 kHz mono. */

export const RATE = 16_000;
const LOWEST = 200;
const HIGHEST = 6500;

const toMel = (hz: number): number => 1127 * Math.log(1 + hz / 700);
const toHz = (mel: number): number => 700 * (Math.exp(mel / 1127) - 1);

/** 400 ms from 200 Hz to 6.5 kHz (or down), even in mel, so that it passes one channel per 10 ms frame. */
export function chirp(direction: 'up' | 'down', amplitude = 0.3): Float64Array {
  const samples = new Float64Array(0.4 * RATE);
  let phase = 0;
  for (let i = 0; i < samples.length; i++) {
    const way = direction === 'up' ? i / samples.length : 1 - i / samples.length;
    phase += (2 * Math.PI * toHz(toMel(LOWEST) + (toMel(HIGHEST) - toMel(LOWEST)) * way)) / RATE;
    const fade = Math.min(1, i / 160, (samples.length - i) / 160);
    samples[i] = amplitude * fade * Math.sin(phase);
  }
  return samples;
}

/** Uniform noise from a fixed seed (linear congruential generator of Numerical Recipes). */
export function noise(seconds: number, amplitude: number, seed = 1): Float64Array {
  let state = seed;
  return Float64Array.from({ length: Math.round(seconds * RATE) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return amplitude * (state / 2 ** 31 - 1);
  });
}

/** `sound` in front of `background` from `seconds` on. */
export function mixed(background: Float64Array, sound: Float64Array, seconds: number): Float64Array {
  const start = Math.round(seconds * RATE);
  return background.map((value, i) => value + (sound[i - start] ?? 0));
}

export function toPcm(samples: Float64Array): Int16Array {
  return Int16Array.from(samples, (value) => Math.round(Math.max(-1, Math.min(1, value)) * 32_767));
}

/** A WAV file (RIFF, PCM, 16 bit, mono). */
export function wavFile(pcm: Int16Array): Uint8Array {
  const file = Buffer.alloc(44 + pcm.byteLength);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + pcm.byteLength, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(pcm.byteLength, 40);
  pcm.forEach((value, i) => {
    file.writeInt16LE(value, 44 + 2 * i);
  });
  return file;
}

/** The example's clips by file name: two rising chirps; and what is none. */
export function clips(): ReadonlyMap<string, Int16Array> {
  const room = (seed: number) => noise(2, 0.003, seed);
  return new Map([
    ['chirp.wav', toPcm(mixed(mixed(room(1), chirp('up'), 0.4), chirp('up', 0.1), 1.4))],
    ['other.wav', toPcm(mixed(mixed(room(2), chirp('down'), 0.4), noise(0.4, 0.3, 3), 1.2))],
  ]);
}
