/** 16-bit mono samples as the bytes of a WAV file ("Multimedia Programming Interface and Data Specifications 1.0"). */
import { littleEndian } from './pcm-bytes.js';

const PCM = 1;
/** Bytes before the samples. */
export const WAV_HEADER = 44;

export function wavFile(samples: Int16Array, sampleRate: number): Uint8Array {
  const bytes = new Uint8Array(WAV_HEADER + 2 * samples.length);
  bytes.set(wavHeader(samples.length, sampleRate));
  bytes.set(littleEndian(samples), WAV_HEADER);
  return bytes;
}

/** What stands before `count` samples. */
export function wavHeader(count: number, sampleRate: number): Uint8Array {
  const bytes = new Uint8Array(WAV_HEADER);
  const view = new DataView(bytes.buffer);
  const word = (at: number, text: string) =>
    bytes.set(
      [...text].map((sign) => sign.charCodeAt(0)),
      at,
    );
  word(0, 'RIFF');
  view.setUint32(4, WAV_HEADER - 8 + 2 * count, true);
  word(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * sampleRate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, 'data');
  view.setUint32(40, 2 * count, true);
  return bytes;
}
