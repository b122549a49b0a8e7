/**
 * TensorFlow Lite file to plain values.
 *
 * Owns: the file's own structure (identifier, version, operator codes of both generations, buffers inside
 * and behind the flatbuffer). Leaves to others: what the graph means (`readers/tflite.ts`).
 */
import { inputError } from '../diagnostics/errors.js';
import { Cursor, MalformedFile } from './cursor.js';
import type { RawModel, TfliteFile } from './schema.js';
import { FILE_IDENTIFIER, MODEL, SCHEMA_VERSION } from './schema.js';

/** Far more than any microcontroller holds; keeps a hostile file from costing more than that. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Whether the bytes carry the file identifier of TensorFlow Lite. */
export function isTflite(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && Buffer.from(bytes.subarray(4, 8)).toString('latin1') === FILE_IDENTIFIER;
}

/**
 * Decodes a file of any origin.
 *
 * @param where the file's name for error messages
 * @returns values that view `bytes` (buffers are not copied)
 * @throws an input error for anything that is no well-formed file
 */
export function decodeTflite(bytes: Uint8Array, where = 'model'): TfliteFile {
  if (!isTflite(bytes))
    throw inputError({
      what: 'is not a TensorFlow Lite file',
      where,
      why: `bytes 4 to 7 are not the identifier ${FILE_IDENTIFIER}`,
      next: 'check that the path names a .tflite file and that the download was complete',
    });
  if (bytes.length > MAX_FILE_BYTES)
    throw inputError({
      what: `has ${bytes.length} bytes; at most ${MAX_FILE_BYTES} are read`,
      where,
      next: 'give a model made for microcontrollers',
    });
  try {
    return assemble(new Cursor(bytes).root(MODEL), bytes);
  } catch (error) {
    if (!(error instanceof MalformedFile)) throw error;
    throw inputError(
      {
        what: 'is not a readable TensorFlow Lite file',
        where,
        why: error.message,
        next: 'the file is truncated or corrupt: fetch or convert it again',
      },
      { cause: error },
    );
  }
}

function assemble(raw: RawModel, bytes: Uint8Array): TfliteFile {
  if (raw.version !== SCHEMA_VERSION)
    throw new MalformedFile(`it says schema version ${raw.version}; only ${SCHEMA_VERSION} is known`);
  if (raw.subgraphs.length === 0) throw new MalformedFile('it has no subgraph');
  for (const subgraph of raw.subgraphs)
    for (const tensor of subgraph.tensors)
      if (tensor.buffer >= Math.max(1, raw.buffers.length))
        throw new MalformedFile(
          `tensor ${JSON.stringify(tensor.name.slice(0, 80))} names buffer ${tensor.buffer} of ${raw.buffers.length}`,
        );
  for (const entry of raw.metadata)
    if (entry.buffer >= raw.buffers.length)
      throw new MalformedFile(
        `metadata ${JSON.stringify(entry.name.slice(0, 80))} names buffer ${entry.buffer} of ${raw.buffers.length}`,
      );
  return {
    version: raw.version,
    description: raw.description,
    operatorCodes: raw.operatorCodes.map((code) => ({
      builtinCode: Math.max(code.builtinCode, code.deprecatedBuiltinCode),
      customCode: code.customCode,
      version: code.version,
    })),
    subgraphs: raw.subgraphs.map((subgraph) => ({
      ...subgraph,
      operators: subgraph.operators.map((operator) => {
        if (operator.opcodeIndex >= raw.operatorCodes.length)
          throw new MalformedFile(
            `an operator has code ${operator.opcodeIndex} of ${raw.operatorCodes.length}`,
          );
        const { largeCustomOptionsOffset: offset, largeCustomOptionsSize: size } = operator;
        if (offset <= 1) return operator;
        const customOptions = outside(bytes, offset, size, 'custom options');
        return { ...operator, customOptions, largeCustomOptionsOffset: 0, largeCustomOptionsSize: 0 };
      }),
    })),
    buffers: raw.buffers.map((buffer, index) =>
      buffer.offset > 1 ? outside(bytes, buffer.offset, buffer.size, `buffer ${index}`) : buffer.data,
    ),
    metadata: raw.metadata,
    signatures: raw.signatures,
  };
}

/** Data that stands behind the flatbuffer, as in files of more than 2 GB. */
function outside(bytes: Uint8Array, offset: number, size: number, what: string): Uint8Array {
  if (offset + size > bytes.length)
    throw new MalformedFile(`${what} (${size} bytes at ${offset}) runs past the end (${bytes.length} bytes)`);
  return bytes.subarray(offset, offset + size);
}
