/**
 * The sorted table of a checkpoint's index: keys and values in blocks.
 *
 * Specification: LevelDB's doc/table_format.md, with TensorFlow's magic number
 * (tensorflow/core/lib/io/format.h).
 */
import { UnreadableError } from '../support/unreadable.js';
import { maskedCrc32c } from './crc32c.js';
import { readVarint } from './protobuf.js';

const FOOTER = 48;
const TRAILER = 5;
const MAGIC = 0xdb4775248b80fb57n;
const MOST_ENTRIES = 50_000;
/** Keys share their beginning: a few bytes could say many. */
const MOST_KEY_BYTES = 4096;
const AGAIN = 'copy or save the model again: all files of its folder belong together';
const damaged = (what: string) => new UnreadableError(`is damaged: ${what}`, AGAIN);

interface Block {
  readonly offset: number;
  readonly size: number;
}

function blockHandle(bytes: Uint8Array, at: number): Block & { readonly next: number } {
  const offset = readVarint(bytes, at);
  const size = readVarint(bytes, offset.next);
  return { offset: Number(offset.value), size: Number(size.value), next: size.next };
}

/** All entries, by key. @throws UnreadableError */
export function readTable(file: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < FOOTER || view.getBigUint64(file.length - 8, true) !== MAGIC)
    throw damaged('it does not end as an index of variables does');
  const footer = file.subarray(file.length - FOOTER, file.length - 8);
  const metaindex = blockHandle(footer, 0);
  const index = blockHandle(footer, metaindex.next);
  const table = new Map<string, Uint8Array>();
  // Blocks do not overlap: together they are no longer than the file.
  let left = file.length;
  for (const [, handle] of entries(block(file, index))) {
    const place = blockHandle(handle, 0);
    left -= place.size + TRAILER;
    if (left < 0) throw damaged('its blocks overlap');
    for (const [key, value] of entries(block(file, place))) table.set(key, value);
    if (table.size > MOST_ENTRIES)
      throw new UnreadableError(
        `names more than ${MOST_ENTRIES} variables`,
        'give a model made for microcontrollers',
      );
  }
  return table;
}

function block(file: Uint8Array, { offset, size }: Block): Uint8Array {
  if (!(offset + size + TRAILER <= file.length)) throw damaged('a block of it is not there');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(offset + size + 1, true) !== maskedCrc32c(file.subarray(offset, offset + size + 1)))
    throw damaged('the checksum of a block does not fit');
  if (file[offset + size] !== 0)
    throw new UnreadableError(
      'is compressed, which kws-gen does not read',
      'save the model with Keras (.keras)',
    );
  return file.subarray(offset, offset + size);
}

/** Entries: shared bytes of the key, further ones, length of the value; behind them the restart points. */
function* entries(bytes: Uint8Array): Generator<readonly [string, Uint8Array]> {
  if (bytes.length < 4) throw damaged('a block of it is too short');
  const restarts = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
  const end = bytes.length - 4 - 4 * restarts;
  if (end < 0) throw damaged('a block of it is too short');
  let key = Buffer.alloc(0);
  for (let at = 0; at < end; ) {
    const shared = readVarint(bytes, at);
    const more = readVarint(bytes, shared.next);
    const length = readVarint(bytes, more.next);
    const [kept, added, size] = [Number(shared.value), Number(more.value), Number(length.value)];
    const start = length.next;
    if (kept > key.length || kept + added > MOST_KEY_BYTES || start + added + size > end)
      throw damaged('an entry of it reaches beyond its block');
    key = Buffer.concat([key.subarray(0, kept), bytes.subarray(start, start + added)]);
    yield [key.toString('utf8'), bytes.subarray(start + added, start + added + size)];
    at = start + added + size;
  }
}
