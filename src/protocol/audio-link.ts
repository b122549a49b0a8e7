/**
 * The host's side of the memory a virtual board shares with it (templates/lib/kws_hal/include/kws_hal/
 * audio_link.h): how pushed audio gets there faster than through a UART.
 *
 * Owns: the layout, the ring's flow control, the clip's end. Leaves to others: the commands around it
 * (`playback.ts`). The file is mapped by the emulator; plain writes to it are seen at once.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { toolError } from '../diagnostics/errors.js';

export interface AudioLinkLocation {
  /** The file behind the memory. */
  readonly file: string;
  /** Byte at which the link starts in it; 0 unless told. */
  readonly offset?: number;
}

const MAGIC = 0x4153574b; // "KWSA"
const VERSION = 1;
const OPEN_END = 0xffffffff;
const AT = {
  magic: 0,
  version: 4,
  capacity: 8,
  hostWritten: 12,
  end: 16,
  deviceRead: 20,
  samples: 64,
} as const;
const MAX_CAPACITY = 1 << 26;

export class AudioLink {
  readonly #file: FileHandle;
  readonly #base: number;
  readonly #where: string;
  /** Samples the ring holds. */
  readonly capacity: number;
  /** Samples of this clip written so far. */
  #written = 0;

  private constructor(file: FileHandle, base: number, where: string, capacity: number) {
    this.#file = file;
    this.#base = base;
    this.#where = where;
    this.capacity = capacity;
  }

  /** Opens the link of a device that has said hello; a toolError if there is none at that place. */
  static async open({ file: path, offset = 0 }: AudioLinkLocation): Promise<AudioLink> {
    const broken = (why: string, cause?: unknown) =>
      toolError(
        {
          what: 'the memory shared with the virtual board is not what it should be',
          where: `${path}, byte ${offset}`,
          why,
          next: 'start the board again (`kws-gen flash`)',
        },
        { cause },
      );
    const file = await open(path, 'r+').catch((error: Error) => {
      throw broken(error.message, error);
    });
    try {
      const header = Buffer.alloc(12);
      const { bytesRead } = await file.read(header, 0, 12, offset);
      if (bytesRead < 12 || header.readUInt32LE(AT.magic) !== MAGIC)
        throw broken('no audio link stands there');
      const version = header.readUInt32LE(AT.version);
      if (version !== VERSION) throw broken(`it has version ${version}, this is version ${VERSION}`);
      const capacity = header.readUInt32LE(AT.capacity);
      if (capacity === 0 || capacity > MAX_CAPACITY || (capacity & (capacity - 1)) !== 0)
        throw broken(
          `its ring would hold ${capacity} samples, which is no power of two up to ${MAX_CAPACITY}`,
        );
      return new AudioLink(file, offset, path, capacity);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Starts a clip of `length` samples (undefined: until `finish`). Before the `play` command. */
  async start(length: number | undefined): Promise<void> {
    this.#written = 0;
    await this.#set(AT.hostWritten, 0);
    await this.#set(AT.end, length ?? OPEN_END);
  }

  /** Says where an open clip ends: after what has been written. */
  async finish(): Promise<void> {
    await this.#set(AT.end, this.#written >>> 0);
  }

  /**
   * Writes one chunk of little-endian samples, waiting for room as the device reads (valid once it has
   * answered `play`). `check` is called while waiting, with the samples read so far, and throws to give up.
   */
  async write(bytes: Uint8Array, check: (read: number) => void): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const room = this.capacity - (this.#written - (await this.read()));
      if (room === 0) {
        check(this.#written - this.capacity);
        await sleep(1);
        continue;
      }
      const start = this.#written % this.capacity;
      const count = Math.min(room, this.capacity - start, (bytes.length - from) / 2);
      const part = bytes.subarray(from, from + 2 * count);
      await this.#file.write(part, 0, part.length, this.#base + AT.samples + 2 * start);
      this.#written += count;
      await this.#set(AT.hostWritten, this.#written);
      from += 2 * count;
    }
  }

  /** Samples the device has read of this clip. */
  async read(): Promise<number> {
    const unread = (this.#written - (await this.#get(AT.deviceRead))) >>> 0;
    if (unread > this.capacity)
      throw toolError({
        what: 'the virtual board has lost its place in the audio',
        where: this.#where,
        why: `${unread} samples would be unread in a ring of ${this.capacity}`,
        next: 'start the board again (`kws-gen flash`)',
      });
    return this.#written - unread;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #get(field: number): Promise<number> {
    const word = Buffer.alloc(4);
    const { bytesRead } = await this.#file.read(word, 0, 4, this.#base + field);
    if (bytesRead < 4)
      throw toolError({ what: 'the memory shared with the virtual board is cut off', where: this.#where });
    return word.readUInt32LE(0);
  }

  async #set(field: number, value: number): Promise<void> {
    const word = Buffer.alloc(4);
    word.writeUInt32LE(value >>> 0, 0);
    await this.#file.write(word, 0, 4, this.#base + field);
  }
}
