/**
 * Which operators TensorFlow Lite Micro's interpreter has to register to run a model's file: exactly the
 * ones the file uses, in every subgraph.
 */
import { resolverMethod } from './builtins.js';
import type { TflmRegistration } from './operators.js';
import { OPERATORS, operatorName } from './operators.js';
import type { Model, Operator } from './types.js';

export interface ResolverEntry extends Omit<TflmRegistration, 'source'> {
  /** Builtin name, or a custom operator's own. */
  readonly operator: string;
}

/** How an operator is registered; undefined where the interpreter does not have it. */
export function resolverEntry(operator: Operator): ResolverEntry | undefined {
  const name = operatorName(operator);
  if (operator.kind !== 'FOREIGN') {
    const { method, int8 } = OPERATORS[operator.kind].tflm!;
    return { operator: name, method, ...(int8 === undefined ? {} : { int8 }) };
  }
  const method = resolverMethod(name, operator.options.builtinCode);
  return method === undefined ? undefined : { operator: name, method };
}

/**
 * One entry per distinct operator, sorted by method. The handles and the one-time initialisation of a
 * streaming file, which a `Model` no longer shows, are included. `int8` is given only where every use of
 * the operator in the model is int8. Operators the interpreter does not have are left out:
 * `unsupportedOperators` names them.
 */
export function resolverEntries(model: Model): readonly ResolverEntry[] {
  const entries = new Map<string, ResolverEntry>();
  for (const operator of model.operators) {
    const entry = resolverEntry(operator);
    if (entry === undefined) continue;
    const { operator: name, method } = entry;
    const known = entries.get(name);
    const pure =
      [operator.inputs[0], operator.outputs[0]].every((id) => model.tensors[id ?? -1]?.type === 'int8') &&
      (known === undefined || known.int8 !== undefined);
    entries.set(name, pure ? entry : { operator: name, method });
  }
  if (model.variables.length > 0)
    for (const name of ['CALL_ONCE', 'VAR_HANDLE'])
      entries.set(name, { operator: name, method: resolverMethod(name)! });
  return [...entries.values()].sort((a, b) => (a.method < b.method ? -1 : 1));
}
