/**
 * What `encodeTflite` writes instead of what it was given: the same model without dead tensors, without
 * unused or repeated operator codes, and with each distinct constant stored once.
 *
 * Tensor data is only shared, never changed, so every operator computes the same numbers.
 */
import { createHash } from 'node:crypto';
import type { TfliteFile, TfliteSignature, TfliteSubgraph } from './schema.js';

/** Returns the compacted file; compacting it again changes nothing. Ids out of range are kept as they are. */
export function compactFile(file: TfliteFile): TfliteFile {
  const pool = new BufferPool();
  const codes = new Interner<TfliteFile['operatorCodes'][number]>();
  const kept = file.subgraphs.map((subgraph, index) => usedTensors(subgraph, signaturesOf(file, index)));
  const subgraphs = file.subgraphs.map((subgraph, index): TfliteSubgraph => {
    const ids = kept[index]!;
    const renumber = (list: readonly number[]) => list.map((id) => ids.get(id) ?? id);
    return {
      ...subgraph,
      tensors: [...ids.keys()].map((id) => {
        const tensor = subgraph.tensors[id]!;
        return { ...tensor, buffer: pool.add(file.buffers[tensor.buffer]) };
      }),
      inputs: renumber(subgraph.inputs),
      outputs: renumber(subgraph.outputs),
      operators: subgraph.operators.map((operator) => {
        const code = file.operatorCodes[operator.opcodeIndex]!;
        const key = `${code.builtinCode} ${code.version} ${code.customCode}`;
        return {
          ...operator,
          opcodeIndex: codes.add(key, code),
          inputs: renumber(operator.inputs),
          outputs: renumber(operator.outputs),
          intermediates: renumber(operator.intermediates),
        };
      }),
    };
  });
  return {
    ...file,
    subgraphs,
    operatorCodes: codes.values,
    metadata: file.metadata.map((entry) => ({ ...entry, buffer: pool.add(file.buffers[entry.buffer]) })),
    signatures: file.signatures.map((signature) => {
      const ids = kept[signature.subgraph];
      const map = (list: TfliteSignature['inputs']) =>
        list.map((entry) => ({ ...entry, tensor: ids?.get(entry.tensor) ?? entry.tensor }));
      return { ...signature, inputs: map(signature.inputs), outputs: map(signature.outputs) };
    }),
    buffers: pool.buffers,
  };
}

function signaturesOf(file: TfliteFile, subgraph: number): number[] {
  return file.signatures
    .filter((signature) => signature.subgraph === subgraph)
    .flatMap((signature) => [...signature.inputs, ...signature.outputs].map((entry) => entry.tensor));
}

/** New id per tensor that something refers to, in the old order. */
function usedTensors(subgraph: TfliteSubgraph, signature: readonly number[]): Map<number, number> {
  const used = new Set([
    ...subgraph.inputs,
    ...subgraph.outputs,
    ...signature,
    ...subgraph.operators.flatMap((op) => [...op.inputs, ...op.outputs, ...op.intermediates]),
  ]);
  const ids = new Map<number, number>();
  for (const id of subgraph.tensors.keys()) if (used.has(id)) ids.set(id, ids.size);
  return ids;
}

class Interner<T> {
  readonly values: T[] = [];
  private readonly ids = new Map<string, number>();

  add(key: string, value: T): number {
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    this.ids.set(key, this.values.length);
    return this.values.push(value) - 1;
  }
}

/** Buffers by content; the empty one is always number 0. */
class BufferPool {
  private readonly interner = new Interner<Uint8Array>();

  constructor() {
    this.interner.add('', new Uint8Array(0));
  }

  get buffers(): readonly Uint8Array[] {
    return this.interner.values;
  }

  add(bytes: Uint8Array | undefined): number {
    if (bytes === undefined || bytes.length === 0) return 0;
    return this.interner.add(createHash('sha256').update(bytes).digest('hex'), bytes);
  }
}
