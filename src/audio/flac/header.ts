/** Headers of frames (RFC 9639, 9.1). */
import type { BitReader } from './bits.js';
import { crc8 } from './crc.js';
import { BadFrame } from './damaged.js';
import type { StreamInfo } from './metadata.js';

/** How two channels are written: as they are, or one of them as the difference of both. */
export type Stereo = 'independent' | 'left-side' | 'side-right' | 'mid-side';

export interface FrameHeader {
  /** Samples per channel, 1 to 65,536. */
  readonly size: number;
  readonly sampleRate: number;
  readonly channels: number;
  readonly stereo: Stereo;
  readonly bits: number;
}

const SYNC = 0x7ffc;
const STEREO: Record<number, Stereo> = { 8: 'left-side', 9: 'side-right', 10: 'mid-side' };
/** Hz; the codes 0 and 12 to 15 mean something else (9.1.2). */
const RATES = [0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
/** The codes 0 and 3 mean something else (9.1.4). */
const BITS = [0, 8, 12, 0, 16, 20, 24, 32];

/**
 * Reads one and checks its CRC.
 *
 * @throws BadFrame, OutOfBits
 */
export function readHeader(reader: BitReader, info: StreamInfo): FrameHeader {
  const begin = reader.byte;
  if (reader.unsigned(15) !== SYNC) throw new BadFrame('no frame begins there');
  // 0: blocks of one size, 1: of any. A decoder that reads from the begin needs no more than the size.
  reader.unsigned(1);
  const sizeCode = reader.unsigned(4);
  const rateCode = reader.unsigned(4);
  const channelCode = reader.unsigned(4);
  const bitsCode = reader.unsigned(3);
  if (reader.unsigned(1) !== 0 || sizeCode === 0 || rateCode === 15 || channelCode > 10 || bitsCode === 3)
    throw new BadFrame('its header makes no sense');
  passNumber(reader);
  const header: FrameHeader = {
    size: blockSize(reader, sizeCode),
    sampleRate: sampleRate(reader, rateCode, info),
    channels: channelCode < 8 ? channelCode + 1 : 2,
    stereo: STEREO[channelCode] ?? 'independent',
    bits: bitsCode === 0 ? info.bits : BITS[bitsCode]!,
  };
  const end = reader.byte;
  if (reader.unsigned(8) !== crc8(reader.bytes, begin, end))
    throw new BadFrame('the checksum of its header does not fit');
  return header;
}

/** The number of the frame or its first sample, written like a character of UTF-8 but of up to 36 bits (9.1.5). */
function passNumber(reader: BitReader): void {
  const first = reader.unsigned(8);
  const ones = Math.clz32(~(first << 24));
  if (ones === 1 || ones > 7) throw new BadFrame('its number makes no sense');
  for (let i = 1; i < ones; i++)
    if (reader.unsigned(8) >> 6 !== 2) throw new BadFrame('its number makes no sense');
}

/** 9.1.1 and 9.1.6 */
function blockSize(reader: BitReader, code: number): number {
  if (code === 1) return 192;
  if (code <= 5) return 144 * 2 ** code;
  if (code === 6) return reader.unsigned(8) + 1;
  if (code === 7) return reader.unsigned(16) + 1;
  return 2 ** code;
}

/** 9.1.2 and 9.1.7 */
function sampleRate(reader: BitReader, code: number, info: StreamInfo): number {
  if (code === 0) return info.sampleRate;
  if (code === 12) return reader.unsigned(8) * 1000;
  if (code === 13) return reader.unsigned(16);
  if (code === 14) return reader.unsigned(16) * 10;
  return RATES[code]!;
}
