/** 16-bit mono samples as a file that grows: WAV or FLAC. Owns: what stands before and behind the samples. */
import { createFlacEncoder, flacFile } from './flac/encoder.js';
import type { SoundEncoder } from './sound-encoder.js';
import { WAV_HEADER, wavFile, wavHeader } from './wav-file.js';

export type SoundFormat = 'wav' | 'flac';

interface SoundFiles {
  /** Samples that a file can have. */
  readonly most: number;
  encoder(rate: number): SoundEncoder;
  whole(samples: Int16Array, rate: number): Uint8Array;
}

export const SOUND_FILES: Readonly<Record<SoundFormat, SoundFiles>> = {
  // What it can say of its length, with room for the header.
  wav: { most: (0xffff_ff00 - WAV_HEADER) / 2, encoder: createWavEncoder, whole: wavFile },
  flac: { most: 2 ** 36 - 1, encoder: createFlacEncoder, whole: flacFile },
};

function createWavEncoder(rate: number): SoundEncoder {
  let count = 0;
  return {
    headerBytes: WAV_HEADER,
    push(samples) {
      count += samples.length;
      return wavFile(samples, rate).subarray(WAV_HEADER);
    },
    end: () => ({ rest: new Uint8Array(0), header: wavHeader(count, rate) }),
  };
}
