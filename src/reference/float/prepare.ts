/**
 * From the operators of a model that is not int8 throughout to what the engine runs.
 *
 * Owns: which operators compute on floats and which on integers.
 * Leaves to others: whether the model makes sense (`verify/verify.ts`), the arithmetic (the files beside it, and
 * `int8/`).
 */
import { inputError, KwsError, type Problem } from '../../diagnostics/errors.js';
import { lowerOperator } from '../../lowering/lower.js';
import type { Model, Operator, OperatorKind, OperatorOf } from '../../model/types.js';
import { verifyModel } from '../../verify/verify.js';
import { prepareCall } from '../int8/prepare.js';
import type { Store } from '../store.js';
import { FLOAT_OPERATORS } from './registry.js';
import { FloatSite, type Prepare } from './site.js';

/** @throws an input error with every operator that cannot be computed */
export function prepareFloatModel(model: Model, store: Store): (() => void)[] {
  verifyModel(model);
  const problems: Problem[] = [];
  const runs = model.operators.flatMap((operator) => {
    try {
      const run = prepareOperator(model, operator, store);
      // Weights that are stored small: who multiplies by them copies them when it is prepared.
      if (operator.kind === 'DEQUANTIZE' || operator.kind === 'QUANTIZE')
        if (store.constants.has(operator.inputs[0]!)) {
          run();
          store.constants.add(operator.outputs[0]!);
        }
      return [run];
    } catch (error) {
      if (!(error instanceof KwsError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw inputError(problems);
  return runs;
}

/** One operator, ready to run as often as wanted. @throws an input error where it cannot be computed */
export function prepareOperator(model: Model, operator: Operator, store: Store): () => void {
  const any = operator as OperatorOf<OperatorKind>;
  if (!computesOnFloats(model, operator)) return prepareCall(lowerOperator(model, any), store);
  const prepare: Prepare<never> = FLOAT_OPERATORS[operator.kind];
  return prepare(new FloatSite(model, any, store) as FloatSite as FloatSite<never>);
}

/** An int8 operator between QUANTIZE and DEQUANTIZE is computed as on the device. */
function computesOnFloats(model: Model, { kind, inputs, outputs }: Operator): boolean {
  if (kind === 'FOREIGN') return true;
  return [...inputs, ...outputs].some((id) => model.tensors[id]?.type === 'float32');
}
