/**
 * Streaming state: resource handles, reads, assignments and the initialising subgraph of a TensorFlow
 * Lite file become `Variable`s with their bytes after a reset.
 *
 * A variable the file does not initialise starts at real zero, that is at its zero point: so TensorFlow
 * Lite Micro allocates it (tensorflow/lite/micro/micro_resource_variable.cc).
 */
import type { Problem } from '../diagnostics/errors.js';
import { elementCount, shapeText, tensorBytes } from '../model/elements.js';
import type { Tensor, Variable } from '../model/types.js';
import { RESOURCE } from '../tflite/codes.js';
import type { TfliteFile, TfliteOperator, TfliteSubgraph } from '../tflite/schema.js';
import { printable } from './names.js';
import { readTensor } from './tensors.js';

const CALL_ONCE = 129;
const VAR_HANDLE = 142;
const READ_VARIABLE = 143;
const ASSIGN_VARIABLE = 144;

export interface Resources {
  readonly variables: readonly Variable[];
  /** Handle tensors of the main graph and the variable behind each. */
  readonly handles: ReadonlyMap<number, number>;
  /** Main-graph operators that only set up variables. */
  readonly plumbing: ReadonlySet<number>;
}

export function readVariables(file: TfliteFile, name: string, problems: Problem[]): Resources {
  const main = file.subgraphs[0]!;
  const codeOf = (operator: TfliteOperator) => file.operatorCodes[operator.opcodeIndex]!.builtinCode;
  const keys = handleKeys(main, codeOf);
  const initial = new Map<string, Uint8Array | undefined>();
  const plumbing = new Set<number>();
  const uses = new Map<string, Tensor[]>();

  main.operators.forEach((operator, index) => {
    const code = codeOf(operator);
    const where = `${name}, operator ${index}`;
    if (code === VAR_HANDLE) plumbing.add(index);
    if (code === CALL_ONCE) {
      plumbing.add(index);
      const target = operator.options.type === 'CallOnceOptions' ? operator.options.subgraph : -1;
      const subgraph = target > 0 ? file.subgraphs[target] : undefined;
      if (subgraph === undefined)
        problems.push({
          where: `${where} (CALL_ONCE)`,
          what: `initialises from subgraph ${target}, and there are ${file.subgraphs.length}`,
          next: 'the file is corrupt: fetch or convert it again',
        });
      else initialValues(file, subgraph, codeOf, initial);
    }
    if (code !== READ_VARIABLE && code !== ASSIGN_VARIABLE) return;
    const key = keys.get(operator.inputs[0] ?? -1);
    const value = code === READ_VARIABLE ? operator.outputs[0] : operator.inputs[1];
    if (key === undefined || value === undefined || value < 0) {
      problems.push({
        where: `${where} (${code === READ_VARIABLE ? 'READ_VARIABLE' : 'ASSIGN_VARIABLE'})`,
        what: 'has no variable whose handle the main graph makes',
        next: 'the file is corrupt: fetch or convert it again',
      });
      return;
    }
    const tensor = readTensor(main.tensors[value]!, file);
    const known = uses.get(key) ?? uses.set(key, []).get(key)!;
    // A tensor that cannot be read is reported with the other tensors.
    if (typeof tensor !== 'string') known.push(tensor);
  });

  // In the order of the handles, so that writing a model and reading it keeps the numbers.
  const used = [...new Set(keys.values())].filter((key) => uses.has(key));
  const order = new Map(used.map((key, index) => [key, index]));
  return {
    variables: used.map((key) => variable(key, uses.get(key)!, initial, name, problems)),
    handles: new Map(
      [...keys].filter(([, key]) => uses.has(key)).map(([tensor, key]) => [tensor, order.get(key)!]),
    ),
    plumbing,
  };
}

/** Container and shared name of the resource behind each handle tensor. */
function handleKeys(
  subgraph: TfliteSubgraph,
  codeOf: (operator: TfliteOperator) => number,
): Map<number, string> {
  const keys = new Map<number, string>();
  for (const operator of subgraph.operators) {
    const output = operator.outputs[0];
    if (codeOf(operator) !== VAR_HANDLE || output === undefined) continue;
    const { options } = operator;
    if (options.type === 'VarHandleOptions' && subgraph.tensors[output]?.type === RESOURCE)
      keys.set(
        output,
        options.container === '' ? options.sharedName : `${options.container}/${options.sharedName}`,
      );
  }
  return keys;
}

/** What an initialising subgraph assigns; undefined stands for a value that is no constant. */
function initialValues(
  file: TfliteFile,
  subgraph: TfliteSubgraph,
  codeOf: (operator: TfliteOperator) => number,
  initial: Map<string, Uint8Array | undefined>,
): void {
  const keys = handleKeys(subgraph, codeOf);
  for (const operator of subgraph.operators) {
    const key = keys.get(operator.inputs[0] ?? -1);
    if (codeOf(operator) !== ASSIGN_VARIABLE || key === undefined) continue;
    const data = file.buffers[subgraph.tensors[operator.inputs[1] ?? -1]?.buffer ?? 0];
    initial.set(key, data === undefined || data.length === 0 ? undefined : data);
  }
}

function variable(
  key: string,
  uses: readonly Tensor[],
  initial: ReadonlyMap<string, Uint8Array | undefined>,
  name: string,
  problems: Problem[],
): Variable {
  const where = `${name}, variable ${printable(key)}`;
  const first: Tensor = uses[0] ?? { name: key, type: 'int8', shape: [0] };
  for (const use of uses)
    if (use.type !== first.type || elementCount(use.shape) !== elementCount(first.shape))
      problems.push({
        where,
        what: `is used as ${first.type} ${shapeText(first.shape)} and as ${use.type} ${shapeText(use.shape)}`,
        next: 'the file is corrupt: fetch or convert it again',
      });
  const length = tensorBytes(first);
  const given = initial.get(key);
  if (initial.has(key) && length > 0 && given?.length !== length)
    problems.push({
      where,
      what:
        given === undefined
          ? 'is initialised with a value that is no constant, which kws-gen does not read'
          : `is initialised with ${given.length} bytes and takes ${length}`,
      next: 'convert the model again, with constant initial states',
    });
  const { type, shape, quantization } = first;
  // The variable's length may be hostile when problems were found: nothing is allocated then.
  const zero = type === 'int8' || type === 'uint8' ? (quantization?.zeroPoints[0] ?? 0) & 0xff : 0;
  const bytes = given ?? new Uint8Array(problems.length === 0 ? length : 0).fill(zero);
  return { name: key, type, shape, ...(quantization === undefined ? {} : { quantization }), initial: bytes };
}
