/**
 * FLAC files (RFC 9639).
 *
 * Written here because a decoder that looks for frames by their first bytes takes samples for frames; this one
 * reads from the first bit to the last, so a frame begins where the one before ends. Owns: the bounds (a few
 * bytes of FLAC can claim hours of sound), whether everything is there. Leaves to others: everything after
 * `DecodedAudio`.
 */
import { audioError, checkFormat, type DecodedAudio } from '../decoded.js';
import { BitReader, OutOfBits } from './bits.js';
import { BadFrame, damaged } from './damaged.js';
import { FrameReader } from './frame.js';
import type { FrameHeader } from './header.js';
import { readMetadata, type StreamInfo } from './metadata.js';
import { Sink } from './sink.js';

/** Decodes a whole file whose bytes are known to be FLAC (`isFlac`). */
export function decodeFlac(bytes: Uint8Array, name: string): DecodedAudio {
  const info = readMetadata(bytes, name);
  checkFormat(name, info.sampleRate, info.channels, info.length);
  const reader = new BitReader(bytes, info.frames);
  const frames = new FrameReader(reader, info);
  const sink = new Sink(info);
  while (more(reader, info, sink.length)) {
    const begin = sink.length;
    try {
      sink.add(frames.next((header) => checkHeader(header, info, begin, name)));
    } catch (error) {
      if (error instanceof OutOfBits) throw cutOff(name, begin, info);
      if (error instanceof BadFrame) throw damaged(name, `the frame at sample ${begin}: ${error.message}`);
      throw error;
    }
  }
  if (sink.length < info.length) throw cutOff(name, sink.length, info);
  if (!sink.intact) throw damaged(name, 'its samples are not those that were encoded: their MD5 differs');
  return { sampleRate: info.sampleRate, channels: info.channels, samples: sink.take() };
}

/** Whether a frame follows. Behind the last one a tag may stand, which belongs to no stream. */
function more(reader: BitReader, { length }: StreamInfo, sofar: number): boolean {
  if (length > 0) return sofar < length && reader.bitsLeft > 0;
  const next = reader.bytes.subarray(reader.byte, reader.byte + 8);
  const text = String.fromCharCode(...next);
  return reader.bitsLeft > 0 && !text.startsWith('TAG') && text !== 'APETAGEX';
}

/** Refuses what a stream does not change on its way, and more samples than it may have. */
function checkHeader(header: FrameHeader, info: StreamInfo, sofar: number, name: string): void {
  const { size, sampleRate, channels, bits } = header;
  if (sampleRate !== info.sampleRate || channels !== info.channels || bits !== info.bits)
    throw audioError(name, 'its rate, channels or bits change on the way');
  checkFormat(name, sampleRate, channels, sofar + size);
  if (info.length > 0 && sofar + size > info.length)
    throw new BadFrame(`it ends at sample ${sofar + size}, the stream at ${info.length}`);
}

function cutOff(name: string, sofar: number, { length }: StreamInfo) {
  return damaged(name, `${sofar} of ${length === 0 ? 'its' : length} samples are there`);
}
