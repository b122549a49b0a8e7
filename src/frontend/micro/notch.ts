/** A filter of first order that takes constant offsets out of the samples (MLTK's dc_notch_filter.c), in 16 bits. */

const int16 = (x: number) => (x << 16) >> 16;

export class DcNotch {
  private input = 0;
  private output = 0;

  /** @param coefficient Q15; 0: samples pass as they are */
  constructor(private readonly coefficient: number) {}

  reset(): void {
    this.input = 0;
    this.output = 0;
  }

  /** Filters `samples` into the beginning of `to`. */
  apply(samples: Int16Array, to: Int16Array): void {
    if (this.coefficient === 0) {
      to.set(samples);
      return;
    }
    for (const [i, sample] of samples.entries()) {
      const change = int16(sample - this.input);
      const kept = ((Math.imul(this.coefficient, this.output) >> 14) + 1) >> 1;
      this.input = sample;
      this.output = int16(change + kept);
      to[i] = this.output;
    }
  }
}
