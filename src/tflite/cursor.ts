/**
 * Reads flatbuffer tables by their descriptions and trusts nothing: every offset, vtable and vector is
 * checked against the file before it is read, and the work is bounded by a budget, because offsets may
 * point to the same place many times over (a small file could otherwise unfold into a huge value).
 *
 * Specification: https://flatbuffers.dev/internals (tables, vtables, vectors, unions, alignment).
 * Owns: bounds. Leaves to others: what the tables mean (`decode.ts`).
 */
import { ByteBuffer } from 'flatbuffers';
import type { Field, ScalarType, TableDef, ValueOf } from './table.js';
import { SCALAR_SIZE } from './table.js';

/** Why the bytes are no valid flatbuffer; `decode.ts` turns it into an input error. */
export class MalformedFile extends Error {}

/** A valid file's bytes are read about once; vtables and strings that are shared make it a little more. */
const READS_PER_BYTE = 4;
const READS_AT_LEAST = 1 << 16;
/** Models for microcontrollers have some hundreds. */
const MOST_TABLES = 1 << 17;

export class Cursor {
  private readonly view: ByteBuffer;
  private budget: number;
  private tables = 0;

  constructor(readonly bytes: Uint8Array) {
    this.view = new ByteBuffer(bytes);
    this.budget = bytes.length * READS_PER_BYTE + READS_AT_LEAST;
  }

  /** The root table, whose offset stands at the file's beginning. */
  root<T extends TableDef>(def: T): ValueOf<T> {
    return this.table(def, this.follow(0, def.name));
  }

  private spend(units: number): void {
    this.budget -= units;
    if (this.budget < 0)
      throw new MalformedFile('its tables refer to the same bytes over and over, which no converter writes');
  }

  /** Checks that `length` bytes from `at` are in the file and counts them. */
  private claim(at: number, length: number, align: number, what: string): void {
    if (at < 0 || length < 0 || at + length > this.bytes.length)
      throw new MalformedFile(
        `${what} at byte ${at} (${length} bytes) runs past the end of the file (${this.bytes.length} bytes)`,
      );
    if (at % align !== 0) throw new MalformedFile(`${what} at byte ${at} is not aligned to ${align} bytes`);
    this.spend(length + 1);
  }

  private follow(at: number, what: string): number {
    this.claim(at, 4, 4, `the offset of ${what}`);
    return at + this.view.readUint32(at);
  }

  private table<T extends TableDef>(def: T, at: number): ValueOf<T> {
    this.tables += 1;
    if (this.tables > MOST_TABLES) throw new MalformedFile(`it has more than ${MOST_TABLES} tables`);
    this.claim(at, 4, 4, def.name);
    const vtable = at - this.view.readInt32(at);
    this.claim(vtable, 4, 2, `the vtable of ${def.name}`);
    const vtableSize = this.view.readUint16(vtable);
    const size = this.view.readUint16(vtable + 2);
    if (vtableSize < 4 || vtableSize % 2 !== 0 || size < 4)
      throw new MalformedFile(`the vtable of ${def.name} at byte ${vtable} has impossible sizes`);
    this.claim(vtable, vtableSize, 2, `the vtable of ${def.name}`);
    this.claim(at, size, 4, def.name);
    /** Position of the field with this id, 0 where it is absent. */
    const locate = (id: number, width: number, what: string): number => {
      const slot = 4 + 2 * id;
      const offset = slot + 2 <= vtableSize ? this.view.readUint16(vtable + slot) : 0;
      if (offset === 0) return 0;
      if (offset < 4 || offset + width > size)
        throw new MalformedFile(`${what} lies outside of its table at byte ${at}`);
      return at + offset;
    };
    const values: Record<string, unknown> = {};
    let id = 0;
    for (const [name, field] of Object.entries(def.fields)) {
      const what = `${def.name}.${name}`;
      if (field.kind === 'union') {
        values[name] = this.union(field.members, locate(id, 1, what), locate(id + 1, 4, what), what);
        id += 2;
        continue;
      }
      const width = field.kind === 'scalar' ? SCALAR_SIZE[field.type] : field.kind === 'presence' ? 1 : 4;
      values[name] = this.field(field, locate(id, width, what), what);
      id += 1;
    }
    return values as ValueOf<T>;
  }

  private field(field: Exclude<Field, { kind: 'union' }>, at: number, what: string): unknown {
    switch (field.kind) {
      case 'scalar': {
        const value = at === 0 ? field.default : this.scalar(field.type, at, what);
        return field.type === 'bool' ? value !== 0 : value;
      }
      case 'scalars':
        return at === 0 ? [] : this.scalars(field.type, at, what);
      case 'bytes':
        return at === 0 ? new Uint8Array(0) : this.vector(at, 1, what, (start, n) => this.slice(start, n));
      case 'string':
        return at === 0
          ? ''
          : this.vector(at, 1, what, (start, n) => Buffer.from(this.slice(start, n)).toString('utf8'));
      case 'table':
        return at === 0 ? undefined : this.table(field.of, this.follow(at, what));
      case 'tables':
        return at === 0
          ? []
          : this.vector(at, 4, what, (start, n) =>
              Array.from({ length: n }, (_, i) => this.table(field.of, this.follow(start + 4 * i, what))),
            );
      case 'presence':
        return at !== 0;
    }
  }

  private slice(start: number, length: number): Uint8Array {
    return this.bytes.subarray(start, start + length);
  }

  /** Calls `read` with the position of the first element and the count, once all elements are in the file. */
  private vector<R>(at: number, width: number, what: string, read: (start: number, n: number) => R): R {
    const vector = this.follow(at, what);
    this.claim(vector, 4, 4, what);
    const count = this.view.readUint32(vector);
    // Elements begin behind their count, at a multiple of 4 bytes; some writers align wider ones no further. Readers
    // here take them byte by byte, and for the interpreter on a Cortex-M0+ whole words are aligned enough.
    this.claim(vector + 4, count * width, 1, what);
    return read(vector + 4, count);
  }

  private scalars(type: ScalarType, at: number, what: string): readonly number[] {
    const width = SCALAR_SIZE[type];
    return this.vector(at, width, what, (start, n) =>
      Array.from({ length: n }, (_, i) => this.scalar(type, start + width * i, what)),
    );
  }

  private scalar(type: ScalarType, at: number, what: string): number {
    switch (type) {
      case 'bool':
      case 'i8':
        return this.view.readInt8(at);
      case 'i32':
        return this.view.readInt32(at);
      case 'u32':
        return this.view.readUint32(at);
      case 'f32':
        return this.view.readFloat32(at);
      case 'i64':
        return safe(this.view.readInt64(at), what);
      case 'u64':
        return safe(this.view.readUint64(at), what);
    }
  }

  private union(
    members: Readonly<Record<string, { code: number; table: TableDef }>>,
    typeAt: number,
    valueAt: number,
    what: string,
  ): unknown {
    const code = typeAt === 0 ? 0 : this.view.readUint8(typeAt);
    if (code === 0) return { type: 'none' };
    const known = Object.entries(members).find(([, member]) => member.code === code);
    if (known === undefined) return { type: 'other', code };
    if (valueAt === 0) throw new MalformedFile(`${what} has a type but no value`);
    return { type: known[0], ...this.table(known[1].table, this.follow(valueAt, what)) };
  }
}

function safe(value: bigint, what: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new MalformedFile(`${what} holds ${value}, which is out of range`);
  return number;
}
