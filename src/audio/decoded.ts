/**
 * What decoding a sound file gives, what a file may claim, and the errors of files that claim or hold something else.
 */
import { inputError, type KwsError } from '../diagnostics/errors.js';

export interface DecodedAudio {
  /** Hz */
  readonly sampleRate: number;
  readonly channels: number;
  /** One array per channel, full scale is -1…1: an integer of n bits is divided by 2^(n-1). */
  readonly samples: readonly Float32Array[];
}

/** What a file that is decoded whole may hold, in samples over all channels: 2.3 hours of 16 kHz mono. */
const MAX_SAMPLES = 2 ** 27;
const MIN_SAMPLE_RATE = 1000;
const MAX_SAMPLE_RATE = 768_000;
const MAX_CHANNELS = 32;

/** A command that makes a readable file of whatever ffmpeg reads. */
export const CONVERT = 'convert it: ffmpeg -i FILE -ac 1 -ar 16000 -c:a pcm_s16le CLIP.wav';

/** Refuses what holds no sample. */
export function checkSound(name: string, frames: number): void {
  if (frames === 0) throw audioError(name, 'there is no sound in it', 'it holds 0 samples');
}

/** Refuses a rate, a number of channels or a length no sound has, before anything is allocated for it. */
export function checkFormat(name: string, sampleRate: number, channels: number, frames: number): void {
  if (sampleRate < MIN_SAMPLE_RATE || sampleRate > MAX_SAMPLE_RATE)
    throw audioError(name, 'its header makes no sense', `a sample rate of ${sampleRate} Hz`);
  if (channels < 1 || channels > MAX_CHANNELS)
    throw audioError(name, 'its header makes no sense', `${channels} channels`);
  if (frames * channels > MAX_SAMPLES) {
    const minutes = (count: number) => (count / channels / sampleRate / 60).toFixed(0);
    throw audioError(
      name,
      'the recording is too long',
      `it claims ${minutes(frames * channels)} minutes; ${minutes(MAX_SAMPLES)} are possible at its rate and channels`,
      'cut it into pieces (ffmpeg -f segment); kws-gen flash --play - takes raw PCM of any length',
    );
  }
}

export function audioError(name: string, what: string, why?: string, next?: string): KwsError {
  return inputError({ what, where: name, ...(why === undefined ? {} : { why }), next: next ?? CONVERT });
}
