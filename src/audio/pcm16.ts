/** Decoded sound to what a device hears: one channel, its rate, 16 bits. */
import type { DecodedAudio } from './decoded.js';
import { resample } from './resample.js';

/**
 * Mono 16-bit samples at `sampleRate`: the mean of the channels, resampled, times 32768, rounded half up and
 * clamped. 16-bit mono at the right rate passes unchanged, bit for bit.
 */
export function toPcm16(audio: DecodedAudio, sampleRate: number): Int16Array {
  const mono = mixDown(audio);
  return rounded(audio.sampleRate === sampleRate ? mono : resample(mono, audio.sampleRate, sampleRate));
}

/** Full scale 1 to 16 bits. */
export function rounded(samples: Float32Array | Float64Array): Int16Array {
  const pcm = new Int16Array(samples.length);
  for (let i = 0; i < pcm.length; i++)
    pcm[i] = Math.max(-32_768, Math.min(32_767, Math.round(32_768 * samples[i]!)));
  return pcm;
}

/** The mean of the channels. */
export function mixDown({ channels, samples }: DecodedAudio): Float32Array | Float64Array {
  const [first = new Float32Array(0)] = samples;
  if (channels === 1) return first;
  const mono = new Float64Array(first.length);
  for (const channel of samples) for (let i = 0; i < mono.length; i++) mono[i]! += channel[i]!;
  return mono.map((sum) => sum / channels);
}
