/**
 * The file that an emulated microphone hears: whoever writes it plays a recording, and it is gone when all was heard.
 *
 * It has the rate in Hz (32 bits, little endian), then 16-bit samples. Files are untrusted.
 */
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { Sound } from './sound.js';

/** Between two looks at it. ns */
const EVERY_NS = 20e6;
/** After a recording, before it counts as heard: as long as an averaged score and what is on its way may take. ns */
const TAIL_NS = 1500e6;
/** Ten minutes at 48 kHz. */
const LARGEST = 60_000_000;

export class Air {
  readonly #file: string;
  readonly #sound: Sound;
  #state: 'waiting' | 'playing' | 'fading' = 'waiting';
  /** When there is something to be done. ns */
  #next = 0;

  constructor(file: string, sound: Sound) {
    this.#file = file;
    this.#sound = sound;
  }

  /** Begins what was written, and takes away what was heard. @param nanos emulated time */
  look(nanos: number): void {
    if (this.#state === 'playing') {
      if (this.#sound.playing) return;
      this.#state = 'fading';
      this.#next = nanos + TAIL_NS;
    }
    if (nanos < this.#next) return;
    this.#next = nanos + EVERY_NS;
    if (this.#state === 'fading') {
      this.#state = 'waiting';
      rmSync(this.#file, { force: true });
    } else if (existsSync(this.#file)) {
      this.#state = 'playing';
      this.#begin();
    }
  }

  #begin(): void {
    if (statSync(this.#file).size > LARGEST) return;
    const bytes = readFileSync(this.#file);
    if (bytes.length < 4) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const samples = Int16Array.from({ length: Math.floor((bytes.length - 4) / 2) }, (_, i) =>
      view.getInt16(4 + 2 * i, true),
    );
    this.#sound.play(samples, view.getUint32(0, true));
  }
}
