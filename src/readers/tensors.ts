/**
 * Tensors of a TensorFlow Lite file as model tensors: only those something refers to, renumbered, with
 * fixed shapes, element types we know and constants of the right length.
 */
import type { Problem } from '../diagnostics/errors.js';
import {
  ELEMENT_BYTES,
  elementCount,
  MOST_DIMENSIONS,
  MOST_TENSOR_BYTES,
  shapeText,
} from '../model/elements.js';
import type { Quantization, Tensor } from '../model/types.js';
import { elementType, TENSOR_TYPES } from '../tflite/codes.js';
import type { TfliteFile, TfliteQuantization, TfliteTensor } from '../tflite/schema.js';
import { printable } from './names.js';

/** Bounds on what a file may ask of those who run it; no microcontroller comes near. */
const MOST_BYTES = 256 * 1024 * 1024;

export interface ReadTensors {
  readonly values: readonly Tensor[];
  /** Model ids of those with dimensions that the file leaves open. */
  readonly open: ReadonlySet<number>;
  /** Model id of a tensor of the file's main graph; -1 stays -1. */
  readonly renumber: (fileId: number) => number;
}

/** @param used ids of the main graph's tensors that the model needs; they must be in range */
export function readTensors(
  file: TfliteFile,
  used: readonly number[],
  name: string,
  problems: Problem[],
): ReadTensors {
  const main = file.subgraphs[0]!;
  const ids = new Map([...new Set(used)].sort((a, b) => a - b).map((id, index) => [id, index]));
  const inputs = new Set(main.inputs);
  const values: Tensor[] = [];
  let bytes = 0;
  for (const id of ids.keys()) {
    const raw = main.tensors[id]!;
    const tensor = readTensor(raw, file, inputs.has(id));
    if (typeof tensor === 'string') {
      problems.push({ ...advice(tensor), where: tensorPlace(name, id, raw) });
      continue;
    }
    values.push(tensor);
    bytes += ELEMENT_BYTES[tensor.type] * elementCount(tensor.shape);
  }
  if (bytes > MOST_BYTES)
    problems.push({
      where: name,
      what: `its tensors take ${bytes} bytes together; at most ${MOST_BYTES} are read`,
      next: 'give a model made for microcontrollers',
    });
  const open = new Set(
    [...ids].flatMap(([id, index]) =>
      main.tensors[id]!.shapeSignature.some((dim) => dim < 0) ? [index] : [],
    ),
  );
  return { values, open, renumber: (id) => ids.get(id) ?? -1 };
}

function tensorPlace(name: string, id: number, tensor: TfliteTensor): string {
  return `${name}, tensor ${id}${tensor.name === '' ? '' : ` (${printable(tensor.name)})`}`;
}

function advice(what: string): Omit<Problem, 'where'> {
  return { what, next: "convert the model again with TensorFlow's converter, int8, with fixed shapes" };
}

/** A hostile shape has any number of dimensions. */
function brief(shape: readonly number[]): string {
  return shapeText(shape.slice(0, MOST_DIMENSIONS)) + (shape.length > MOST_DIMENSIONS ? 'x…' : '');
}

/** The tensor, or what is wrong with it. */
export function readTensor(raw: TfliteTensor, file: TfliteFile, isInput = false): Tensor | string {
  const type = elementType(raw.type);
  if (type === undefined)
    return `has elements of type ${TENSOR_TYPES[raw.type] ?? raw.type}, which kws-gen does not read`;
  if (raw.sparsity) return 'is stored sparse, which kws-gen does not read';
  if (raw.externalBuffer !== 0) return 'has its data in another file, which kws-gen does not read';

  const shape = raw.shape.map((dim, axis) => (axis === 0 && dim === -1 ? 1 : dim));
  const dynamic = isInput && raw.shapeSignature.some((dim, axis) => dim < 0 && axis > 0);
  if (dynamic || shape.some((dim) => dim < 0))
    return `has the dynamic shape ${brief(dynamic ? raw.shapeSignature : raw.shape)}; only a dynamic batch can be read (as 1)`;
  const length = ELEMENT_BYTES[type] * elementCount(shape);
  if (shape.length > MOST_DIMENSIONS || length > MOST_TENSOR_BYTES)
    return `has the shape ${brief(shape)}, which is beyond what kws-gen reads (${MOST_DIMENSIONS} dimensions, ${MOST_TENSOR_BYTES} bytes)`;

  const data = file.buffers[raw.buffer] ?? new Uint8Array(0);
  if (data.length !== 0 && data.length !== length)
    return `is a constant of ${data.length} bytes, and its shape ${shapeText(shape)} takes ${length}`;
  const quantization = readQuantization(raw.quantization);
  if (typeof quantization === 'string') return quantization;
  return {
    name: raw.name,
    type,
    shape,
    ...(quantization === undefined ? {} : { quantization }),
    ...(data.length === 0 ? {} : { data }),
  };
}

/** Affine quantization with one zero point per scale; undefined where the tensor has none. */
function readQuantization(raw: TfliteQuantization | undefined): Quantization | undefined | string {
  if (raw === undefined) return undefined;
  if (raw.details.type !== 'none') return 'is quantized in blocks, which kws-gen does not read';
  const { scales, zeroPoints, axis } = raw;
  if (scales.length === 0) return undefined;
  if (zeroPoints.length > 1 && zeroPoints.length !== scales.length)
    return `has ${scales.length} scales and ${zeroPoints.length} zero points`;
  return {
    scales,
    zeroPoints: scales.map((_, i) => zeroPoints[zeroPoints.length > 1 ? i : 0] ?? 0),
    axis,
  };
}
