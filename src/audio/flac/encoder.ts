/**
 * 16-bit mono samples → FLAC (RFC 9639), as they come: fixed predictors of order 0 to 4, Rice codes by partitions.
 * Of speech it comes within some per cent of libFLAC's usual level, which has linear prediction besides.
 */
import { createHash } from 'node:crypto';
import { littleEndian } from '../pcm-bytes.js';
import type { SoundEncoder } from '../sound-encoder.js';
import { BitWriter } from './bit-writer.js';
import { crc8, crc16 } from './crc.js';

/** Samples of a frame; only the last one has fewer. */
const BLOCK = 4096;
/** "fLaC", the header of its one block of metadata, and that: STREAMINFO. */
const HEADER = 4 + 4 + 34;
const MOST_ORDER = 4;
const MOST_PARTITIONS = 6;
/** Of a Rice code in 4 bits; the one above is an escape. */
const MOST_PARAMETER = 14;

/** @param rate Hz, up to 655350 */
export function createFlacEncoder(rate: number): SoundEncoder {
  const md5 = createHash('md5');
  const block = new Int16Array(BLOCK);
  let filled = 0;
  let frames = 0;
  let samples = 0;
  let [least, most] = [0, 0];
  const frame = (size: number): Uint8Array => {
    const bytes = frameOf(block.subarray(0, size), frames);
    least = frames === 0 ? bytes.length : Math.min(least, bytes.length);
    most = Math.max(most, bytes.length);
    frames += 1;
    return bytes;
  };
  return {
    headerBytes: HEADER,
    push(piece) {
      md5.update(littleEndian(piece));
      samples += piece.length;
      const whole: Uint8Array[] = [];
      for (let at = 0; at < piece.length; ) {
        const some = piece.subarray(at, at + BLOCK - filled);
        block.set(some, filled);
        filled += some.length;
        at += some.length;
        if (filled < BLOCK) continue;
        whole.push(frame(BLOCK));
        filled = 0;
      }
      return Buffer.concat(whole);
    },
    end() {
      const rest = filled === 0 ? new Uint8Array(0) : frame(filled);
      const header = new BitWriter();
      for (const sign of 'fLaC') header.put(sign.charCodeAt(0), 8);
      // The last block of metadata, of kind 0.
      header.put(0x80, 8).put(34, 24);
      header.put(BLOCK, 16).put(BLOCK, 16).put(least, 24).put(most, 24);
      header.put(rate, 20).put(0, 3).put(15, 5);
      header.put(Math.floor(samples / 2 ** 32), 4).put(samples % 2 ** 32, 32);
      for (const byte of md5.digest()) header.put(byte, 8);
      return { rest, header: header.bytes() };
    },
  };
}

/** RFC 9639, 9. */
function frameOf(samples: Int16Array, number: number): Uint8Array {
  const out = new BitWriter();
  const usual = samples.length === BLOCK;
  // Sync code, fixed block size; block size; rate as in STREAMINFO; one channel; 16 bits.
  out
    .put(0xfff8, 16)
    .put(usual ? 12 : 7, 4)
    .put(0, 4)
    .put(0, 4)
    .put(4, 3)
    .put(0, 1);
  putNumber(out, number);
  if (!usual) out.put(samples.length - 1, 16);
  const header = out.bytes();
  out.put(crc8(header, 0, header.length), 8);
  putSubframe(out, samples);
  const body = out.bytes();
  out.put(crc16(body, 0, body.length), 16);
  return out.bytes();
}

/** As UTF-8 codes a character, up to 36 bits (9.1.5). */
function putNumber(out: BitWriter, number: number): void {
  if (number < 0x80) {
    out.put(number, 8);
    return;
  }
  let more = 1;
  while (number >= 2 ** (6 * more + 6 - more)) more += 1;
  const lead = (0xff << (7 - more)) & 0xff;
  out.put(lead | Math.floor(number / 2 ** (6 * more)), 8);
  for (let i = more - 1; i >= 0; i--) out.put(0x80 | (Math.floor(number / 2 ** (6 * i)) & 0x3f), 8);
}

interface Coded {
  readonly order: number;
  /** Folded to 0, 1, 2 … of 0, -1, 1 … (9.2.7.2), from sample `order` on. */
  readonly folded: Uint32Array;
  readonly parameters: readonly number[];
  readonly bits: number;
}

/** RFC 9639, 9.2: one value, a prediction, or the samples as they are where that takes least. */
function putSubframe(out: BitWriter, samples: Int16Array): void {
  const put = (value: number) => out.put(value & 0xffff, 16);
  if (samples.every((value) => value === samples[0])) {
    out.put(0, 8);
    put(samples[0]!);
    return;
  }
  const coded = predicted(samples);
  if (coded.bits >= 16 * samples.length) {
    out.put(1 << 1, 8);
    samples.forEach(put);
    return;
  }
  const { order, folded, parameters } = coded;
  out.put((8 | order) << 1, 8);
  samples.subarray(0, order).forEach(put);
  const partitions = parameters.length;
  out.put(0, 2).put(Math.log2(partitions), 4);
  const size = samples.length / partitions;
  for (const [n, parameter] of parameters.entries()) {
    out.put(parameter, 4);
    for (let i = n === 0 ? 0 : n * size - order; i < (n + 1) * size - order; i++)
      out.rice(folded[i]!, parameter);
  }
}

/** The order whose differences are smallest, and its codes. */
function predicted(samples: Int16Array): Coded {
  let differences = Float64Array.from(samples);
  let best = { order: 0, sum: Number.POSITIVE_INFINITY, differences };
  for (let order = 0; order <= Math.min(MOST_ORDER, samples.length - 1); order++) {
    if (order > 0) differences = differences.subarray(1).map((value, i) => value - differences[i]!);
    const sum = differences.reduce((all, value) => all + Math.abs(value), 0);
    if (sum < best.sum) best = { order, sum, differences };
  }
  const folded = Uint32Array.from(best.differences, (value) => (value < 0 ? -2 * value - 1 : 2 * value));
  return { order: best.order, folded, ...partitioned(folded, best.order, samples.length) };
}

/** Into how many parts, each with its own parameter, it takes the fewest bits. */
function partitioned(folded: Uint32Array, order: number, length: number): Pick<Coded, 'parameters' | 'bits'> {
  let best: Pick<Coded, 'parameters' | 'bits'> = { parameters: [], bits: Number.POSITIVE_INFINITY };
  for (let exponent = 0; exponent <= MOST_PARTITIONS; exponent++) {
    const size = length / 2 ** exponent;
    if (!Number.isInteger(size) || size <= order) break;
    const parameters: number[] = [];
    let bits = 16 + 16 * order;
    for (let at = 0; at < length; at += size) {
      const part = folded.subarray(at === 0 ? 0 : at - order, at + size - order);
      const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
      const guess = Math.min(MOST_PARAMETER, Math.max(0, Math.floor(Math.log2(mean + 1))));
      let fewest = Number.POSITIVE_INFINITY;
      let parameter = guess;
      for (let one = Math.max(0, guess - 1); one <= Math.min(MOST_PARAMETER, guess + 1); one++) {
        const all = part.reduce((sum, value) => sum + (value >>> one) + 1 + one, 4);
        if (all < fewest) [fewest, parameter] = [all, one];
      }
      parameters.push(parameter);
      bits += fewest;
    }
    if (bits < best.bits) best = { parameters, bits };
  }
  return best;
}
