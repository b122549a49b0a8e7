/**
 * The readable engine: the specification of what a model computes.
 *
 * Owns: the interpretation of kernel calls on plain arrays, state, tracing. Bit-exact with TensorFlow Lite
 * Micro's reference kernels.
 * Leaves to others: constants of the calls (`kernels/`), memory planning (`plan/`), speed (the device).
 */
import { inputError } from '../diagnostics/errors.js';
import type { Place } from '../kernels/call.js';
import { lowerModel } from '../kernels/lower.js';
import type { ElementType, Model, Operator } from '../model/types.js';
import { KERNELS } from './int8/registry.js';

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | BigInt64Array
  | Float32Array;

export interface EngineOptions {
  /** Called after every operator with copies of its outputs; an ASSIGN_VARIABLE has none. */
  readonly trace?: (operator: Operator, outputs: readonly TypedArray[]) => void;
}

export interface Engine {
  readonly model: Model;
  /**
   * One inference.
   *
   * @param inputs one array per model input, of its element type and size (float16 as Uint16Array)
   * @returns copies of the model's outputs
   * @throws KwsError where the inputs do not fit the model
   */
  invoke(inputs: readonly TypedArray[]): TypedArray[];
  /** Streaming state back to its initial values. */
  reset(): void;
}

const ARRAYS = {
  float32: Float32Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const satisfies Readonly<Record<ElementType, unknown>>;

interface Shaped {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

function allocate({ type, shape }: Shaped, bytes?: Uint8Array): TypedArray {
  const array: TypedArray = new ARRAYS[type](shape.reduce((product, size) => product * size, 1));
  if (bytes !== undefined) new Uint8Array(array.buffer).set(bytes);
  return array;
}

/**
 * An engine for an int8 model.
 *
 * @throws KwsError (exit code 2) with every operator that is not supported or malformed
 */
export function createEngine(model: Model, options: EngineOptions = {}): Engine {
  const calls = lowerModel(model);
  const tensors = model.tensors.map((tensor) => allocate(tensor, tensor.data));
  const variables = model.variables.map((variable) => allocate(variable, variable.initial));
  const at = ({ kind, id }: Place): TypedArray => (kind === 'tensor' ? tensors : variables)[id]!;
  const steps = calls.map((call, index) => {
    const run = KERNELS[call.kernel] as (params: unknown, inputs: unknown, outputs: unknown) => void;
    const [inputs, outputs] = [call.inputs.map(at), call.outputs.map(at)];
    return { operator: model.operators[index]!, run: () => run(call.params, inputs, outputs) };
  });

  function setInputs(inputs: readonly TypedArray[]): void {
    const expected = model.inputs.map((id) => tensors[id]!);
    const fits = (array: TypedArray, position: number): boolean =>
      inputs[position]?.constructor === array.constructor && inputs[position].length === array.length;
    if (inputs.length !== expected.length || !expected.every(fits)) {
      const describe = (arrays: readonly TypedArray[]): string =>
        arrays.map((array) => `${array.constructor.name}(${array.length})`).join(', ');
      throw inputError({
        what: `the model takes ${describe(expected)}, it was given ${describe(inputs)}`,
        where: `${model.name}.${model.source.format}`,
        next: 'check that the front end produces what the model was trained on',
      });
    }
    inputs.forEach((array, position) => {
      (expected[position] as Uint8Array).set(array as Uint8Array);
    });
  }

  return {
    model,
    invoke(inputs) {
      setInputs(inputs);
      for (const { operator, run } of steps) {
        run();
        options.trace?.(
          operator,
          operator.outputs.map((id) => tensors[id]!.slice()),
        );
      }
      return model.outputs.map((id) => tensors[id]!.slice());
    },
    reset() {
      model.variables.forEach(({ initial }, id) => {
        new Uint8Array(variables[id]!.buffer).set(initial);
      });
    },
  };
}
