/**
 * Protocol buffers, read field by field from bytes that are not trusted.
 *
 * Specification: https://protobuf.dev/programming-guides/encoding/. Groups are long gone and not read. Every
 * field costs at least one byte and is visited once per level, and levels are those of the messages that are
 * asked for: time is bounded by the file's size.
 */
import { UnreadableError } from '../support/unreadable.js';

export interface Field {
  readonly number: number;
  /** Of a varint: modulo 2^64. */
  readonly varint: bigint;
  /** Of a length-delimited field, or the 4 or 8 bytes of a fixed one; empty for a varint. */
  readonly bytes: Uint8Array;
  readonly wire: number;
}

const DAMAGED = 'copy or save the model again: all files of its folder belong together';
const damaged = () => new UnreadableError('is damaged: its protocol buffers end in the middle', DAMAGED);

const NONE = new Uint8Array(0);

/** A varint at `at`, at most ten bytes. @throws UnreadableError */
export function readVarint(bytes: Uint8Array, at: number): { readonly value: bigint; readonly next: number } {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw damaged();
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return { value: BigInt.asUintN(64, value), next: at + i + 1 };
  }
  throw damaged();
}

/** The fields of a message in their order. @throws UnreadableError while it is read */
export function* fields(message: Uint8Array): Generator<Field> {
  let at = 0;
  while (at < message.length) {
    const tag = readVarint(message, at);
    const [number, wire] = [Number(tag.value >> 3n), Number(tag.value & 7n)];
    at = tag.next;
    if (wire === 0) {
      const { value, next } = readVarint(message, at);
      yield { number, wire, varint: value, bytes: NONE };
      at = next;
      continue;
    }
    let size = wire === 1 ? 8 : 4;
    if (wire === 2) {
      const length = readVarint(message, at);
      at = length.next;
      size = Number(length.value);
    } else if (wire !== 1 && wire !== 5) throw damaged();
    if (size > message.length - at) throw damaged();
    yield { number, wire, varint: 0n, bytes: message.subarray(at, at + size) };
    at += size;
  }
}

/** Last field of that number, as protobuf takes single fields. @throws UnreadableError */
export function lastField(message: Uint8Array, number: number): Field | undefined {
  let found: Field | undefined;
  for (const one of fields(message)) if (one.number === number) found = one;
  return found;
}

/** A signed 64-bit varint as a number; beyond 2^53 it is rounded. */
export function signed(varint: bigint): number {
  return Number(BigInt.asIntN(64, varint));
}

/** A text that is short enough to be a name. @throws UnreadableError */
export function text(bytes: Uint8Array): string {
  if (bytes.length > 1 << 16) throw new UnreadableError('has a name of more than 64 KiB', DAMAGED);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Varints of a repeated field, packed or not. @throws UnreadableError */
export function varints(field: Field): readonly bigint[] {
  if (field.wire === 0) return [field.varint];
  const values: bigint[] = [];
  for (let at = 0; at < field.bytes.length; ) {
    const { value, next } = readVarint(field.bytes, at);
    values.push(value);
    at = next;
  }
  return values;
}
