/** Where decoded frames go: samples at full scale 1, and the MD5 of the integers (RFC 9639, 8.2). */
import { createHash } from 'node:crypto';
import { BadFrame } from './damaged.js';
import type { Frame } from './frame.js';
import type { StreamInfo } from './metadata.js';

export class Sink {
  readonly #info: StreamInfo;
  readonly #md5;
  /** One per channel; longer than what is in them while more may come. */
  #channels: Float32Array[];
  #length = 0;

  constructor(info: StreamInfo) {
    this.#info = info;
    this.#md5 = info.md5 === undefined ? undefined : createHash('md5');
    // A length that was checked; memory that is never written is not used either.
    this.#channels = Array.from({ length: info.channels }, () => new Float32Array(info.length));
  }

  /** Samples per channel so far. */
  get length(): number {
    return this.#length;
  }

  /** @throws BadFrame where a sample has more bits than the stream */
  add(frame: Frame): void {
    const end = this.#length + frame.size;
    const full = 2 ** (frame.bits - 1);
    this.#makeRoom(end);
    for (const [channel, into] of this.#channels.entries()) {
      const from = frame.samples[channel]!;
      for (let i = 0, at = this.#length; i < from.length; i++, at++) {
        const value = from[i]!;
        // Also false for what is no number.
        if (!(value >= -full && value < full)) throw new BadFrame('a sample has more bits than it may');
        into[at] = value / full;
      }
    }
    this.#md5?.update(integers(frame));
    this.#length = end;
  }

  /** Whether the samples are those that were encoded, as far as the stream tells. */
  get intact(): boolean {
    return this.#md5 === undefined || this.#md5.digest('hex') === this.#info.md5;
  }

  /** One array per channel. */
  take(): Float32Array[] {
    return this.#channels.map((samples) =>
      samples.length === this.#length ? samples : samples.slice(0, this.#length),
    );
  }

  #makeRoom(length: number): void {
    const room = this.#channels[0]!.length;
    if (length <= room) return;
    this.#channels = this.#channels.map((samples) => {
      const more = new Float32Array(Math.max(length, 2 * room));
      more.set(samples.subarray(0, this.#length));
      return more;
    });
  }
}

/** Little-endian, channels interleaved, in as few bytes as a sample takes. */
function integers({ samples, size, bits }: Frame): Uint8Array {
  const width = Math.ceil(bits / 8);
  const bytes = new Uint8Array(size * samples.length * width);
  for (const [channel, values] of samples.entries())
    for (let i = 0, at = channel * width; i < size; i++, at += width * samples.length) {
      const value = values[i]!;
      for (let byte = 0; byte < width; byte++) bytes[at + byte] = value >> (8 * byte);
    }
  return bytes;
}
