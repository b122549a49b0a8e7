/**
 * The bytes that a traced virtual board writes into the memory it shares with the host (`trace_…` in
 * templates/lib/kws_hal/include/kws_hal/audio_link.h).
 *
 * Owns: the ring's layout and flow control. Leaves to others: what the bytes are (`proof/records.ts`).
 */
import { type FileHandle, open } from 'node:fs/promises';
import { toolError } from '../diagnostics/errors.js';
import type { AudioLinkLocation } from './audio-link.js';

const AT = { ring: 24, capacity: 28, written: 32, read: 36 } as const;
const MOST = 1 << 26;

export class TraceRing {
  readonly #file: FileHandle;
  readonly #base: number;
  readonly #where: string;
  readonly #start: number;
  readonly #capacity: number;
  #read = 0;

  private constructor(
    file: FileHandle,
    { file: where, offset = 0 }: AudioLinkLocation,
    ring: { readonly start: number; readonly capacity: number },
  ) {
    this.#file = file;
    this.#where = where;
    this.#base = offset;
    this.#start = ring.start;
    this.#capacity = ring.capacity;
  }

  /** The ring of a board that said hello; undefined where its firmware has none. */
  static async open(location: AudioLinkLocation): Promise<TraceRing | undefined> {
    const { offset = 0 } = location;
    const file = await open(location.file, 'r+');
    const head = Buffer.alloc(8);
    const { bytesRead } = await file.read(head, 0, 8, offset + AT.ring);
    const [start, capacity] = [head.readUInt32LE(0), head.readUInt32LE(4)];
    const sound = capacity > 0 && capacity <= MOST && (capacity & (capacity - 1)) === 0 && start >= 64;
    if (bytesRead === 8 && sound) return new TraceRing(file, location, { start, capacity });
    await file.close();
    return undefined;
  }

  /** The board has begun anew. */
  restart(): void {
    this.#read = 0;
  }

  /** What has been written since the last call; empty where nothing has. */
  async take(): Promise<Buffer> {
    const word = Buffer.alloc(4);
    await this.#file.read(word, 0, 4, this.#base + AT.written);
    const count = (word.readUInt32LE(0) - this.#read) >>> 0;
    if (count > this.#capacity)
      throw toolError({
        what: 'the virtual board has lost its place in what it tells',
        where: this.#where,
        why: `${count} bytes would be unread in a ring of ${this.#capacity}`,
        next: 'run it again',
      });
    const bytes = Buffer.alloc(count);
    const at = this.#read & (this.#capacity - 1);
    const first = Math.min(count, this.#capacity - at);
    if (first > 0) await this.#file.read(bytes, 0, first, this.#base + this.#start + at);
    if (count > first) await this.#file.read(bytes, first, count - first, this.#base + this.#start);
    this.#read = (this.#read + count) >>> 0;
    if (count > 0) {
      word.writeUInt32LE(this.#read, 0);
      await this.#file.write(word, 0, 4, this.#base + AT.read);
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
