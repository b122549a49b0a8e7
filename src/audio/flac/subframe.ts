/**
 * One channel of a frame (RFC 9639, 9.2): constant, verbatim, or what a predictor leaves over.
 *
 * Samples are computed in double precision, which holds every sum exactly: 32 products of 15-bit coefficients
 * and 33-bit samples stay below 2^52.
 */
import type { BitReader } from './bits.js';
import { BadFrame } from './damaged.js';

/** Weights of the preceding samples, the newest first (9.2.5). */
const FIXED: readonly (readonly number[])[] = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

/**
 * Fills `into` with a channel's samples, integers of `bits` bits.
 *
 * @throws BadFrame, OutOfBits
 */
export function readSubframe(reader: BitReader, bits: number, into: Float64Array): void {
  if (reader.unsigned(1) !== 0) throw new BadFrame('a channel of it makes no sense');
  const type = reader.unsigned(6);
  const wasted = reader.unsigned(1) === 0 ? 0 : reader.unary() + 1;
  const width = bits - wasted;
  if (width < 1) throw new BadFrame('its samples have no bits');
  readSamples(reader, type, width, into);
  if (wasted > 0) for (let i = 0; i < into.length; i++) into[i]! *= 2 ** wasted;
}

/** The codes of 9.2.1 */
function readSamples(reader: BitReader, type: number, bits: number, into: Float64Array): void {
  if (type === 0) into.fill(reader.signed(bits));
  else if (type === 1) verbatim(reader, bits, into, into.length);
  else if (type >= 8 && type <= 12) fixed(reader, type - 8, bits, into);
  else if (type >= 32) linear(reader, type - 31, bits, into);
  else throw new BadFrame('a channel of it is of an unknown kind');
}

function verbatim(reader: BitReader, bits: number, into: Float64Array, count: number): void {
  if (count > into.length) throw new BadFrame('its predictor is longer than it');
  for (let i = 0; i < count; i++) into[i] = reader.signed(bits);
}

function fixed(reader: BitReader, order: number, bits: number, into: Float64Array): void {
  verbatim(reader, bits, into, order);
  residual(reader, order, into);
  predict(Float64Array.from(FIXED[order]!), 0, into);
}

/** 9.2.6 */
function linear(reader: BitReader, order: number, bits: number, into: Float64Array): void {
  verbatim(reader, bits, into, order);
  const precision = reader.unsigned(4) + 1;
  const shift = reader.signed(5);
  if (precision === 16 || shift < 0) throw new BadFrame('its predictor makes no sense');
  const weights = Float64Array.from({ length: order }, () => reader.signed(precision));
  residual(reader, order, into);
  predict(weights, shift, into);
}

/** Adds to what stands in `into` behind the first samples what the samples before say. */
function predict(weights: Float64Array, shift: number, into: Float64Array): void {
  const order = weights.length;
  const scale = 2 ** -shift;
  for (let i = order; i < into.length; i++) {
    let sum = 0;
    for (let j = 0; j < order; j++) sum += weights[j]! * into[i - 1 - j]!;
    into[i]! += Math.floor(sum * scale);
  }
}

/** Partitions of Rice codes, or of plain integers where the parameter has all bits set (9.2.7). */
function residual(reader: BitReader, order: number, into: Float64Array): void {
  const method = reader.unsigned(2);
  if (method > 1) throw new BadFrame('what its predictor leaves over is of an unknown kind');
  const parameterBits = method === 0 ? 4 : 5;
  const plain = 2 ** parameterBits - 1;
  const partitions = 2 ** reader.unsigned(4);
  const size = into.length / partitions;
  if (!Number.isInteger(size) || size < order) throw new BadFrame('it does not divide into its parts');
  for (let part = 0; part < partitions; part++) {
    const begin = part === 0 ? order : part * size;
    const end = (part + 1) * size;
    const parameter = reader.unsigned(parameterBits);
    if (parameter < plain) reader.rice(parameter, into, begin, end);
    else {
      const bits = reader.unsigned(5);
      for (let i = begin; i < end; i++) into[i] = reader.signed(bits);
    }
  }
}
