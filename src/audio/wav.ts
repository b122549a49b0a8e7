/**
 * WAV files (RIFF, "Multimedia Programming Interface and Data Specifications 1.0"; WAVEFORMATEXTENSIBLE).
 *
 * Written here because the exact value of every sample matters (16 bit must pass unchanged) and a broken
 * file must say what is broken. Owns: the container and the sample formats. Leaves to others: everything
 * after `DecodedAudio`.
 */
import { audioError, CONVERT, checkFormat, type DecodedAudio } from './decoded.js';

type SampleFormat = 'u8' | 's16' | 's24' | 's32' | 'f32' | 'f64';

interface Format {
  readonly sampleRate: number;
  readonly channels: number;
  readonly sample: SampleFormat;
  readonly bytesPerSample: number;
}

/** The bytes of a file, wherever they are. */
export interface ByteSource {
  readonly length: number;
  /** Fewer than `size` where the file ends. Good until the next call. */
  read(at: number, size: number): DataView;
}

/** Where in a file which samples are. */
export interface WavLayout extends Format {
  /** Byte of the first sample. */
  readonly start: number;
  /** Samples per channel. */
  readonly frames: number;
  /** Bytes of a sample of all channels. */
  readonly block: number;
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
const CODECS: Record<number, string> = { 2: 'MS ADPCM', 6: 'A-law', 7: 'µ-law', 17: 'IMA ADPCM', 85: 'MP3' };
/** The last 14 bytes of every SubFormat GUID that is a format tag. */
const GUID_TAIL = '000000001000800000aa00389b71';
/** Recorders that write into a pipe do not know the length and put a very large one. */
const UNKNOWN_LENGTH = 0x7fff0000;

const READ: Record<SampleFormat, (view: DataView, at: number) => number> = {
  u8: (view, at) => (view.getUint8(at) - 128) / 2 ** 7,
  s16: (view, at) => view.getInt16(at, true) / 2 ** 15,
  s24: (view, at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 2 ** 23,
  s32: (view, at) => view.getInt32(at, true) / 2 ** 31,
  f32: (view, at) => view.getFloat32(at, true),
  f64: (view, at) => view.getFloat64(at, true),
};

/** Decodes a whole WAV file whose first 12 bytes are known to be right. */
export function decodeWav(bytes: Uint8Array, name: string): DecodedAudio {
  const source: ByteSource = {
    length: bytes.length,
    read: (at, size) =>
      new DataView(bytes.buffer, bytes.byteOffset + at, Math.max(0, Math.min(size, bytes.length - at))),
  };
  const layout = wavLayout(source, name);
  checkFormat(name, layout.sampleRate, layout.channels, layout.frames);
  return wavStretch(source, layout, 0, layout.frames, name);
}

/** Reads the header of a WAV file whose first 12 bytes are known to be right. */
export function wavLayout(bytes: ByteSource, name: string): WavLayout {
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const chunk = bytes.read(at, 8);
    const id = String.fromCharCode(...[0, 1, 2, 3].map((i) => chunk.getUint8(i)));
    const size = chunk.getUint32(4, true);
    const start = at + 8;
    if (id === 'fmt ') format = readFormat(bytes, start, size, name);
    if (id === 'data') {
      if (format === undefined) throw audioError(name, 'its format stands nowhere before its samples');
      const block = format.channels * format.bytesPerSample;
      const frames = Math.floor(dataSize(bytes.length - start, size, name) / block);
      return { ...format, start, frames, block };
    }
    at = start + size + (size & 1);
  }
  throw audioError(
    name,
    format === undefined ? 'the file is cut off in its header' : 'the file is cut off before its samples',
    `${bytes.length} bytes without ${format === undefined ? 'a format' : 'samples'}`,
    'copy or download it again',
  );
}

function dataSize(available: number, claimed: number, name: string): number {
  if (claimed >= UNKNOWN_LENGTH || (claimed === 0 && available > 0)) return available;
  if (claimed > available)
    throw audioError(
      name,
      'the file is cut off',
      `its header promises ${claimed} bytes of samples, ${available} are there`,
      'copy or download it again',
    );
  return claimed;
}

function readFormat(bytes: ByteSource, at: number, size: number, name: string): Format {
  if (size < 16 || at + size > bytes.length)
    throw audioError(name, 'the file is cut off in its header', undefined, 'copy or download it again');
  const view = bytes.read(at, Math.min(size, 40));
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const blockAlign = view.getUint16(12, true);
  checkFormat(name, sampleRate, channels, 0);
  const tag = formatTag(view, name);
  const bytesPerSample = blockAlign / channels;
  const sample = sampleFormat(tag, bytesPerSample);
  const bits = view.getUint16(14, true);
  if (sample === undefined || bits === 0 || bits > 8 * bytesPerSample)
    throw audioError(
      name,
      'samples of this kind cannot be read',
      `${CODECS[tag] ?? `format ${tag}`}, ${bits} bits, ${blockAlign} bytes for ${channels} channels`,
      CONVERT,
    );
  return { sampleRate, channels, sample, bytesPerSample };
}

function formatTag(view: DataView, name: string): number {
  const tag = view.getUint16(0, true);
  if (tag !== EXTENSIBLE) return tag;
  if (view.byteLength < 40)
    throw audioError(name, 'its header makes no sense', 'an extensible format of less than 40 bytes');
  const tail = Buffer.from(view.buffer, view.byteOffset + 26, 14).toString('hex');
  return tail === GUID_TAIL ? view.getUint16(24, true) : EXTENSIBLE;
}

function sampleFormat(tag: number, bytes: number): SampleFormat | undefined {
  if (tag === PCM) return ({ 1: 'u8', 2: 's16', 3: 's24', 4: 's32' } as const)[bytes];
  if (tag === FLOAT) return ({ 4: 'f32', 8: 'f64' } as const)[bytes];
  return undefined;
}

/** Samples `begin` to `end` of each channel. */
export function wavStretch(
  bytes: ByteSource,
  layout: WavLayout,
  begin: number,
  end: number,
  name: string,
): DecodedAudio {
  const { channels, sampleRate, sample, bytesPerSample, start, block } = layout;
  const frames = end - begin;
  const view = bytes.read(start + begin * block, frames * block);
  if (view.byteLength < frames * block)
    throw audioError(
      name,
      'the file is cut off',
      'it became shorter while it was read',
      'copy or download it again',
    );
  const read = READ[sample];
  const samples = Array.from({ length: channels }, (_, channel) => {
    const values = new Float32Array(frames);
    for (let i = 0, at = channel * bytesPerSample; i < frames; i++, at += block) {
      const value = read(view, at);
      if (!Number.isFinite(value))
        throw audioError(
          name,
          'one of its samples is no number',
          `sample ${begin + i} of channel ${channel + 1}`,
        );
      values[i] = value;
    }
    return values;
  });
  return { sampleRate, channels, samples };
}
