/**
 * Pass: which of a model's operators a runtime cannot run, and which runtime could.
 *
 * Leaves to others: what a particular version of TensorFlow Lite Micro gets wrong (`boards/`).
 */
import type { Problem } from '../diagnostics/errors.js';
import { resolverMethod } from '../model/builtins.js';
import { OPERATORS, operatorName } from '../model/operators.js';
import type { Model, Operator } from '../model/types.js';
import type { Runtime } from '../project/types.js';

/** What users call the runtimes. */
const TITLES: Readonly<Record<Runtime, string>> = {
  aot: 'the compiled runtime (aot)',
  tflm: "TensorFlow Lite Micro's interpreter (tflm)",
};

const SUPPORTS: Readonly<Record<Runtime, (operator: Operator) => boolean>> = {
  aot: (operator) => OPERATORS[operator.kind].aot,
  tflm: (operator) =>
    operator.kind !== 'FOREIGN' ||
    resolverMethod(operator.options.name, operator.options.builtinCode) !== undefined,
};

/** One problem per operator the runtime does not have; empty if it can run the model. */
export function unsupportedOperators(model: Model, runtime: Runtime): readonly Problem[] {
  return model.operators
    .filter((operator) => !SUPPORTS[runtime](operator))
    .map((operator) => {
      const others = (Object.keys(SUPPORTS) as Runtime[]).filter(
        (other) => other !== runtime && SUPPORTS[other](operator),
      );
      return {
        where: `${model.name}, operator ${operator.index} (${operatorName(operator)})`,
        what: `${TITLES[runtime]} does not have this operator`,
        next:
          others.length > 0
            ? `choose the runtime ${others.join(' or ')}`
            : 'no runtime has it: change the model so that it does without',
      };
    });
}

/** The runtimes that have all of the model's operators. */
export function supportingRuntimes(model: Model): readonly Runtime[] {
  return (Object.keys(SUPPORTS) as Runtime[]).filter(
    (runtime) => unsupportedOperators(model, runtime).length === 0,
  );
}
