/**
 * Model to TensorFlow Lite file: the way back from `readers/tflite.ts`, for models made or changed here.
 *
 * State becomes what TensorFlow's converter makes of it: resource handles at the head of the main graph,
 * and a second subgraph, called once, that assigns the initial values. Interpreters load the result.
 *
 * Owns: which operator codes, versions, resources and metadata a model needs.
 * Leaves to others: bytes (`encode.ts`), whether the model is sound (`verify/verify.ts`).
 */
import { inputError } from '../diagnostics/errors.js';
import { canonicalJson } from '../frontend/spec.js';
import type { ModelDescription } from '../model/builder.js';
import { OPERATORS } from '../model/operators.js';
import type { Model, Operator, Quantization, Variable } from '../model/types.js';
import { CALIBRATION_METADATA, FRONTEND_METADATA, LABELS_METADATA, RESOURCE, TYPE_CODE } from './codes.js';
import { encodeTflite } from './encode.js';
import { OPTION_CODECS } from './options.js';
import type {
  TfliteFile,
  TfliteOperator,
  TfliteOperatorCode,
  TfliteOptions,
  TfliteSignature,
  TfliteSubgraph,
  TfliteTensor,
} from './schema.js';
import { SCHEMA_VERSION } from './schema.js';

/** The key TensorFlow's converter writes, and tools look for. */
const SIGNATURE_KEY = 'serving_default';
const CALL_ONCE = 129;
const VAR_HANDLE = 142;
const ASSIGN_VARIABLE = 144;

/**
 * Writes a model as a `.tflite` file that TensorFlow Lite and TensorFlow Lite Micro load.
 * Reading the file gives the model back, but for the operators' indices, which count handles too.
 *
 * @throws an input error for FOREIGN operators, whose options are not known here
 */
export function writeModel(model: ModelDescription): Uint8Array {
  return encodeTflite(modelFile(model));
}

/** The file's contents as plain values. */
export function modelFile(model: ModelDescription): TfliteFile {
  const writer = new FileWriter();
  const handles = model.variables.map((_, index) => model.tensors.length + index);
  const main: TfliteSubgraph = {
    name: 'main',
    tensors: [
      ...model.tensors.map((tensor) => writer.tensor(tensor)),
      ...model.variables.map((variable) => writer.handle(variable)),
    ],
    inputs: model.inputs,
    outputs: model.outputs,
    operators: [
      ...(model.variables.length > 0
        ? [writer.operator(CALL_ONCE, 1, [], [], { type: 'CallOnceOptions', subgraph: 1 })]
        : []),
      ...model.variables.map((variable, index) => writer.handleOperator(variable, handles[index]!)),
      ...model.operators.map((operator) => writer.modelOperator(operator, model, handles)),
    ],
  };
  return {
    version: SCHEMA_VERSION,
    description: model.description ?? '',
    subgraphs: model.variables.length > 0 ? [main, initialSubgraph(model.variables, writer)] : [main],
    metadata: metadata(model).map(({ name, json }) => ({ name, buffer: writer.json(json) })),
    signatures: [signature(model)],
    operatorCodes: writer.codes,
    buffers: writer.buffers,
  };
}

/** What a model knows about itself beside its graph, as JSON text. */
function metadata(model: ModelDescription): { readonly name: string; readonly json: string }[] {
  const { labels, frontend, calibration } = model;
  return [
    ...(labels === undefined ? [] : [{ name: LABELS_METADATA, json: JSON.stringify(labels) }]),
    ...(frontend === undefined ? [] : [{ name: FRONTEND_METADATA, json: canonicalJson(frontend) }]),
    ...(calibration === undefined ? [] : [{ name: CALIBRATION_METADATA, json: canonicalJson(calibration) }]),
  ];
}

/** How TensorFlow's runtimes call a model by the names of its ends. Names are made unique where they are not. */
function signature({ tensors, inputs, outputs }: ModelDescription): TfliteSignature {
  const used = new Set<string>();
  const entry = (tensor: number) => {
    const name = tensors[tensor]?.name || `tensor_${tensor}`;
    const unique = used.has(name) ? `${name}_${tensor}` : name;
    used.add(unique);
    return { name: unique, tensor };
  };
  return {
    inputs: inputs.map(entry),
    outputs: outputs.map(entry),
    key: SIGNATURE_KEY,
    deprecatedTag: false,
    subgraph: 0,
  };
}

/** Per variable: its handle, then the assignment of a constant to it. */
function initialSubgraph(variables: readonly Variable[], writer: FileWriter): TfliteSubgraph {
  return {
    name: 'initialize',
    tensors: variables.flatMap((variable) => [
      writer.handle(variable),
      writer.tensor({ ...variable, data: variable.initial }),
    ]),
    inputs: [],
    outputs: [],
    operators: variables.flatMap((variable, index) => [
      writer.handleOperator(variable, 2 * index),
      writer.operator(ASSIGN_VARIABLE, 1, [2 * index, 2 * index + 1], [], { type: 'AssignVariableOptions' }),
    ]),
  };
}

