/**
 * Packed samples, lossless (docs/protocol.md, "Packed audio"): a payload of half the bytes or less for speech.
 *
 * Owns: the code of one payload, which needs no other one. Leaves to others: frames and when they are sent. The
 * device's side is templates/lib/kws_protocol, unpacker.h.
 */
import { MAX_PAYLOAD } from './frame.js';

/** Most bytes of samples in one payload. */
export const MAX_PACKED_SAMPLE_BYTES = 1024;
/** Samples as they are: a byte that says so stands before them. */
const MOST_RAW_BYTES = 2 * Math.floor((MAX_PAYLOAD - 1) / 2);
const MAX_ORDER = 3;
const MAX_LOW_BITS = 15;
/** The byte that says how, and the first sample. */
const HEADER_BYTES = 3;

interface Packed {
  readonly payload: Uint8Array;
  /** Bytes of `bytes` that are in it. */
  readonly taken: number;
}

/** As many of these 16-bit little-endian samples as one payload carries; their number is even and more than 0. */
export function packSamples(bytes: Uint8Array): Packed {
  for (let size = Math.min(bytes.length, MAX_PACKED_SAMPLE_BYTES); size > 2; size = halfOf(size)) {
    const payload = pack(bytes.subarray(0, size));
    if (payload !== undefined && payload.length <= MAX_PAYLOAD) return { payload, taken: size };
    if (size <= MOST_RAW_BYTES) break;
  }
  const taken = Math.min(bytes.length, MOST_RAW_BYTES);
  const payload = new Uint8Array(1 + taken);
  payload.set(bytes.subarray(0, taken), 1);
  return { payload, taken };
}

const halfOf = (size: number) => 2 * Math.floor(size / 4);

interface Code {
  /** How often differences are taken. */
  readonly order: number;
  /** Bits of a code behind its ones and its zero. */
  readonly lowBits: number;
  readonly numbers: Uint32Array;
  /** Of all codes. */
  readonly bits: number;
}

/** The samples in a short code; undefined where it takes no less than the samples as they are. */
function pack(bytes: Uint8Array): Uint8Array | undefined {
  const { order, lowBits, numbers, bits } = shortCode(bytes);
  const length = HEADER_BYTES + Math.ceil(bits / 8);
  if (length >= 1 + bytes.length) return undefined;
  const payload = new Uint8Array(length).fill(0xff);
  payload[0] = (order << 4) | lowBits;
  payload.set(bytes.subarray(0, 2), 1);
  let at = 8 * HEADER_BYTES;
  for (const number of numbers) {
    at += number >>> lowBits;
    for (let bit = lowBits; bit >= 0; bit--, at++) {
      // The zero that ends the ones, then the low bits.
      const one = bit < lowBits && ((number >>> bit) & 1) === 1;
      if (!one) payload[at >> 3] = payload[at >> 3]! & ~(0x80 >> (at & 7));
    }
  }
  return payload;
}

function shortCode(bytes: Uint8Array): Code {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let values = new Int32Array(bytes.length / 2);
  for (let i = 0; i < values.length; i++) values[i] = view.getInt16(2 * i, true);
  let best: Code | undefined;
  for (let order = 1; order <= MAX_ORDER; order++) {
    values = differences(values);
    const numbers = new Uint32Array(values.length - 1);
    let sum = 0;
    for (let i = 1; i < values.length; i++) {
      // Even for 0 up, odd for -1 down: small where the difference is.
      const number = ((values[i]! << 1) ^ (values[i]! >> 31)) >>> 0;
      numbers[i - 1] = number;
      sum += number;
    }
    // The best number of low bits is near that of their mean.
    const near = Math.floor(Math.log2(1 + sum / numbers.length));
    for (let lowBits = Math.max(0, near - 1); lowBits <= Math.min(MAX_LOW_BITS, near); lowBits++) {
      let bits = numbers.length * (1 + lowBits);
      for (let i = 0; i < numbers.length; i++) bits += numbers[i]! >>> lowBits;
      if (best === undefined || bits < best.bits) best = { order, lowBits, numbers, bits };
    }
  }
  return best!;
}

/** From one value to the next; that of the first, which is known, is 0. */
function differences(values: Int32Array): Int32Array<ArrayBuffer> {
  const result = new Int32Array(values.length);
  for (let i = 1; i < values.length; i++) result[i] = values[i]! - values[i - 1]!;
  return result;
}
