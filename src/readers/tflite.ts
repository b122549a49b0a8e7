/**
 * Reader of TensorFlow Lite files, with or without streaming state.
 *
 * Owns: turning the file's main graph into a `Model`: ids checked, tensors typed, resource variables
 * resolved (`variables.ts`), operators we do not compute kept as FOREIGN under their own names.
 * Leaves to others: bytes (`tflite/`), whether shapes and scales make sense (`verify/verify.ts`), whether
 * a float model can be used (`verify/int8.ts`).
 */
import { createHash } from 'node:crypto';
import type { Problem } from '../diagnostics/errors.js';
import { inputError } from '../diagnostics/errors.js';
import { builtinName, CUSTOM_CODE } from '../model/builtins.js';
import { KIND_OF_CODE } from '../model/operators.js';
import type { Model, Operator, Tensor } from '../model/types.js';
import { decodeTflite } from '../tflite/decode.js';
import { OPTION_CODECS, UnreadableOption } from '../tflite/options.js';
import type { TfliteFile, TfliteOperator } from '../tflite/schema.js';
import { settleShapes } from '../verify/open-shapes.js';
import { readLabels } from './labels.js';
import { readOwnMetadata } from './metadata.js';
import { type MltkParameters, mltkFrontend, mltkLabels, readMltk } from './mltk.js';
import { modelName, printable } from './names.js';
import { readTensors } from './tensors.js';
import type { Resources } from './variables.js';
import { readVariables } from './variables.js';

/** Problems reported for one file; the rest is counted. */
const MOST_PROBLEMS = 20;

/**
 * @param name file name, for messages and the model's name
 * @throws an input error with every problem found
 */
export function readTflite(bytes: Uint8Array, name: string): Model {
  const file = decodeTflite(bytes, name);
  const main = file.subgraphs[0]!;
  const problems: Problem[] = [...idProblems(file, name)];
  stop(problems);

  const resources = readVariables(file, name, problems);
  const kept = [...main.operators.entries()].filter(([index]) => !resources.plumbing.has(index));
  const tensors = readTensors(
    file,
    [
      ...main.inputs,
      ...main.outputs,
      ...kept.flatMap(([, operator]) => [...operator.inputs, ...operator.outputs]),
    ].filter((id) => id >= 0 && !resources.handles.has(id)),
    name,
    problems,
  );
  const operators = kept.flatMap(([index, operator]) => {
    const ids = {
      inputs: operator.inputs.filter((id) => !resources.handles.has(id)).map(tensors.renumber),
      outputs: operator.outputs.map(tensors.renumber),
    };
    return readOperator({ file, name, resources, problems }, operator, index, ids);
  });
  const mltk = readMltk(file);
  const labels = readLabels(file, bytes, name, problems) ?? (mltk && mltkLabels(mltk));
  const metadata = readOwnMetadata(file, name, problems);
  stop(problems);
  const model: Model = {
    name: modelName(name),
    source: {
      format: 'tflite',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes,
      ...(file.description === '' ? {} : { description: file.description }),
    },
    tensors: tensors.values,
    operators,
    variables: resources.variables,
    inputs: main.inputs.map(tensors.renumber),
    outputs: main.outputs.map(tensors.renumber),
    ...(labels === undefined ? {} : { labels }),
    ...(mltk === undefined
      ? {}
      : foreignFrontend(mltk, tensors.values[tensors.renumber(main.inputs[0] ?? -1)])),
    ...metadata,
  };
  return settleShapes(model, tensors.open);
}

function foreignFrontend(
  mltk: MltkParameters,
  input: Tensor | undefined,
): Pick<Model, 'frontend' | 'unknownFrontend'> {
  const scale = input?.quantization?.scales[0] ?? 0;
  const found = mltkFrontend(mltk, input === undefined ? undefined : { type: input.type, scale });
  if (found === undefined) return {};
  return 'spec' in found ? { frontend: found.spec } : { unknownFrontend: found.unknown };
}

function stop(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const more = problems.length - MOST_PROBLEMS;
  throw inputError([
    ...problems.slice(0, MOST_PROBLEMS),
    ...(more > 0 ? [{ what: `${more} more problems of this kind` }] : []),
  ]);
}

/** Name of an operator in the file: a custom operator's own, otherwise the builtin's. */
function fileOperatorName(file: TfliteFile, operator: TfliteOperator): string {
  const code = file.operatorCodes[operator.opcodeIndex]!;
  return code.builtinCode === CUSTOM_CODE
    ? printable(code.customCode) || 'CUSTOM'
    : builtinName(code.builtinCode);
}

/** Tensor ids outside of their subgraph. After this, ids are used without further checks. */
function idProblems(file: TfliteFile, name: string): Problem[] {
  return file.subgraphs.flatMap((subgraph, number) => {
    const count = subgraph.tensors.length;
    const place = number === 0 ? name : `${name}, subgraph ${number}`;
    const check = (ids: readonly number[], least: number, where: string): Problem[] =>
      ids
        .filter((id) => id < least || id >= count)
        .map((id) => ({
          where,
          what: `refers to tensor ${id}, and there are ${count}`,
          next: 'the file is corrupt: fetch or convert it again',
        }));
    return [
      ...check(subgraph.inputs, 0, `${place}, inputs`),
      ...check(subgraph.outputs, 0, `${place}, outputs`),
      ...subgraph.operators.flatMap((operator, index) => {
        const where = `${place}, operator ${index} (${fileOperatorName(file, operator)})`;
        return [...check(operator.inputs, -1, where), ...check(operator.outputs, 0, where)];
      }),
    ];
  });
}

/** A file while its operators are read. */
interface Reading {
  readonly file: TfliteFile;
  /** As messages call it. */
  readonly name: string;
  readonly resources: Resources;
  readonly problems: Problem[];
}

function readOperator(
  { file, name, resources, problems }: Reading,
  operator: TfliteOperator,
  index: number,
  ids: { readonly inputs: readonly number[]; readonly outputs: readonly number[] },
): Operator[] {
  const { builtinCode } = file.operatorCodes[operator.opcodeIndex]!;
  const kind = KIND_OF_CODE.get(builtinCode);
  const operatorName = fileOperatorName(file, operator);
  if (kind === undefined)
    return [{ kind: 'FOREIGN', index, ...ids, options: { builtinCode, name: operatorName } }];
  if (kind === 'READ_VARIABLE' || kind === 'ASSIGN_VARIABLE') {
    const variable = resources.handles.get(operator.inputs[0] ?? -1);
    return variable === undefined ? [] : [{ kind, index, ...ids, options: { variable } }];
  }
  try {
    // The codec of a kind reads that kind's options: the table's type says so, a union of kinds cannot.
    return [{ kind, index, ...ids, options: OPTION_CODECS[kind].read(operator.options) } as Operator];
  } catch (error) {
    if (!(error instanceof UnreadableOption)) throw error;
    problems.push({
      where: `${name}, operator ${index} (${operatorName})`,
      what: 'has options that kws-gen does not read',
      why: error.message,
      next: "convert the model again with TensorFlow's current converter",
    });
    return [];
  }
}
