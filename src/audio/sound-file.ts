/** 16-bit mono samples as a file that grows: WAV or FLAC. Owns: what stands before and behind the samples. */
import { createFlacEncoder } from './flac/encoder.js';
import { littleEndian } from './pcm-bytes.js';
import type { SoundEncoder } from './sound-encoder.js';
import { WAV_HEADER, wavHeader } from './wav-file.js';

export type SoundFormat = 'wav' | 'flac';

interface SoundFiles {
  /** Samples that a file can have. */
  readonly most: number;
  encoder(rate: number): SoundEncoder;
}

export const SOUND_FILES: Readonly<Record<SoundFormat, SoundFiles>> = {
  // What it can say of its length, with room for the header.
  wav: { most: (0xffff_ff00 - WAV_HEADER) / 2, encoder: createWavEncoder },
  flac: { most: 2 ** 36 - 1, encoder: createFlacEncoder },
};

/** A whole file. */
export function soundFile(samples: Int16Array, rate: number, format: SoundFormat): Uint8Array {
  const encoder = SOUND_FILES[format].encoder(rate);
  const pushed = encoder.push(samples);
  const { rest, header } = encoder.end();
  return Buffer.concat([header, pushed, rest]);
}

function createWavEncoder(rate: number): SoundEncoder {
  let count = 0;
  return {
    headerBytes: WAV_HEADER,
    push(samples) {
      count += samples.length;
      // Whoever pushes may use them for others before these bytes are written.
      return new Uint8Array(littleEndian(samples));
    },
    end: () => ({ rest: new Uint8Array(0), header: wavHeader(count, rate) }),
  };
}
