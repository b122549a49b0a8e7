/**
 * Weights of a TF.js model: the manifest in its `model.json`, and the binary files it names.
 *
 * Owns: sizes before anything is allocated, the values as tfjs decodes them (tfjs-core io_utils.ts,
 * decodeWeights): float32, or float16, uint8 and uint16 with a scale.
 * Leaves to others: which layer needs what (`layers/`), files (`Siblings`).
 */
import type { Problem } from '../diagnostics/errors.js';
import { inputError } from '../diagnostics/errors.js';
import { elementCount } from '../model/elements.js';
import type { StoredType } from './float-values.js';
import { floatValues, isStoredType, storedBytes } from './float-values.js';
import type { Weight } from './layers/weights.js';
import { printable } from './names.js';
import type { Siblings } from './siblings.js';
import { field, isFields } from './support/fields.js';
import { UnreadableError } from './support/unreadable.js';

/** No model for a microcontroller comes near. */
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_WEIGHTS = 20_000;
const MOST_FILES = 1000;
const AGAIN = 'the file is damaged or was edited: save or convert the model again';

interface Spec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly stored: StoredType | 'int32' | 'bool';
  readonly affine: { readonly scale: number; readonly min: number };
  readonly bytes: number;
}

interface Group {
  readonly paths: readonly string[];
  readonly specs: readonly Spec[];
  readonly bytes: number;
}

export interface TfjsWeight extends Weight {
  readonly dtype: string;
  /** The values of a weight that is no float32: axes and shapes in graph models. */
  readonly integers: () => Float64Array;
}

