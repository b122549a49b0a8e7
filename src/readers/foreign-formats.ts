/**
 * Model formats that are recognised and refused, each with the way to a file that can be read.
 *
 * Leaves to others: the formats that are read (`index.ts`).
 */
import { inputError } from '../diagnostics/errors.js';

/** Of its models and of what names them: they take the embeddings of a network that is larger than a board. */
export const OPENWAKEWORD_NEXT =
  'openWakeWord runs on computers: for a microcontroller train the word with microWakeWord, whose models kws-gen init takes';

interface ForeignFormat {
  readonly title: string;
  readonly match: (head: Buffer, name: string, whole: Buffer) => boolean;
  /** How to get to a format that is read. */
  readonly next: string;
}

/** Formats that lead to one of ours are named so that users find them in the other tool's documents. */
export const READABLE =
  'a TensorFlow Lite file (.tflite, or its bytes as a C array), a Keras model (.keras, .h5), a TF.js model (model.json), a TensorFlow SavedModel (saved_model.pb) or a frozen graph (.pb)';

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
    title: 'a PyTorch model',
    match: (head, _, whole) =>
      (isZip(head) && mentions(whole, 'data.pkl')) || (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5),
    next: 'export it to TensorFlow Lite with litert-torch, float or int8',
  },
  {
    // Before C arrays are looked for: the numbers of such a file are no model.
    title: 'a model compiled to C++ by Edge Impulse (EON)',
    match: (_, name, whole) =>
      /compiled\.(cpp|h)$/i.test(name) ||
      mentions(whole, 'edge-impulse-sdk') ||
      mentions(whole, 'tflite_eon') ||
      mentions(whole, 'trained_model_invoke') ||
      (mentions(whole, 'TfLiteStatus') && mentions(whole, '_invoke(') && mentions(whole, 'tensor_arena')),
    next: "take the TensorFlow Lite file (int8 or float32) from Edge Impulse's dashboard: the compiled code is no longer a model",
  },
  {
    title: 'a Porcupine keyword (Picovoice)',
    match: (_, name) => /\.(ppn|rhn)$/i.test(name),
    next: "it runs in Picovoice's own engine only: train a word of yours with microWakeWord, or take one of its models",
  },
  {
    title: 'a Snowboy model',
    match: (head, name) =>
      /\.[pu]mdl$/i.test(name) ||
      /^(NewBinary|UniversalDetectStream|PersonalHeader)/.test(head.toString('latin1')),
    next: "it runs in Snowboy's own engine only: train a word of yours with microWakeWord, or take one of its models",
  },
  {
    title: 'an openWakeWord manifest',
    match: (head, _, whole) =>
      isJson(head) && /"type"\s*:\s*"openWakeWord"/i.test(whole.toString('latin1', 0, SEARCHED)),
    next: OPENWAKEWORD_NEXT,
  },
  {
    title: "a project's kws.json, not a model",
    match: (head, _, whole) => isJson(head) && mentions(whole, 'kws.schema.json'),
    next: 'give the model it names, or run kws-gen flash in its folder',
  },
  {
    title: 'a microWakeWord checkpoint of weights, or other weights without their model',
    match: (_, name) => /\.(weights\.h5|ckpt|ckpt\.(index|data-\d+-of-\d+))$/i.test(name),
    next: 'save the whole model (model.save("model.keras"))',
  },
  {
    title: 'a NumPy array, not a model',
    match: (head) => head.toString('latin1', 0, 6) === '\x93NUMPY',
    next: 'give the model; arrays of features go to kws-gen quantize --calibrate and to kws-gen features --compare',
  },
  {
    title: "Teachable Machine's metadata, not the model",
    match: (head, _, whole) => isJson(head) && mentions(whole, '"wordLabels"'),
    next: 'give the model.json beside it, whose labels stand in this file',
  },
  {
    title: 'a zip archive',
    match: isZip,
    next: 'unpack it and give the model in it',
  },
  {
    title: 'a microWakeWord manifest, not a model',
    match: (head, _, whole) => isJson(head) && mentions(whole, '"micro"') && mentions(whole, '"wake_word"'),
    next: 'give it to kws-gen init, which reads the model it names',
  },
  {
    title: "a TF.js model's weights, not the model",
    match: (_, name) => /(group\d+-shard\d+of\d+|weights)(\.bin)?$/i.test(name),
    next: 'give the model.json beside it, which names them',
  },
  {
    title: 'a file of a TensorFlow SavedModel, not the model',
    match: (_, name) =>
      /(^|[/\\])(keras_metadata|fingerprint)\.pb$|(^|[/\\])variables\.(index|data-\d+-of-\d+)$/i.test(name),
    next: 'give the folder it lies in, or the saved_model.pb there',
  },
  {
    // A protobuf that begins with the IR version and the producer's or the graph's field.
    title: 'an ONNX model',
    match: (head, name) =>
      /\.onnx$/i.test(name) ||
      (head[0] === 0x08 && head[1]! < 32 && [0x12, 0x1a, 0x22, 0x3a].includes(head[2]!)),
    next: 'convert it to a float .tflite with onnx2tf, then kws-gen init MODEL.tflite --calibrate recordings/',
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
    why: `kws-gen reads ${READABLE}`,
    next: format.next,
  });
}
