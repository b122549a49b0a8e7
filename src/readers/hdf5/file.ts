/**
 * HDF5 files as Keras and h5py write them, from memory (HDF5 File Format Specification, version 3.0).
 *
 * Owns: superblock, lookup of objects by path, texts in attributes, float datasets. The library's newer
 * forms (dense groups and attributes, chunks, filters, shared types) are refused: Keras uses none.
 * Written for files that are not trusted: the C library, compiled to WebAssembly, takes gigabytes or faults
 * on files with a few changed bytes. Nothing is read twice, followed in circles, or allocated on the file's word.
 * Leaves to others: what the objects mean (`keras/`).
 */
import { inputError } from '../../diagnostics/errors.js';
import { elementCount } from '../../model/elements.js';
import { floatValues } from '../float-values.js';
import { Hdf5Bytes, Hdf5Error, UNDEFINED } from './bytes.js';
import { readMembers } from './groups.js';
import type { Message } from './header.js';
import { MESSAGE, readHeader } from './header.js';
import { readAttribute, readContent, readDataspace, readDatatype } from './values.js';

const SIGNATURE = '\x89HDF\r\n\x1a\n';

interface Hdf5Dataset {
  readonly shape: readonly number[];
  /** Float values of any width as float32. @throws an input error where it holds something else */
  readonly values: () => Float32Array;
}

export interface Hdf5Object {
  /** Names of its members; none for a dataset. */
  readonly names: () => readonly string[];
  /** Undefined where there is no such member. */
  readonly member: (name: string) => Hdf5Object | undefined;
  /** Texts of an attribute; undefined where there is none, or it holds something else. */
  readonly texts: (attribute: string) => readonly string[] | undefined;
  readonly dataset: () => Hdf5Dataset | undefined;
}

export function isHdf5(bytes: Uint8Array): boolean {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(8, bytes.length)).toString('latin1') === SIGNATURE
  );
}

/**
 * The root group of a file.
 *
 * @throws KwsError (exit code 2); so do all methods of the objects
 */
export function openHdf5(bytes: Uint8Array, where: string): Hdf5Object {
  const file = new Hdf5Bytes(bytes);
  const guarded = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Hdf5Error)) throw error;
      throw inputError(
        {
          where,
          what: error.message,
          why: 'it is read as an HDF5 file written by Keras',
          next: 'copy the file again, or save the model again (model.save)',
        },
        { cause: error },
      );
    }
  };
  return guarded(() => objectAt(file, rootAddress(file), guarded));
}

/** Superblocks of all versions (II.A); addresses and lengths of 8 bytes, as everybody writes them. */
function rootAddress(file: Hdf5Bytes): number {
  const version = file.u8(8);
  const [offsets, lengths] = version < 2 ? [file.u8(13), file.u8(14)] : [file.u8(9), file.u8(10)];
  if (version > 3) throw new Hdf5Error(`is HDF5 with a superblock of version ${version}`);
  if (offsets !== 8 || lengths !== 8) throw new Hdf5Error('is HDF5 with addresses of an unusual size');
  const base = version < 2 ? (version === 1 ? 28 : 24) : 12;
  if (file.address(base) !== 0) throw new Hdf5Error('is HDF5 with something before it');
  const end = file.address(base + 16);
  if (end > file.bytes.length)
    throw new Hdf5Error(`was cut short: it has ${file.bytes.length} bytes of ${end}`);
  return file.address(version < 2 ? base + 32 + 8 : base + 24);
}

function objectAt(file: Hdf5Bytes, address: number, guarded: <T>(read: () => T) => T): Hdf5Object {
  if (address === UNDEFINED) throw new Hdf5Error('has an object that is nowhere');
  const messages = once(() => readHeader(file, address));
  const members = once(() => readMembers(file, messages()));
  const attributes = once(() => readAttributes(file, messages()));
  return {
    names: () => guarded(() => [...members().keys()]),
    member: (name) =>
      guarded(() => {
        const at = members().get(name);
        return at === undefined ? undefined : objectAt(file, at, guarded);
      }),
    texts: (attribute) => guarded(() => attributes().get(attribute)?.()),
    dataset: () => guarded(() => readDataset(file, messages(), guarded)),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function readAttributes(file: Hdf5Bytes, messages: readonly Message[]) {
  const attributes = new Map<string, () => readonly string[] | undefined>();
  for (const message of messages) {
    if (message.type === MESSAGE.attribute) {
      const { name, texts } = readAttribute(file, message);
      attributes.set(name, texts);
    }
    if (message.type === MESSAGE.attributeInfo) {
      const heap = message.at + 2 + (file.u8(message.at + 1) & 1 ? 2 : 0);
      if (file.address(heap) !== UNDEFINED)
        throw new Hdf5Error(
          'keeps its attributes in the form of newer libraries, which kws-gen does not read',
        );
    }
  }
  return attributes;
}

function readDataset(
  file: Hdf5Bytes,
  messages: readonly Message[],
  guarded: <T>(read: () => T) => T,
): Hdf5Dataset | undefined {
  const [space, type] = [MESSAGE.dataspace, MESSAGE.datatype].map((wanted) =>
    messages.find((message) => message.type === wanted),
  );
  if (space === undefined || type === undefined) return undefined;
  const shape = readDataspace(file, space.at);
  const datatype = readDatatype(file, type.at);
  return {
    shape,
    values: () =>
      guarded(() => {
        if (datatype.kind !== 'number') throw new Hdf5Error('has a dataset of other than floats');
        return floatValues(datatype.stored, readContent(file, messages, elementCount(shape) * datatype.size));
      }),
  };
}
