/**
 * What stands before the frames of a FLAC file (RFC 9639, 8): its STREAMINFO, and how long the rest is.
 */
import { damaged } from './damaged.js';

export interface StreamInfo {
  /** Hz */
  readonly sampleRate: number;
  readonly channels: number;
  /** Bits per sample, 4 to 32. */
  readonly bits: number;
  /** Samples per channel; 0: not known. */
  readonly length: number;
  /** Of the samples; undefined where the encoder wrote none. */
  readonly md5: string | undefined;
  /** Byte of the first frame. */
  readonly frames: number;
}

const STREAMINFO = 34;
const NO_MD5 = '0'.repeat(32);

/** Bytes of the ID3v2 tag that some tools put before a file, 0 where there is none. */
function tagBefore(bytes: Uint8Array): number {
  if (bytes.length < 10 || String.fromCharCode(...bytes.subarray(0, 3)) !== 'ID3') return 0;
  // Four times 7 bits, and a footer as long as the header where a flag says so (ID3v2.4, 3.1).
  const size = bytes.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 127), 0);
  return 10 + size + ((bytes[5]! & 16) === 0 ? 0 : 10);
}

/** Whether the bytes are a FLAC stream, with or without a tag before it. */
export function isFlac(bytes: Uint8Array): boolean {
  const start = tagBefore(bytes);
  return String.fromCharCode(...bytes.subarray(start, start + 4)) === 'fLaC';
}

/** Reads the blocks of metadata of bytes that `isFlac`. */
export function readMetadata(bytes: Uint8Array, name: string): StreamInfo {
  const start = tagBefore(bytes) + 4;
  const info = start + 4;
  if (bytes.length < info + STREAMINFO)
    throw damaged(name, `${bytes.length} bytes are shorter than its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if ((bytes[start]! & 0x7f) !== 0 || view.getUint32(start) % 2 ** 24 !== STREAMINFO)
    throw damaged(name, 'its first block is not the stream information');
  const format = view.getUint32(info + 10);
  const md5 = Buffer.from(bytes.subarray(info + 18, info + STREAMINFO)).toString('hex');
  return {
    sampleRate: format >>> 12,
    channels: ((format >>> 9) & 7) + 1,
    bits: ((format >>> 4) & 31) + 1,
    length: (format & 15) * 2 ** 32 + view.getUint32(info + 14),
    md5: md5 === NO_MD5 ? undefined : md5,
    frames: firstFrame(bytes, start),
  };
}

/** Where the last block of metadata ends (RFC 9639, 8.1). */
function firstFrame(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let last = false; !last && at + 4 <= bytes.length; ) {
    last = (bytes[at]! & 0x80) !== 0;
    at += 4 + bytes[at + 1]! * 2 ** 16 + bytes[at + 2]! * 2 ** 8 + bytes[at + 3]!;
  }
  return at;
}
