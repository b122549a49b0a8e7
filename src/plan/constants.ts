/** Constant arrays of a plan, each stored once however often it is used. */
import { createHash } from 'node:crypto';
import type { Tensor } from '../model/types.js';
import type { ConstantArray, ConstantValues } from './types.js';

/** Elements of a constant tensor; undefined for types that no kernel reads as data. */
export function tensorValues(tensor: Tensor): ConstantValues | undefined {
  if (tensor.data === undefined) return undefined;
  const buffer = Uint8Array.from(tensor.data).buffer;
  switch (tensor.type) {
    case 'int8':
      return new Int8Array(buffer);
    case 'uint8':
      return new Uint8Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'float32':
      return new Float32Array(buffer);
    default:
      return undefined;
  }
}

export class ConstantPool {
  readonly arrays: ConstantArray[] = [];
  readonly #known = new Map<string, number>();

  constructor(arrays: readonly ConstantArray[] = []) {
    for (const { label, values } of arrays) this.add(label, values);
  }

  /** Index of an array with these values; a new one only if there is none. */
  add(label: string, values: ConstantValues): number {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const key = `${values.constructor.name} ${createHash('sha256').update(bytes).digest('hex')}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.arrays.push({ values, label });
    this.#known.set(key, this.arrays.length - 1);
    return this.arrays.length - 1;
  }

  get bytes(): number {
    return this.arrays.reduce((sum, { values }) => sum + values.byteLength, 0);
  }
}

/** The arrays among a kernel's parameters, by name. */
export function parameterArrays(params: object): [name: string, values: ConstantValues][] {
  return Object.entries(params).filter((entry): entry is [string, ConstantValues] =>
    ArrayBuffer.isView(entry[1]),
  );
}
