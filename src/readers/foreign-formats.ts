/**
 * Model formats that are recognised and refused, each with the way to a file that can be read.
 *
 * Leaves to others: the formats that are read (`index.ts`).
 */
import { inputError } from '../diagnostics/errors.js';

interface ForeignFormat {
  readonly title: string;
  readonly match: (head: Buffer, name: string, whole: Buffer) => boolean;
  /** How to get to an int8 .tflite. */
  readonly next: string;
}

const QUANTIZE =
  'tf.lite.TFLiteConverter with optimizations = [tf.lite.Optimize.DEFAULT], a representative_dataset, and supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]';

/** The first and the last kilobytes: where the formats below say what they are. */
const SEARCHED = 64 * 1024;
const mentions = (whole: Buffer, text: string): boolean =>
  whole.subarray(0, SEARCHED).includes(text, 0, 'latin1') ||
  whole.subarray(Math.max(0, whole.length - SEARCHED)).includes(text, 0, 'latin1');

const isZip = (head: Buffer) => head.toString('latin1', 0, 4) === 'PK\x03\x04';
const isJson = (head: Buffer) => /^\s*\{/.test(head.toString('latin1'));

/** In the order they are tried. */
const FOREIGN_FORMATS: readonly ForeignFormat[] = [
  {
    title: 'a Keras model (.h5)',
    match: (head) => head.toString('latin1', 0, 8) === '\x89HDF\r\n\x1a\n',
    next: `load it with Keras and convert it with ${QUANTIZE}`,
  },
  {
    title: 'a Keras model (.keras)',
    match: (head, _, whole) => isZip(head) && mentions(whole, 'model.weights.h5'),
    next: `load it with Keras and convert it with ${QUANTIZE}`,
  },
  {
    title: 'a PyTorch model',
    match: (head, _, whole) =>
      (isZip(head) && mentions(whole, 'data.pkl')) || (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5),
    next: 'export it to TensorFlow Lite with litert-torch and int8 quantization',
  },
  {
    title: 'a zip archive',
    match: isZip,
    next: 'unpack it and give the .tflite file in it',
  },
  {
    title: 'a microWakeWord manifest, not a model',
    match: (head, _, whole) => isJson(head) && mentions(whole, '"micro"') && mentions(whole, '"wake_word"'),
    next: 'give it to kws-gen init, which reads the model it names',
  },
  {
    title: 'a TensorFlow.js model',
    match: (head, _, whole) =>
      isJson(head) && (mentions(whole, 'modelTopology') || mentions(whole, 'weightsManifest')),
    next: `convert it to Keras with tensorflowjs_converter, then with ${QUANTIZE}`,
  },
  {
    title: 'a TensorFlow SavedModel',
    match: (head, name, whole) =>
      /(^|[/\\])(saved_model|keras_metadata|fingerprint)\.pb$/i.test(name) ||
      (head[0] === 0x08 && head[1] === 0x01 && head[2] === 0x12 && mentions(whole, 'saved_model')),
    next: `convert its folder with ${QUANTIZE}`,
  },
  {
    // A protobuf that begins with the IR version and the producer's or the graph's field.
    title: 'an ONNX model',
    match: (head, name) =>
      /\.onnx$/i.test(name) ||
      (head[0] === 0x08 && head[1]! < 32 && [0x12, 0x1a, 0x22, 0x3a].includes(head[2]!)),
    next: `convert it to Keras or a SavedModel with onnx2tf, then with ${QUANTIZE}`,
  },
];

/** @throws an input error if the bytes are of a format known here; returns otherwise */
export function refuseForeignFormat(bytes: Uint8Array, name: string): void {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = whole.subarray(0, 64);
  const format = FOREIGN_FORMATS.find((candidate) => candidate.match(head, name, whole));
  if (format === undefined) return;
  throw inputError({
    what: `is ${format.title}`,
    where: name,
    why: 'this version of kws-gen reads int8 TensorFlow Lite files (.tflite) only',
    next: format.next,
  });
}
