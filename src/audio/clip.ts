/**
 * Clips as the commands name them: a path, or `-` for raw PCM on a stream.
 *
 * Owns: reading, the bound on a file's size. Leaves to others: what is in the file (`decode.ts`).
 */
import { readFile, stat } from 'node:fs/promises';
import { inputError, KwsError } from '../diagnostics/errors.js';
import { decodeAudio } from './decode.js';
import { audioError, type DecodedAudio } from './decoded.js';
import { toPcm16 } from './pcm16.js';

/** The largest file that is read whole: 128 M samples of 64 bits. */
const MAX_BYTES = 2 ** 30;

/** A clip ready to be pushed: fits `Session.play`. */
export interface Clip {
  /** The path as given, or `-`. */
  readonly name: string;
  readonly samples: Int16Array | AsyncIterable<Int16Array>;
}

/**
 * Mono 16-bit samples at `sampleRate` (Hz) of a WAV or FLAC file of any rate and number of channels. An
 * inputError that names the file and the next step when it cannot be read.
 */
export async function loadClip(path: string, sampleRate: number): Promise<Int16Array> {
  return toPcm16(await decodeClip(path), sampleRate);
}

/** A WAV or FLAC file as it is, at its own rate. Errors as those of `loadClip`. */
export async function decodeClip(path: string): Promise<DecodedAudio> {
  return decodeAudio(await readBounded(path), path);
}

/** `loadClip`, or for `-` the stream of raw samples on `stdin`, as it comes. */
export async function openClip(
  pathOrDash: string,
  sampleRate: number,
  stdin: AsyncIterable<Uint8Array | string>,
): Promise<Clip> {
  const samples = pathOrDash === '-' ? pcmFromStream(stdin) : await loadClip(pathOrDash, sampleRate);
  return { name: pathOrDash, samples };
}

/**
 * Raw PCM (signed 16-bit little-endian, mono, the device's rate) from a stream of bytes, chunk by chunk.
 * Half a sample at the end is dropped.
 */
export async function* pcmFromStream(
  stream: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Int16Array, void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    const bytes = Buffer.concat([rest, typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk]);
    const count = bytes.length >> 1;
    rest = bytes.subarray(2 * count);
    if (count > 0) yield new Int16Array(count).map((_, i) => bytes.readInt16LE(2 * i));
  }
}

async function readBounded(path: string): Promise<Uint8Array> {
  return reading(path, async () => {
    await boundedSize(path, MAX_BYTES);
    return readFile(path);
  });
}

/** Bytes of a file that has at most `most`. Errors as those of `loadClip`. */
export async function boundedSize(path: string, most: number): Promise<number> {
  return reading(path, async () => {
    const status = await stat(path);
    // A pipe or a device may never end.
    if (!status.isFile())
      throw inputError({
        what: 'it is no file',
        where: path,
        next: 'give a WAV or FLAC file; raw PCM is piped into kws-gen flash --play -',
      });
    if (status.size > most)
      throw audioError(
        path,
        'the file is too large',
        `${status.size} bytes; ${most} are possible`,
        'cut it into pieces',
      );
    return status.size;
  });
}

/** What the system says of a path becomes an inputError that names it. */
export async function reading<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KwsError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw inputError(
      code === 'ENOENT'
        ? { what: 'there is no such file', where: path, next: 'check the path' }
        : { what: 'the file cannot be read', where: path, why: message, next: 'check its permissions' },
      { cause: error },
    );
  }
}
