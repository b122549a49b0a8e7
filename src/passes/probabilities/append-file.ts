/**
 * A softmax or a sigmoid behind an int8 model: one operator more at the end of its TensorFlow Lite file, so that
 * every runtime computes it, on every device, in the same integers.
 *
 * Leaves to others: float models (`append-model.ts`).
 */
import { inputError, KwsError } from '../../diagnostics/errors.js';
import { int32Bytes } from '../../model/elements.js';
import { OPERATORS } from '../../model/operators.js';
import type { Model, Operator } from '../../model/types.js';
import { readTflite } from '../../readers/tflite.js';
import { TYPE_CODE } from '../../tflite/codes.js';
import { decodeTflite } from '../../tflite/decode.js';
import { encodeTflite } from '../../tflite/encode.js';
import type {
  TfliteFile,
  TfliteOperator,
  TfliteOperatorCode,
  TfliteOptions,
  TfliteTensor,
} from '../../tflite/schema.js';
import { verifyModel } from '../../verify/verify.js';
import type { Added } from './choice.js';

const CONVERSIONS: readonly number[] = [OPERATORS.QUANTIZE.builtinCode, OPERATORS.DEQUANTIZE.builtinCode];

/**
 * The model with the operator behind it; its output is int8 at scale 1/256 and zero point -128. A conversion of the
 * logits at the model's end, to uint8 or float, falls away.
 *
 * @param model int8, with one output
 * @throws KwsError (exit code 2) where its file cannot be written again
 */
export function appendToFile(model: Model, added: Added): Model {
  const { bytes } = model.source;
  try {
    const file = decodeTflite(bytes, model.name);
    const made = verifyModel(readTflite(encodeTflite(appended(file, added)), `${model.name}.tflite`));
    const { labels, frontend, calibration, name } = model;
    return {
      ...made,
      name,
      // Also those that did not stand in the flatbuffer.
      ...(labels === undefined ? {} : { labels }),
      ...(frontend === undefined ? {} : { frontend }),
      ...(calibration === undefined ? {} : { calibration }),
    };
  } catch (error) {
    if (!(error instanceof KwsError)) throw error;
    throw inputError(
      {
        what: `ends in logits, and a ${added} cannot be added to it`,
        where: model.name,
        why: error.problems[0]?.what ?? 'its file cannot be written again',
        next: `end the model in a ${added} and convert it again; kws-gen init --output probabilities takes its values as probabilities`,
      },
      { cause: error },
    );
  }
}

/** The file's plain values with the operator. */
function appended(file: TfliteFile, added: Added): TfliteFile {
  const [main, ...others] = file.subgraphs;
  const codes: TfliteOperatorCode[] = [...file.operatorCodes];
  const buffers = [...file.buffers];
  const tensors: TfliteTensor[] = [...main!.tensors];
  const [output] = main!.outputs;
  const { logits, operators } = withoutConversion(file, output!);
  const shape = tensors[logits]!.shape;
  const count = shape.reduce((product, size) => product * Math.max(1, size), 1);
  const operator = (
    kind: Exclude<Operator['kind'], 'FOREIGN'>,
    inputs: readonly number[],
    to: number,
    options: TfliteOptions,
  ): TfliteOperator => {
    const { builtinCode, version } = OPERATORS[kind];
    const opcodeIndex = codes.push({ builtinCode, version, customCode: '' }) - 1;
    return { ...PLAIN, opcodeIndex, inputs, outputs: [to], options };
  };
  const tensor = (changes: Partial<TfliteTensor>, like = tensors[logits]!) =>
    tensors.push({ ...like, buffer: 0, shapeSignature: [], ...changes }) - 1;

  const name = tensors[logits]!.name;
  let from = logits;
  const made: TfliteOperator[] = [];
  if (added === 'softmax' && shape.at(-1) !== count) {
    const newShape = [1, count];
    const data = int32Bytes(newShape);
    const wanted = tensor({
      name: `${name}/shape`,
      shape: [2],
      type: TYPE_CODE.int32,
      quantization: undefined,
      buffer: buffers.push(data) - 1,
    });
    from = tensor({ name: `${name}/flat`, shape: newShape });
    made.push(operator('RESHAPE', [logits, wanted], from, { type: 'ReshapeOptions', newShape }));
  }
  const quantization = {
    min: [],
    max: [],
    scales: [1 / 256],
    zeroPoints: [-128],
    details: { type: 'none' },
    axis: 0,
  } as const;
  const to = tensor({ name: `${name}/${added}`, shape: tensors[from]!.shape, quantization });
  made.push(
    added === 'softmax'
      ? operator('SOFTMAX', [from], to, { type: 'SoftmaxOptions', beta: 1 })
      : operator('LOGISTIC', [from], to, { type: 'none' }),
  );
  return {
    ...file,
    operatorCodes: codes,
    buffers,
    subgraphs: [{ ...main!, tensors, operators: [...operators, ...made], outputs: [to] }, ...others],
    signatures: file.signatures.map((signature) =>
      signature.subgraph !== 0
        ? signature
        : {
            ...signature,
            outputs: signature.outputs.map((entry) =>
              entry.tensor === output ? { ...entry, tensor: to } : entry,
            ),
          },
    ),
  };
}

/** The int8 tensor that the output is converted from, and the operators without that conversion. */
function withoutConversion({ subgraphs, operatorCodes }: TfliteFile, output: number) {
  let operators = subgraphs[0]!.operators;
  let logits = output;
  for (;;) {
    const maker = operators.find(({ outputs }) => outputs.includes(logits));
    const code = maker === undefined ? undefined : operatorCodes[maker.opcodeIndex]?.builtinCode;
    const read = operators.some(({ inputs }) => inputs.includes(logits));
    const before = maker?.inputs[0];
    const isInt8 = before !== undefined && subgraphs[0]!.tensors[before]?.type === TYPE_CODE.int8;
    const isConverted = subgraphs[0]!.tensors[logits]?.type !== TYPE_CODE.int8;
    if (code === undefined || !CONVERSIONS.includes(code) || read || !isInt8 || !isConverted)
      return { logits, operators };
    operators = operators.filter((operator) => operator !== maker);
    logits = before;
  }
}

const PLAIN = {
  customOptions: new Uint8Array(0),
  customOptionsFormat: 0,
  mutatingVariableInputs: [],
  intermediates: [],
  largeCustomOptionsOffset: 0,
  largeCustomOptionsSize: 0,
  options2: { type: 'none' },
} as const;
