/**
 * Sound files to samples: WAV and FLAC, told apart by their bytes.
 *
 * Owns: recognising the format, the bounds on what a file may claim. Leaves to others: the formats
 * (`wav.ts`, `flac.ts`), rate and channels (`resample.ts`, `pcm16.ts`), reading files (`clip.ts`).
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
export const MAX_SAMPLES = 2 ** 27;
export const MIN_SAMPLE_RATE = 1000;
export const MAX_SAMPLE_RATE = 768_000;
export const MAX_CHANNELS = 32;

/** A command that makes a readable file of whatever ffmpeg reads. */
export const CONVERT = 'convert it: ffmpeg -i FILE -ac 1 -ar 16000 -c:a pcm_s16le CLIP.wav';

const OTHERS: readonly (readonly [name: string, matches: (head: string) => boolean])[] = [
  ['an Ogg file', (head) => head.startsWith('OggS')],
  ['an MP3 file', (head) => head.startsWith('ID3') || /^\xff[\xe2-\xfb]/.test(head)],
  ['an MP4 or M4A file', (head) => head.slice(4, 8) === 'ftyp'],
  ['an AIFF file', (head) => head.startsWith('FORM')],
  ['a WAV file of more than 4 GB (RF64)', (head) => head.startsWith('RF64')],
  ['a big-endian WAV file (RIFX)', (head) => head.startsWith('RIFX')],
  ['a Matroska or WebM file', (head) => head.startsWith('\x1aE\xdf\xa3')],
];

/**
 * Decodes a WAV (8, 16, 24, 32 bit, float, extensible) or FLAC file. `name` stands in errors. Rejects with
 * an inputError when the bytes are neither, cut off, damaged, empty, or hold more than MAX_SAMPLES.
 */
export async function decodeAudio(bytes: Uint8Array, name: string): Promise<DecodedAudio> {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  const audio = await decodeAs(head, bytes, name);
  checkSound(name, audio.samples[0]?.length ?? 0);
  return audio;
}

/** So many bytes tell what a file is. */
export const HEAD_BYTES = 12;

/** @param head the first HEAD_BYTES, as characters */
export const isWav = (head: string): boolean => head.startsWith('RIFF') && head.slice(8) === 'WAVE';

/** Refuses what holds no sample. */
export function checkSound(name: string, frames: number): void {
  if (frames === 0) throw audioError(name, 'there is no sound in it', 'it holds 0 samples');
}

async function decodeAs(head: string, bytes: Uint8Array, name: string): Promise<DecodedAudio> {
  if (isWav(head)) return (await import('./wav.js')).decodeWav(bytes, name);
  if (head.startsWith('fLaC')) return (await import('./flac.js')).decodeFlac(bytes, name);
  if (bytes.length === 0) throw audioError(name, 'the file is empty');
  const other = OTHERS.find(([, matches]) => matches(head))?.[0];
  throw audioError(
    name,
    'not audio that can be read (WAV or FLAC)',
    other === undefined ? undefined : `it looks like ${other}`,
    CONVERT,
  );
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
      'cut it into pieces (ffmpeg -f segment), or pipe it as raw PCM: --play -',
    );
  }
}

export function audioError(name: string, what: string, why?: string, next?: string): KwsError {
  return inputError({ what, where: name, ...(why === undefined ? {} : { why }), next: next ?? CONVERT });
}
