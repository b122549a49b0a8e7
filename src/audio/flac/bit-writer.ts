/** Bits in order, the highest of each number first, as FLAC has them. */
export class BitWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;
  /** The byte that is not whole yet, and how many bits of it are. */
  #open = 0;
  #bits = 0;

  /** @param width in bits; higher ones of `value` are left out */
  put(value: number, width: number): this {
    for (let left = width; left > 0; ) {
      const some = Math.min(8 - this.#bits, left);
      left -= some;
      const part = Math.floor(value / 2 ** left) % 2 ** some;
      this.#open = (this.#open << some) | part;
      this.#bits += some;
      if (this.#bits === 8) this.#close();
    }
    return this;
  }

  /** As many zeros as `value` has steps of 2^parameter, a one, and the rest in `parameter` bits. */
  rice(value: number, parameter: number): void {
    this.put(0, value >>> parameter);
    this.put(1, 1);
    this.put(value % 2 ** parameter, parameter);
  }

  /** All of it, with zeros behind a byte that is not whole: nothing is put at other bits after it. */
  bytes(): Uint8Array {
    if (this.#bits > 0) this.put(0, 8 - this.#bits);
    return this.#bytes.slice(0, this.#length);
  }

  #close(): void {
    if (this.#length === this.#bytes.length) {
      const more = new Uint8Array(2 * this.#bytes.length);
      more.set(this.#bytes);
      this.#bytes = more;
    }
    this.#bytes[this.#length++] = this.#open;
    this.#open = 0;
    this.#bits = 0;
  }
}
