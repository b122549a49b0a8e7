/**
 * What reaches an emulated microphone: a recording from when it begins, and the microphone's own noise before and after.
 */

/** Amplitude of the noise, of full scale: -84 dB, about what a MEMS microphone with 61 dB of SNR has at -23 dB more. */
const NOISE = 2 ** -14;

export class Sound {
  #samples: Int16Array = new Int16Array();
  #rate = 16_000;
  /** Emulated time at which the recording begins; undefined until it is first asked for. ns */
  #since: number | undefined;
  /** Of the next sample, where they are taken one by one. */
  #next = 0;
  #seed = 1;

  /** Begins a recording, in place of one that plays. @param rate Hz */
  play(samples: Int16Array, rate: number): void {
    this.#samples = samples;
    this.#rate = rate;
    this.#since = undefined;
    this.#next = 0;
  }

  /** Whether a recording plays. */
  get playing(): boolean {
    return this.#next < this.#samples.length;
  }

  /** Its value at a time, between its samples on a straight line. -1…1 @param nanos emulated, never less than before */
  at(nanos: number): number {
    if (!this.playing) return this.#noise();
    this.#since ??= nanos;
    const place = ((nanos - this.#since) * this.#rate) / 1e9;
    this.#next = Math.floor(place);
    const [before = 0, after = 0] = [this.#samples[this.#next], this.#samples[this.#next + 1]];
    return (before + (after - before) * (place - this.#next)) / 0x8000;
  }

  /** The next of its samples: for whoever takes them at its rate. -1…1 */
  sample(): number {
    return this.playing ? this.#samples[this.#next++]! / 0x8000 : this.#noise();
  }

  /** A sequence of Park and Miller: the same in every run. */
  #noise(): number {
    this.#seed = (this.#seed * 48_271) % 0x7fffffff;
    return NOISE * (this.#seed / 0x40000000 - 1);
  }
}
