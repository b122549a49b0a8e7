/**
 * Readers: bytes of a file → `Model`.
 *
 * Owns: recognising a format by its bytes (the name's extension only where bytes cannot tell).
 * Leaves to others: loading files, and what is done with a model. What the readers get is untrusted: every
 * failure is an input error, in bounded time and memory.
 */
import { inputError } from '../diagnostics/errors.js';
import type { Model, SourceFormat } from '../model/types.js';
import { isTflite } from '../tflite/decode.js';
import { verifyModel } from '../verify/verify.js';
import { cArrayModel, isCArray } from './c-array.js';
import { READABLE, refuseForeignFormat } from './foreign-formats.js';
import { isFrozenGraph, readFrozenGraph } from './frozen-graph.js';
import { isKeras, readKeras } from './keras.js';
import { isSavedModel, readSavedModel } from './saved-model.js';
import type { Siblings } from './siblings.js';
import { isTfjsLayers, readTfjsLayers } from './tfjs.js';
import { isTfjsGraph, readTfjsGraph } from './tfjs-graph.js';
import { readTflite } from './tflite.js';
import { refuseUnusable } from './unusable.js';

interface Reader {
  /** What users call the format. */
  readonly title: string;
  /** Whether the bytes look like this format; cheap, never throws. */
  readonly match: (bytes: Uint8Array, name: string) => boolean;
  readonly open: (bytes: Uint8Array, name: string, siblings: Siblings) => Model | Promise<Model>;
}

/** One reader per source format of a model; heavy libraries are loaded when a reader opens a file. */
const READERS: Readonly<Partial<Record<SourceFormat, Reader>>> = {
  tflite: { title: 'TensorFlow Lite file', match: isTflite, open: readTflite },
  keras: { title: 'Keras model', match: isKeras, open: readKeras },
  'tfjs-layers': { title: 'TensorFlow.js (layers) model', match: isTfjsLayers, open: readTfjsLayers },
  'tfjs-graph': { title: 'TensorFlow.js (graph) model', match: isTfjsGraph, open: readTfjsGraph },
  'saved-model': { title: 'TensorFlow SavedModel', match: isSavedModel, open: readSavedModel },
  'frozen-graph': { title: 'frozen graph of TensorFlow 1', match: isFrozenGraph, open: readFrozenGraph },
};

/**
 * Reads a model of any known format and verifies it.
 *
 * @param name file name, for messages and the model's name
 * @param siblings reads the other files of formats that have several
 * @throws an input error with every problem found, or, for formats that cannot be read, with the way out
 */
export async function readModel(bytes: Uint8Array, name: string, siblings: Siblings): Promise<Model> {
  for (const reader of Object.values(READERS))
    if (reader.match(bytes, name))
      return verifyModel(refuseUnusable(await reader.open(bytes, name, siblings), name));
  return openModel(bytes, name);
}

/**
 * Reads a TensorFlow Lite file, as it is or as an array in C source, and verifies it.
 *
 * @param name file name, for messages and the model's name
 * @throws an input error with every problem found, or, for formats that cannot be read, with the way out
 */
export function openModel(bytes: Uint8Array, name: string): Model {
  if (isTflite(bytes)) return verifyModel(refuseUnusable(readTflite(bytes, name), name));
  const reader = Object.values(READERS).find((candidate) => candidate.match(bytes, name));
  if (reader !== undefined)
    throw inputError({
      what: `is a ${reader.title}`,
      where: name,
      why: 'a TensorFlow Lite file (.tflite) is needed here',
      next: `quantize it first: kws-gen quantize ${name}`,
    });
  refuseForeignFormat(bytes, name);
  if (isCArray(bytes)) return openModel(cArrayModel(bytes, name), name);
  throw inputError({
    what: 'is no model format that kws-gen knows',
    where: name,
    why: bytes.length === 0 ? 'the file is empty' : 'its first bytes match no format',
    next: `give ${READABLE}`,
  });
}
