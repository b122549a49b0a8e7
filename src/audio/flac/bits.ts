/**
 * Bits of a FLAC stream, most significant first (RFC 9639, 5).
 *
 * Owns: where the reader is, never reading beyond the end. Leaves to others: what the bits mean.
 */

/** The stream ends in the middle of something. */
export class OutOfBits extends Error {}

export class BitReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  /** Of the next bit, from the first byte's highest. */
  #at: number;
  /** Bits there are. */
  readonly #end: number;

  /** @param byte where to begin */
  constructor(bytes: Uint8Array, byte: number) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = 8 * byte;
    this.#end = 8 * bytes.length;
  }

  /** Of the byte that the next bit is in. */
  get byte(): number {
    return Math.floor(this.#at / 8);
  }

  get bitsLeft(): number {
    return this.#end - this.#at;
  }

  /** The next `count` bits, at most 32, as an unsigned integer. */
  unsigned(count: number): number {
    if (count === 0) return 0;
    const value = this.#window() >>> (32 - count);
    this.#skip(count);
    return value;
  }

  /** The next `count` bits, at most 33 (the difference of two 32-bit channels), in two's complement. */
  signed(count: number): number {
    if (count > 32) return this.signed(count - 1) * 2 + this.unsigned(1);
    if (count === 0) return 0;
    const value = this.#window() >> (32 - count);
    this.#skip(count);
    return value;
  }

  /** The number of 0 bits before the next 1, which is passed as well. At most as many as the stream has. */
  unary(): number {
    let zeros = 0;
    for (;;) {
      const window = this.#window();
      const count = Math.clz32(window);
      if (count < 32) {
        this.#skip(count + 1);
        return zeros + count;
      }
      this.#skip(32);
      zeros += 32;
    }
  }

  /**
   * Rice codes (RFC 9639, 9.2.7.1): a unary quotient, then `parameter` bits; the lowest bit of both together
   * is the sign. Fills `into` from `begin` to `end`; values of valid streams have at most 32 bits.
   */
  rice(parameter: number, into: Float64Array, begin: number, end: number): void {
    const scale = 2 ** parameter;
    for (let i = begin; i < end; i++) {
      const window = this.#window();
      const quotient = Math.clz32(window);
      const length = quotient + 1 + parameter;
      let code: number;
      if (length <= 32 && quotient < 31) {
        // The shift takes the quotient's bits away; by 32, JavaScript would not shift at all.
        code = quotient * scale + (parameter === 0 ? 0 : (window << (quotient + 1)) >>> (32 - parameter));
        this.#skip(length);
      } else {
        code = this.unary() * scale;
        code += this.unsigned(parameter);
      }
      into[i] = code % 2 === 0 ? code / 2 : -(code + 1) / 2;
    }
  }

  /** Goes on at the next whole byte. */
  align(): void {
    this.#at = 8 * Math.ceil(this.#at / 8);
  }

  /** The next 32 bits; behind the end stand zeros. */
  #window(): number {
    const byte = Math.floor(this.#at / 8);
    const shift = this.#at % 8;
    if (byte + 5 <= this.bytes.length)
      return (this.#view.getInt32(byte) << shift) | (this.bytes[byte + 4]! >>> (8 - shift));
    let window = 0;
    for (let i = 0; i < 4; i++) window = (window << 8) | (this.bytes[byte + i] ?? 0);
    return (window << shift) | ((this.bytes[byte + 4] ?? 0) >>> (8 - shift));
  }

  #skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#end) throw new OutOfBits();
  }
}
