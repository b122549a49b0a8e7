/**
 * Reads the files of a zip archive in memory: Keras's `.keras`, NumPy's `.npz`.
 *
 * Owns: PKWARE's APPNOTE.TXT as far as such archives use it (stored and deflated entries, no encryption, one
 * disk, under 4 GB), and bounds: an archive is untrusted, what it unpacks to is limited by what it declares,
 * by what really comes out, and by the caller. Nothing is ever written to disk.
 * Leaves to others: what the files mean, writing archives.
 */

import { constants, inflateRawSync } from 'node:zlib';
import { inputError } from '../diagnostics/errors.js';
import { crc32 } from './crc32.js';

export interface ZipLimits {
  /** Entries an archive may have. */
  readonly entries: number;
  /** Bytes that may be unpacked from one archive, all reads together. */
  readonly bytes: number;
}

interface ZipEntry {
  /** Path inside the archive, with `/`. */
  readonly name: string;
  /** Bytes it declares to unpack to. */
  readonly size: number;
}

export interface ZipArchive {
  /** In the order of the central directory, without folders. */
  readonly entries: readonly ZipEntry[];
  /**
   * Bytes of one file, checked against its size and CRC-32.
   *
   * @throws KwsError (exit code 2) where there is no such entry, or it cannot be unpacked
   */
  read(name: string): Uint8Array;
}

interface Located extends ZipEntry {
  readonly method: number;
  readonly encrypted: boolean;
  readonly packed: number;
  readonly offset: number;
  readonly crc: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** A length or an offset of this value stands in a zip64 field. */
const ZIP64 = 0xffffffff;
const FETCH = 'the archive is damaged: save or download it again';

/** Whether the bytes begin like a zip archive. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/**
 * @param where the file's name, for messages
 * @throws KwsError (exit code 2) for a damaged archive, and one that uses more than the limits allow
 */
export function readZip(bytes: Uint8Array, where: string, limits: ZipLimits): ZipArchive {
  const directory = readDirectory(bytes, where, limits);
  const byName = new Map(directory.map((entry) => [entry.name, entry]));
  if (byName.size !== directory.length)
    throw inputError({ where, what: 'has two entries of the same name', next: FETCH });
  let left = limits.bytes;
  return {
    entries: directory.map(({ name, size }) => ({ name, size })),
    read(name) {
      const entry = byName.get(name);
      if (entry === undefined)
        throw inputError({ where, what: `has no entry "${shown(name)}"`, next: FETCH });
      const content = unpack(bytes, entry, `${where}, ${shown(name)}`, left);
      left -= content.length;
      return content;
    },
  };
}

/** A name from the archive, fit for a message. */
function shown(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The end record is the last thing in the file but for a comment of at most 65535 bytes (APPNOTE 4.3.16). */
function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= first; at--)
    if (view.getUint32(at, true) === END && at + 22 + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  return -1;
}

function readDirectory(bytes: Uint8Array, where: string, limits: ZipLimits): readonly Located[] {
  const view = viewOf(bytes);
  const damaged = (what: string) => inputError({ where, what, next: FETCH });
  const end = findEnd(view);
  if (end < 0) throw damaged('is a zip archive without its end: it was cut short');
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count)
    throw damaged('is one part of a zip archive over several files');
  if (count === 0xffff || start === ZIP64) throw tooLarge(where);
  if (count > limits.entries)
    throw inputError({
      where,
      what: `is a zip archive of ${count} files; at most ${limits.entries} are read`,
      next: 'give the file of one model',
    });

  const entries: Located[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL)
      throw damaged('has a broken directory of files');
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    const next = at + 46 + nameLength + extra + comment;
    if (next > end) throw damaged('has a broken directory of files');
    const entry = {
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)),
      encrypted: (view.getUint16(at + 8, true) & 1) !== 0,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    };
    if (entry.packed === ZIP64 || entry.size === ZIP64 || entry.offset === ZIP64) throw tooLarge(where);
    if (!entry.name.endsWith('/')) entries.push(entry);
    at = next;
  }
  return entries;
}

function tooLarge(where: string): Error {
  return inputError({
    where,
    what: 'is a zip64 archive, which is for files of 4 GB and more',
    next: 'give a model made for microcontrollers',
  });
}

function unpack(bytes: Uint8Array, entry: Located, where: string, most: number): Uint8Array {
  const fail = (what: string, next = FETCH) => inputError({ where, what, next });
  if (entry.encrypted) throw fail('is encrypted', 'unpack the archive with its password and pack it again');
  if (entry.method !== 0 && entry.method !== 8)
    throw fail(
      `is packed with method ${entry.method}; stored and deflated files are read`,
      'pack it again with deflate',
    );
  if (entry.size > most)
    throw fail(`unpacks to ${entry.size} bytes; ${most} are allowed`, 'give the file of one model');
  const view = viewOf(bytes);
  if (entry.offset + 30 > bytes.length || view.getUint32(entry.offset, true) !== LOCAL)
    throw fail('is not where the archive says');
  const start =
    entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
  if (start + entry.packed > bytes.length) throw fail('ends beyond the end of the archive');
  const packed = bytes.subarray(start, start + entry.packed);
  const content = entry.method === 0 ? packed.slice() : inflate(packed, entry.size);
  if (content === undefined || content.length !== entry.size || crc32(content) !== entry.crc)
    throw fail('does not unpack to what the archive declares');
  return content;
}

/** At most `size` bytes: more than declared is an error, not an allocation. */
function inflate(packed: Uint8Array, size: number): Uint8Array | undefined {
  try {
    return new Uint8Array(
      inflateRawSync(packed, { maxOutputLength: size + 1, finishFlush: constants.Z_FINISH }),
    );
  } catch {
    return undefined;
  }
}