export interface TfjsWeights {
  readonly weights: readonly TfjsWeight[];
  /** The binary files, in the manifest's order. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

/**
 * @param manifest `weightsManifest`, untrusted
 * @throws KwsError (exit code 2) where a file is missing or has another length than its weights
 */
export async function readTfjsWeights(
  manifest: unknown,
  where: string,
  siblings: Siblings,
): Promise<TfjsWeights> {
  const groups = readManifest(manifest, where);
  const weights: TfjsWeight[] = [];
  const files: { path: string; bytes: Uint8Array }[] = [];
  const problems: Problem[] = [];
  for (const group of groups) {
    const parts: Uint8Array[] = [];
    let found = 0;
    for (const path of group.paths) {
      const bytes = await siblings(path);
      parts.push(bytes);
      files.push({ path, bytes });
      found += bytes.length;
      // What is too long is not read on: memory is bounded by what the weights take.
      if (found > group.bytes) break;
    }
    if (found !== group.bytes) {
      problems.push({
        where: `${where}, ${printable(group.paths.join(', '))}`,
        what: `${found < group.bytes ? 'is too short' : 'is too long'}: ${found} bytes, and the weights in it take ${group.bytes}`,
        next: 'copy all files of the model again; they belong to one model.json',
      });
      continue;
    }
    const all = parts.length === 1 ? parts[0]! : concatenated(parts, found);
    let at = 0;
    for (const spec of group.specs) {
      const bytes = all.subarray(at, at + spec.bytes);
      weights.push({
        name: spec.name,
        shape: spec.shape,
        dtype: spec.dtype,
        values: () => decode(spec, bytes),
        integers: () => decodeIntegers(spec, bytes),
      });
      at += spec.bytes;
    }
  }
  if (problems.length > 0) throw inputError(problems);
  return { weights, files };
}

function concatenated(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function decode(spec: Spec, bytes: Uint8Array): Float32Array {
  if (spec.stored === 'int32' || spec.stored === 'bool' || spec.dtype !== 'float32')
    throw new UnreadableError(
      `its weight ${printable(spec.name)} is ${printable(spec.dtype)}; float32 is needed`,
      AGAIN,
    );
  return floatValues(spec.stored, bytes, spec.affine);
}

/** Quantized integers are rounded, as tfjs does. */
function decodeIntegers(spec: Spec, bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = elementCount(spec.shape);
  if (spec.stored === 'int32')
    return Float64Array.from({ length: count }, (_, i) => view.getInt32(4 * i, true));
  if (spec.stored === 'bool') return Float64Array.from(bytes);
  return Float64Array.from(floatValues(spec.stored, bytes, spec.affine), Math.round);
}

function readManifest(manifest: unknown, where: string): readonly Group[] {
  const broken = (what: string) => inputError({ where: `${where}, weightsManifest`, what, next: AGAIN });
  if (!Array.isArray(manifest) || manifest.length === 0)
    throw inputError({
      where,
      what: 'names no weights',
      why: 'it has the layers of the model only',
      next: 'save the model with its weights (model.save)',
    });
  const groups = manifest.map((raw: unknown): Group => {
    const [paths, specs] = isFields(raw) ? [field(raw, 'paths'), field(raw, 'weights')] : [];
    if (!Array.isArray(paths) || !Array.isArray(specs) || paths.length > MOST_FILES)
      throw broken('is not the list of files and weights that TF.js writes');
    if (specs.length > MOST_WEIGHTS) throw broken(`names more than ${MOST_WEIGHTS} weights`);
    const read = specs.map((spec: unknown) => readSpec(spec, broken));
    const bytes = read.reduce((sum, spec) => sum + spec.bytes, 0);
    return { paths: paths.map((path: unknown) => relativePath(path, broken)), specs: read, bytes };
  });
  const total = (count: (group: Group) => number) => groups.reduce((sum, group) => sum + count(group), 0);
  if (
    total(({ bytes }) => bytes) > MOST_BYTES ||
    total(({ paths }) => paths.length) > MOST_FILES ||
    total(({ specs }) => specs.length) > MOST_WEIGHTS
  )
    throw broken(`takes more than ${MOST_BYTES} bytes, ${MOST_FILES} files or ${MOST_WEIGHTS} weights`);
  const paths = groups.flatMap((group) => group.paths);
  if (new Set(paths).size < paths.length) throw broken('names a file twice');
  const names = new Set(groups.flatMap(({ specs }) => specs.map(({ name }) => name)));
  if (names.size < total(({ specs }) => specs.length)) throw broken('names a weight twice');
  return groups;
}

/** Below the folder of the model.json: anything else is no path that TF.js writes. */
function relativePath(path: unknown, broken: (what: string) => Error): string {
  const text = typeof path === 'string' ? path : '';
  if (text === '' || text.length > 1000 || /^[/\\]|^[a-z][a-z0-9+.-]*:|[\\\0]/i.test(text))
    throw broken('names a file that is no relative path');
  if (text.split('/').includes('..')) throw broken(`names a file outside of its folder: ${printable(text)}`);
  return text;
}

function readSpec(raw: unknown, broken: (what: string) => Error): Spec {
  const spec = isFields(raw) ? raw : {};
  const [name, shape, dtype] = [field(spec, 'name'), field(spec, 'shape'), field(spec, 'dtype')];
  if (typeof name !== 'string' || name === '') throw broken('has a weight without a name');
  const named = `its weight ${printable(name)}`;
  if (
    !Array.isArray(shape) ||
    shape.length > 8 ||
    !shape.every((dim) => Number.isInteger(dim) && dim >= 0) ||
    elementCount(shape as number[]) * 8 > MOST_BYTES
  )
    throw broken(`${named} has a shape that makes no sense`);
  const quantization = field(spec, 'quantization');
  let stored: unknown = dtype;
  let affine = { scale: 1, min: 0 };
  if (isFields(quantization)) {
    stored = field(quantization, 'dtype');
    if (stored !== 'float16') {
      const [scale, min] = [field(quantization, 'scale'), field(quantization, 'min')];
      if (typeof scale !== 'number' || typeof min !== 'number' || (stored !== 'uint8' && stored !== 'uint16'))
        throw broken(`${named} is quantized in a form that is not known`);
      affine = { scale, min };
    }
  }
  if (typeof dtype !== 'string' || !(isStoredType(stored) || stored === 'int32' || stored === 'bool'))
    throw broken(`${named} has elements of type ${printable(String(stored))}, which kws-gen does not read`);
  const width = stored === 'int32' ? 4 : stored === 'bool' ? 1 : storedBytes(stored);
  return {
    name,
    shape: shape as number[],
    dtype,
    stored,
    affine,
    bytes: width * elementCount(shape as number[]),
  };
}
