/** How loud sound is: root mean squares of 16-bit samples, over frames of 20 ms. */

/** Frames over which levels are taken, s. */
const FRAME = 0.02;
/** Frames that are this far below the loudest one are pauses, dB. */
const ACTIVE_DB = 20;

/** Of 16-bit samples, 0…32768; 0 of none. */
export function rms(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

/** Per frame; what is left over at the end counts only where there is no whole frame. */
function frameLevels(samples: Int16Array, sampleRate: number): readonly number[] {
  const size = Math.max(1, Math.round(FRAME * sampleRate));
  const count = Math.max(1, Math.floor(samples.length / size));
  return Array.from({ length: count }, (_, i) => rms(samples.subarray(i * size, (i + 1) * size)));
}

/**
 * Level of the speech in a clip: root mean square of its frames that are not more than ACTIVE_DB below the
 * loudest one, so that pauses before, after and between words do not count.
 */
export function activeLevel(samples: Int16Array, sampleRate: number): number {
  const levels = frameLevels(samples, sampleRate);
  const least = Math.max(...levels) * 10 ** (-ACTIVE_DB / 20);
  return rms(levels.filter((level) => level >= least));
}

/** Level of the background of a clip: that of its frame in the tenth place of a hundred, from the quietest. */
export function backgroundLevel(samples: Int16Array, sampleRate: number): number {
  const levels = [...frameLevels(samples, sampleRate)].sort((a, b) => a - b);
  return levels[Math.floor(levels.length / 10)]!;
}
