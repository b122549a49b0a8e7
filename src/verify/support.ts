/**
 * Pass: which of a model's operators a runtime cannot run, and which runtime could.
 *
 * Leaves to others: what a particular version of TensorFlow Lite Micro gets wrong (`boards/`).
 */
import type { Problem } from '../diagnostics/errors.js';
import { resolverMethod } from '../model/builtins.js';
import { OPERATORS, operatorName } from '../model/operators.js';
import { RUNTIMES, type Runtime } from '../model/runtime.js';
import type { Model, Operator } from '../model/types.js';

/** What users call the runtimes. */
const TITLES: Readonly<Record<Runtime, string>> = {
  aot: 'the compiled runtime (aot)',
  tflm: "TensorFlow Lite Micro's interpreter (tflm)",
};

/** Why a runtime cannot run an operator; undefined where it can. */
const REFUSALS: Readonly<Record<Runtime, (operator: Operator) => string | undefined>> = {
  aot: (operator) => (OPERATORS[operator.kind].aot ? undefined : 'does not have this operator'),
  tflm: (operator) => {
    if (operator.kind === 'FOREIGN')
      return resolverMethod(operator.options.name, operator.options.builtinCode) === undefined
        ? 'does not have this operator'
        : undefined;
    // Left out, a bias is fine; marked as absent, it is read through a null pointer.
    return operator.kind === 'DEPTHWISE_CONV_2D' && operator.inputs[2] === -1
      ? 'crashes on a depthwise convolution whose bias is -1'
      : undefined;
  },
};

/** One problem per operator the runtime cannot run; empty if it can run the model. */
export function unsupportedOperators(model: Model, runtime: Runtime): readonly Problem[] {
  return model.operators.flatMap((operator) => {
    const refusal = REFUSALS[runtime](operator);
    if (refusal === undefined) return [];
    const having = RUNTIMES.filter((other) => REFUSALS[other](operator) === undefined);
    const others = having.filter((other) => model.operators.every((one) => !REFUSALS[other](one)));
    return [
      {
        where: `${model.name}, operator ${operator.index} (${operatorName(operator)})`,
        what: `${TITLES[runtime]} ${refusal}`,
        next:
          others.length > 0
            ? `choose the runtime ${others.join(' or ')}`
            : `no runtime has ${having.length > 0 ? 'all of the model' : 'it'}: change the model so that it does without`,
      },
    ];
  });
}

/** The runtimes that have all of the model's operators. */
export function supportingRuntimes(model: Model): readonly Runtime[] {
  return RUNTIMES.filter((runtime) => unsupportedOperators(model, runtime).length === 0);
}
