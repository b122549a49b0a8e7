/**
 * The readable engine: the specification of what a model computes.
 *
 * Owns: inputs, outputs, state, tracing. Integer operators (`int8/`) are bit-exact with TensorFlow Lite
 * Micro's reference kernels; float operators (`float/`) sum in float64 and store float32, which is within
 * 1e-5 of TensorFlow Lite's.
 * Leaves to others: constants of integer kernels (`lowering/`), memory planning (`plan/`), speed (the device).
 */
import { inputError } from '../diagnostics/errors.js';
import { lowerModel } from '../lowering/lower.js';
import type { Model, Operator } from '../model/types.js';
import { numberKind } from '../verify/int8.js';
import { prepareFloatModel } from './float/prepare.js';
import { prepareCall } from './int8/prepare.js';
import { allocateStore, type TypedArray } from './store.js';

export type { TypedArray } from './store.js';

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

/**
 * An engine for an int8 model, a float model, or one that is partly the one and partly the other. Weights
 * that are stored small under float operators must have been made floats (`passes/simplify.ts`).
 *
 * @throws KwsError (exit code 2) with every operator that is not supported or malformed
 */
export function createEngine(model: Model, options: EngineOptions = {}): Engine {
  const store = allocateStore(model);
  const { tensors, variables } = store;
  const runs =
    numberKind(model) === 'int8'
      ? lowerModel(model).map((call) => prepareCall(call, store))
      : prepareFloatModel(model, store);

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
      runs.forEach((run, position) => {
        run();
        const operator = model.operators[position]!;
        options.trace?.(
          operator,
          operator.outputs.map((id) => tensors[id]!.slice()),
        );
      });
      return model.outputs.map((id) => tensors[id]!.slice());
    },
    reset() {
      model.variables.forEach(({ initial }, id) => {
        new Uint8Array(variables[id]!.buffer).set(initial);
      });
    },
  };
}
