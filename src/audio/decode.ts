/**
 * Sound files to samples: WAV and FLAC, told apart by their bytes.
 *
 * Owns: recognising the format. Leaves to others: the bounds on what a file may claim (`decoded.ts`), the formats
 * (`wav.ts`, `flac/`), rate and channels (`resample.ts`, `pcm16.ts`), reading files (`clip.ts`).
 */
import { KwsError } from '../diagnostics/errors.js';
import { audioError, CONVERT, checkSound, type DecodedAudio } from './decoded.js';
import { decodeFlac } from './flac/flac.js';
import { isFlac } from './flac/metadata.js';

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
  const audio = await decodeAs(head, bytes, name).catch((error: unknown) => {
    if (error instanceof KwsError) throw error;
    // Whatever a file does to a decoder (there is not enough memory, say), it is one file among many.
    throw audioError(
      name,
      'the file cannot be decoded',
      error instanceof Error ? error.message : String(error),
    );
  });
  checkSound(name, audio.samples[0]?.length ?? 0);
  return audio;
}

/** So many bytes tell what a file is. */
export const HEAD_BYTES = 12;

/** @param head the first HEAD_BYTES, as characters */
export const isWav = (head: string): boolean => head.startsWith('RIFF') && head.slice(8) === 'WAVE';

async function decodeAs(head: string, bytes: Uint8Array, name: string): Promise<DecodedAudio> {
  if (isWav(head)) return (await import('./wav.js')).decodeWav(bytes, name);
  if (isFlac(bytes)) return decodeFlac(bytes, name);
  if (bytes.length === 0) throw audioError(name, 'the file is empty');
  const other = OTHERS.find(([, matches]) => matches(head))?.[0];
  throw audioError(
    name,
    'not audio that can be read (WAV or FLAC)',
    other === undefined ? undefined : `it looks like ${other}`,
    CONVERT,
  );
}
