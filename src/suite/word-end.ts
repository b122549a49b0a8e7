/**
 * Where the word of a clip ends, found in its sound: for clips that say one word and not when.
 *
 * An estimate: the last stretch of 10 ms that is near the loudest one and well above the clip's background. Where the
 * two are too close there is none.
 */

const FRAME_MS = 10;
/** Of all frames, the level below which so many are is the background. */
const BACKGROUND = 0.1;
/** Speech reaches so far down from its loudest frame. dB */
const SPEECH_RANGE = 25;
/** So much above the background is no background. dB */
const ABOVE_BACKGROUND = 8;
/** Fewer, and loud and quiet cannot be told apart. dB */
const LEAST_CONTRAST = 15;

/**
 * @param pcm mono
 * @param rate Hz
 * @returns ms from the begin; undefined where it cannot be told
 */
export function wordEnd(pcm: Int16Array, rate: number): number | undefined {
  const size = Math.max(1, Math.round((rate * FRAME_MS) / 1000));
  const levels: number[] = [];
  for (let at = 0; at + size <= pcm.length; at += size) {
    let sum = 0;
    for (let i = at; i < at + size; i++) sum += pcm[i]! ** 2;
    levels.push(10 * Math.log10(sum / size + 1));
  }
  if (levels.length === 0) return undefined;
  const sorted = [...levels].sort((a, b) => a - b);
  const loudest = sorted.at(-1)!;
  const background = sorted[Math.floor(BACKGROUND * (sorted.length - 1))]!;
  if (loudest - background < LEAST_CONTRAST) return undefined;
  const threshold = Math.max(loudest - SPEECH_RANGE, background + ABOVE_BACKGROUND);
  const last = levels.findLastIndex((level) => level >= threshold);
  return ((last + 1) * size * 1000) / rate;
}
