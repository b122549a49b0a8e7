/** One operator becomes several, in its place: for passes that need more slots than there were. */
import { int32Bytes } from '../model/elements.js';
import type { Model, Operator, Tensor } from '../model/types.js';

/** What one operator becomes: operators in execution order, and tensors between them. */
export class Expansion {
  readonly operators: Operator[] = [];

  /**
   * @param tensors those of the model; new ones are added to them
   * @param index number of the operator in the source, which is that of all that it becomes
   */
  constructor(
    private readonly tensors: Tensor[],
    readonly index: number,
  ) {}

  tensor(id: number | undefined): Tensor | undefined {
    return this.tensors[id ?? -1];
  }

  add(tensor: Tensor): number {
    return this.tensors.push(tensor) - 1;
  }

  addInts(name: string, values: readonly number[]): number {
    return this.add({ name, type: 'int32', shape: [values.length], data: int32Bytes(values) });
  }

  push(operator: Operator): void {
    this.operators.push(operator);
  }

  /** Gives `made` the numbers of `given`. Returns `made`. */
  reshape(given: number, made: number): number {
    const { name, shape } = this.tensors[made]!;
    const inputs = [given, this.addInts(`${name}/shape`, shape)];
    this.push({ kind: 'RESHAPE', index: this.index, inputs, outputs: [made], options: {} });
    return made;
  }
}

/**
 * Offers every operator to a rule.
 *
 * @param rule fills the expansion, or leaves it and the tensors alone
 */
export function expandOperators(
  model: Model,
  rule: (expansion: Expansion, operator: Operator) => void,
): Model {
  const tensors = [...model.tensors];
  let changed = false;
  const operators = model.operators.flatMap((operator) => {
    const expansion = new Expansion(tensors, operator.index);
    rule(expansion, operator);
    if (expansion.operators.length === 0) return [operator];
    changed = true;
    return expansion.operators;
  });
  return changed ? { ...model, tensors, operators } : model;
}
