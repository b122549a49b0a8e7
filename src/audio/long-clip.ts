/**
 * Long recordings, of which stretches are wanted.
 *
 * Owns: reading no more of a WAV file than a stretch takes; its samples are those of the whole file (`loadClip`),
 * bit for bit. Other formats tell only from their begin on where a sample is: they are decoded whole.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { boundedSize, loadClip, reading } from './clip.js';
import { HEAD_BYTES, isWav } from './decode.js';
import { checkSound } from './decoded.js';
import { mixDown, rounded } from './pcm16.js';
import { createResampler } from './resample.js';
import { type ByteSource, type WavLayout, wavLayout, wavStretch } from './wav.js';

export interface LongClip {
  /** Samples of the whole, mono, at the rate that was asked for. */
  readonly length: number;
  /**
   * Samples `begin` to `end`, 16 bits.
   * @throws KwsError (exit code 2) where they cannot be read
   */
  read(begin: number, end: number): Promise<Int16Array>;
}

/** The largest WAV file: its header cannot tell more. */
const MAX_WAV_BYTES = 2 ** 32;
/** Samples of a channel that are expanded at once. */
const FRAMES_AT_ONCE = 2 ** 18;
/** Read ahead, so that a header of many small chunks takes few reads. Bytes. */
const WINDOW = 2 ** 16;

/**
 * A WAV or FLAC file of any rate and number of channels, at `sampleRate` (Hz). Errors as those of `loadClip`;
 * a WAV file may have 4 GB.
 */
export async function openLongClip(path: string, sampleRate: number): Promise<LongClip> {
  if (!(await withBytes(path, (bytes) => isWav(headOf(bytes)))))
    return wholeClip(await loadClip(path, sampleRate));
  await boundedSize(path, MAX_WAV_BYTES);
  const layout = await withBytes(path, (bytes) => wavLayout(bytes, path));
  return wavClip(path, layout, sampleRate);
}

/** A clip that is in memory. */
export function wholeClip(samples: Int16Array): LongClip {
  return { length: samples.length, read: async (begin, end) => samples.slice(begin, end) };
}

function wavClip(path: string, layout: WavLayout, sampleRate: number): LongClip {
  checkSound(path, layout.frames);
  const resampler = createResampler(layout.frames, layout.sampleRate, sampleRate);
  const atOnce = Math.max(1, Math.floor((FRAMES_AT_ONCE * sampleRate) / layout.sampleRate));
  return {
    length: resampler.length,
    read: (begin, end) =>
      withBytes(path, (bytes) => {
        const pcm = new Int16Array(end - begin);
        for (let at = begin; at < end; at += atOnce) {
          const until = Math.min(end, at + atOnce);
          const [from, to] = resampler.needs(at, until);
          const mono = mixDown(wavStretch(bytes, layout, from, to, path));
          pcm.set(rounded(resampler.stretch(mono, from, at, until)), at - begin);
        }
        return pcm;
      }),
  };
}

function headOf(bytes: ByteSource): string {
  const head = bytes.read(0, HEAD_BYTES);
  return String.fromCharCode(...new Uint8Array(head.buffer, head.byteOffset, head.byteLength));
}

/** A file that is open as long as `work` takes. */
async function withBytes<T>(path: string, work: (bytes: ByteSource) => T): Promise<T> {
  const length = await boundedSize(path, Number.POSITIVE_INFINITY);
  return reading(path, () => {
    const file = openSync(path, 'r');
    try {
      return work(fileBytes(file, length));
    } finally {
      closeSync(file);
    }
  });
}

function fileBytes(file: number, length: number): ByteSource {
  let bytes = new Uint8Array(WINDOW);
  /** Of the file, in `bytes`. */
  let [begin, end] = [0, 0];
  return {
    length,
    read(at, size) {
      if (at < begin || at + size > end) {
        if (size > bytes.length) bytes = new Uint8Array(size);
        [begin, end] = [at, at + readAt(file, at, bytes)];
      }
      return new DataView(bytes.buffer, at - begin, Math.min(size, end - at));
    },
  };
}

/** Fills `bytes`, or as many of them as the file has; how many those are. */
function readAt(file: number, at: number, bytes: Uint8Array): number {
  let count = 0;
  for (let got = -1; got !== 0 && count < bytes.length; count += got)
    got = readSync(file, bytes, count, bytes.length - count, at + count);
  return count;
}