/** Collects the lists that subgraphs index: buffers and operator codes. `compact.ts` removes repetitions. */
class FileWriter {
  readonly buffers: Uint8Array[] = [new Uint8Array(0)];
  readonly codes: TfliteOperatorCode[] = [];

  json(text: string): number {
    return this.buffer(new TextEncoder().encode(text));
  }

  buffer(data: Uint8Array | undefined): number {
    return data === undefined || data.length === 0 ? 0 : this.buffers.push(data) - 1;
  }

  tensor(tensor: Model['tensors'][number]): TfliteTensor {
    const { name, type, shape, quantization, data } = tensor;
    return {
      ...PLAIN_TENSOR,
      name,
      shape,
      type: TYPE_CODE[type],
      buffer: this.buffer(data),
      quantization: quantization === undefined ? undefined : writeQuantization(quantization),
    };
  }

  handle(variable: Variable): TfliteTensor {
    return { ...PLAIN_TENSOR, name: `${variable.name}/handle`, shape: [], type: RESOURCE };
  }

  operator(
    builtinCode: number,
    version: number,
    inputs: readonly number[],
    outputs: readonly number[],
    options: TfliteOptions,
  ): TfliteOperator {
    const opcodeIndex = this.codes.push({ builtinCode, version, customCode: '' }) - 1;
    return { ...PLAIN_OPERATOR, opcodeIndex, inputs, outputs, options };
  }

  handleOperator(variable: Variable, handle: number): TfliteOperator {
    const options = { type: 'VarHandleOptions', container: '', sharedName: variable.name } as const;
    return this.operator(VAR_HANDLE, 1, [], [handle], options);
  }

  modelOperator(operator: Operator, model: ModelDescription, handles: readonly number[]): TfliteOperator {
    const { kind, inputs, outputs } = operator;
    if (kind === 'FOREIGN')
      throw inputError({
        where: `${model.name}, operator ${operator.index} (${operator.options.name})`,
        what: 'this operator cannot be written',
        why: 'kws-gen does not know its options',
        next: 'use the original file',
      });
    const { builtinCode } = OPERATORS[kind];
    const version = operatorVersion(operator, model);
    if (kind === 'READ_VARIABLE' || kind === 'ASSIGN_VARIABLE') {
      const handle = handles[operator.options.variable]!;
      const type = kind === 'READ_VARIABLE' ? 'ReadVariableOptions' : 'AssignVariableOptions';
      return this.operator(builtinCode, version, [handle, ...inputs], outputs, { type });
    }
    const context = {
      outputShape: model.tensors[outputs[0] ?? -1]?.shape ?? [],
      outputCount: outputs.length,
    };
    // The codec of a kind writes that kind's options, which a union of kinds cannot say.
    const options = OPTION_CODECS[kind].write(operator.options as never, context);
    return this.operator(builtinCode, version, writtenInputs(operator), outputs, options);
  }
}

/**
 * An absent bias of a convolution is left out: interpreters take two operands or three, and both of
 * TensorFlow's fail on -1 for the third.
 */
function writtenInputs({ kind, inputs }: Operator): readonly number[] {
  const convolution = kind === 'CONV_2D' || kind === 'DEPTHWISE_CONV_2D';
  return convolution && inputs[2] === -1 ? inputs.slice(0, 2) : inputs;
}

/** The version that has what this operator uses (tensorflow/lite/tools/versioning/op_version.cc). */
function operatorVersion(operator: Operator, model: ModelDescription): number {
  const typed = (id: number | undefined, type: string) => model.tensors[id ?? -1]?.type === type;
  if (operator.kind === 'FULLY_CONNECTED' && operator.options.keepNumDims) return 5;
  if (operator.kind === 'QUANTIZE' && !typed(operator.inputs[0], 'float32')) return 2;
  return OPERATORS[operator.kind].version;
}

function writeQuantization({
  scales,
  zeroPoints,
  axis,
}: Quantization): NonNullable<TfliteTensor['quantization']> {
  return { min: [], max: [], scales, zeroPoints, details: { type: 'none' }, axis };
}

const PLAIN_TENSOR = {
  buffer: 0,
  quantization: undefined,
  isVariable: false,
  sparsity: false,
  shapeSignature: [],
  hasRank: true,
  variantTensors: [],
  externalBuffer: 0,
} as const;

const PLAIN_OPERATOR = {
  customOptions: new Uint8Array(0),
  customOptionsFormat: 0,
  mutatingVariableInputs: [],
  intermediates: [],
  largeCustomOptionsOffset: 0,
  largeCustomOptionsSize: 0,
  options2: { type: 'none' },
} as const;
