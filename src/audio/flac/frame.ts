/** Whole frames (RFC 9639, 9): a header, a subframe per channel, a checksum. */
import type { BitReader } from './bits.js';
import { crc16 } from './crc.js';
import { BadFrame } from './damaged.js';
import { type FrameHeader, readHeader, type Stereo } from './header.js';
import type { StreamInfo } from './metadata.js';
import { readSubframe } from './subframe.js';

export interface Frame extends FrameHeader {
  /** One array per channel, integers of `bits` bits. Good until the next frame is read. */
  readonly samples: readonly Float64Array[];
}

/** Which channel is a difference, so that its samples take a bit more (9.2.3). */
const SIDE: Record<Stereo, number> = { independent: -1, 'left-side': 1, 'side-right': 0, 'mid-side': 1 };

/** Turns what was written into left and right, in place. */
const RESTORE: Record<Stereo, (first: Float64Array, second: Float64Array) => void> = {
  independent: () => {},
  'left-side': (left, side) => {
    for (let i = 0; i < left.length; i++) side[i] = left[i]! - side[i]!;
  },
  'side-right': (side, right) => {
    for (let i = 0; i < right.length; i++) side[i]! += right[i]!;
  },
  'mid-side': (mid, side) => {
    for (let i = 0; i < mid.length; i++) {
      // The sum of both channels lost its lowest bit, which is that of their difference.
      const difference = side[i]!;
      const sum = 2 * mid[i]! + Math.abs(difference % 2);
      mid[i] = (sum + difference) / 2;
      side[i] = (sum - difference) / 2;
    }
  },
};

/** Reads frames one after the other; what they hold is kept in one set of buffers. */
export class FrameReader {
  readonly #reader: BitReader;
  readonly #info: StreamInfo;
  #buffers: Float64Array[] = [];

  constructor(reader: BitReader, info: StreamInfo) {
    this.#reader = reader;
    this.#info = info;
  }

  /**
   * @param check may refuse a frame before room is made for it
   * @throws BadFrame, OutOfBits, and what `check` throws
   */
  next(check: (header: FrameHeader) => void): Frame {
    const reader = this.#reader;
    const begin = reader.byte;
    const header = readHeader(reader, this.#info);
    check(header);
    const samples = this.#room(header);
    const side = SIDE[header.stereo];
    for (const [channel, into] of samples.entries())
      readSubframe(reader, header.bits + (channel === side ? 1 : 0), into);
    reader.align();
    const end = reader.byte;
    if (reader.unsigned(16) !== crc16(reader.bytes, begin, end))
      throw new BadFrame('its checksum does not fit');
    if (header.channels === 2) RESTORE[header.stereo](samples[0]!, samples[1]!);
    return { ...header, samples };
  }

  #room({ channels, size }: FrameHeader): Float64Array[] {
    if (this.#buffers.length < channels || this.#buffers[0]!.length < size)
      this.#buffers = Array.from({ length: channels }, () => new Float64Array(size));
    return this.#buffers.slice(0, channels).map((buffer) => buffer.subarray(0, size));
  }
}
