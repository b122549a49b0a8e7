/**
 * Values of variables: `variables/variables.index` and the data files it names.
 *
 * Specification: tensorflow/core/protobuf/tensor_bundle.proto.
 */
import { inputError } from '../../diagnostics/errors.js';
import type { TensorValues } from '../graph/graph-def.js';
import type { Siblings } from '../siblings.js';
import { UnreadableError } from '../support/unreadable.js';
import { maskedCrc32c } from './crc32c.js';
import { fields, lastField } from './protobuf.js';
import { readTable } from './table.js';
import { readShapeProto, tensorFromBytes } from './tensor.js';

const INDEX = 'variables/variables.index';
const MOST_FILES = 100;
const AGAIN = 'copy or save the model again: all files of its folder belong together';

export interface Variables {
  /** A variable by its key; undefined where the files have none. Reading it throws a UnreadableError. */
  readonly get: (key: string) => (() => TensorValues) | undefined;
  readonly files: readonly Uint8Array[];
}

/** @throws KwsError (exit code 2) for files that are missing or damaged */
export async function readVariables(name: string, siblings: Siblings): Promise<Variables> {
  const index = await siblings(INDEX);
  try {
    const table = readTable(index);
    const files = await readShards(table, siblings);
    const read = entryReader(files);
    const get = (key: string) => {
      const entry = key === '' ? undefined : table.get(key);
      return entry && (() => read(entry));
    };
    return { get, files: [index, ...files] };
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    const where = `${name}, ${INDEX}`;
    throw inputError({ where, what: error.what, next: error.next }, { cause: error });
  }
}

/** BundleHeaderProto: num_shards 1, endianness 2. */
async function readShards(table: ReadonlyMap<string, Uint8Array>, siblings: Siblings): Promise<Uint8Array[]> {
  const header = table.get('');
  if (header === undefined) throw new UnreadableError('has no header', AGAIN);
  const count = Number(lastField(header, 1)?.varint ?? 0n);
  if ((lastField(header, 2)?.varint ?? 0n) !== 0n)
    throw new UnreadableError('was written on a big-endian machine', 'save the model on another one');
  if (count < 1 || count > MOST_FILES) throw new UnreadableError(`names ${count} data files`, AGAIN);
  const digits = (value: number) => String(value).padStart(5, '0');
  const files: Uint8Array[] = [];
  for (let shard = 0; shard < count; shard++)
    files.push(await siblings(`variables/variables.data-${digits(shard)}-of-${digits(count)}`));
  return files;
}

interface Entry {
  readonly type: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  readonly shard: number;
  readonly crc: number | undefined;
}

/** Reads entries, each once: values do not overlap, so that together they are no longer than the files. */
function entryReader(files: readonly Uint8Array[]): (entry: Uint8Array) => TensorValues {
  let left = files.reduce((sum, { length }) => sum + length, 0);
  const known = new Map<Uint8Array, TensorValues>();
  return (message) => {
    const before = known.get(message);
    if (before !== undefined) return before;
    const entry = locate(message, files);
    left -= entry.bytes.length;
    if (left < 0) throw new UnreadableError('shares its values with other variables', AGAIN);
    if (entry.crc !== undefined && entry.crc !== maskedCrc32c(entry.bytes))
      throw new UnreadableError(`has values whose checksum does not fit, in data file ${entry.shard}`, AGAIN);
    const values = tensorFromBytes(entry.type, entry.shape, entry.bytes);
    known.set(message, values);
    return values;
  };
}

/** BundleEntryProto: dtype 1, shape 2, shard_id 3, offset 4, size 5, crc32c 6, slices 7. */
function locate(message: Uint8Array, files: readonly Uint8Array[]): Entry {
  const numbers = [0, 0, 0, 0, 0, 0];
  let shape: readonly number[] | null = [];
  let crc: number | undefined;
  for (const { number, varint, bytes } of fields(message)) {
    if (number === 2) shape = readShapeProto(bytes);
    else if (number === 6 && bytes.length === 4)
      crc = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    else if (number === 7)
      throw new UnreadableError(
        'is a variable in several slices',
        'save the model without partitions or shards',
      );
    else if (number < 6) numbers[number] = Number(varint);
  }
  const [, type = 0, , shard = 0, offset = 0, size = 0] = numbers;
  const file = files[shard];
  if (shape === null || file === undefined || offset + size > file.length)
    throw new UnreadableError(`lies beyond the end of the data file ${shard}`, AGAIN);
  return { type, shape, bytes: file.subarray(offset, offset + size), shard, crc };
}
