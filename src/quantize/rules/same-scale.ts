/**
 * Which tensors share a scale: operators that only move or compare values must not change what a value means.
 *
 * Source: TensorFlow 2.21, SameOperandsAndResultsScale of the operators (compiler/mlir/lite/ir/tfl_ops.td);
 * quantization_utils.cc, RemoveRedundantStatsOps and PreferResultScale: an operator with one operand takes
 * its scale; one with several (CONCATENATION) gives its own to all of them, as far back as such operators
 * reach. A tensor that has its scale already (a fixed output, or one that a later concatenation claimed)
 * keeps it and is requantized where it is joined.
 *
 * State is one more operand: what a variable holds, what is read from it and assigned to it share a scale.
 */
import type { Affine } from '../../model/arithmetic.js';
import { fixedOutput, OPERATORS } from '../../model/operators.js';
import type { Model, Operator, OperatorKind } from '../../model/types.js';
import { sameParams } from './activations.js';

/**
 * Whether an output has its one data operand's scale. A concatenation must not narrow one that is clamped, as
 * others may need what it cuts off.
 */
const follows = (kind: OperatorKind): boolean =>
  OPERATORS[kind].scale === 'operand' || OPERATORS[kind].scale === 'clamped';

export interface ScaleGroup {
  readonly tensors: readonly number[];
  readonly variables: readonly number[];
  /** Where the function fixes the range. */
  readonly fixed: Affine | undefined;
  /** Tensors whose ranges together are the group's. */
  readonly deciding: readonly number[];
}

export interface ScaleGroups {
  readonly groups: readonly ScaleGroup[];
  readonly ofTensor: (tensor: number) => ScaleGroup;
  readonly ofVariable: (variable: number) => ScaleGroup;
}

interface Draft {
  readonly tensors: number[];
  readonly variables: number[];
  fixed: Affine | undefined;
  /** Whether a concatenation must leave it alone. */
  kept: boolean;
  /** The output of the concatenation that claimed the group. */
  result: number | undefined;
}

/** Groups of all float tensors that are no constants. */
export function scaleGroups(model: Model): ScaleGroups {
  const activations = model.tensors.map(({ data, type }) => data === undefined && type === 'float32');
  const ofTensor: (Draft | undefined)[] = activations.map((is, id) =>
    is ? { tensors: [id], variables: [], fixed: undefined, kept: false, result: undefined } : undefined,
  );
  const ofVariable: Draft[] = model.variables.map((_, id) => ({
    tensors: [],
    variables: [id],
    fixed: undefined,
    kept: false,
    result: undefined,
  }));
  const merge = (into: Draft | undefined, from: Draft | undefined): void => {
    if (into === undefined || from === undefined || into === from) return;
    for (const id of from.tensors) ofTensor[id] = into;
    for (const id of from.variables) ofVariable[id] = into;
    into.tensors.push(...from.tensors);
    into.variables.push(...from.variables);
    into.fixed ??= from.fixed;
    into.result ??= from.result;
    into.kept ||= from.kept;
  };
  const at = (id: number | undefined): Draft | undefined => ofTensor[id ?? -1];

  for (const { kind, outputs } of model.operators)
    for (const id of outputs) {
      const draft = at(id);
      if (draft !== undefined) draft.fixed = fixedOutput(kind);
    }
  for (const operator of model.operators) {
    if (follows(operator.kind)) for (const id of operator.outputs) merge(at(operator.inputs[0]), at(id));
    const clamped = OPERATORS[operator.kind].scale === 'clamped' ? at(operator.outputs[0]) : undefined;
    if (clamped !== undefined) clamped.kept = true;
    if (operator.kind === 'READ_VARIABLE')
      merge(ofVariable[operator.options.variable], at(operator.outputs[0]));
  }
  for (const operator of model.operators) {
    if (operator.kind !== 'ASSIGN_VARIABLE') continue;
    const [held, given] = [ofVariable[operator.options.variable], at(operator.inputs[0])];
    if (compatible(held?.fixed, given?.fixed)) merge(held, given);
  }
  for (const operator of model.operators.toReversed()) claim(operator, at, merge);

  const drafts = [...new Set([...ofTensor, ...ofVariable])].filter((draft) => draft !== undefined);
  const moved = movedTensors(model);
  const groups = new Map(drafts.map((draft) => [draft, finish(draft, moved)]));
  return {
    groups: [...groups.values()],
    ofTensor: (id) => groups.get(ofTensor[id]!)!,
    ofVariable: (id) => groups.get(ofVariable[id]!)!,
  };
}

const compatible = (a: Affine | undefined, b: Affine | undefined): boolean =>
  a === undefined || b === undefined || sameParams(a, b);

/** A concatenation gives its output's scale to the operands that have none of their own. */
function claim(
  { kind, inputs, outputs }: Operator,
  at: (id: number | undefined) => Draft | undefined,
  merge: (into: Draft | undefined, from: Draft | undefined) => void,
): void {
  if (OPERATORS[kind].scale !== 'joined') return;
  const output = at(outputs[0]);
  if (output === undefined) return;
  const others = new Set(inputs.map(at).filter((input) => input !== undefined && input !== output));
  const [only] = others;
  // A ring: state, and what it is filled with. All it ever holds is the latter's values.
  if (output.variables.length > 0 && others.size === 1 && only!.fixed === undefined && !only!.kept) {
    merge(only, output);
    return;
  }
  if (output.fixed === undefined) output.result ??= outputs[0];
  for (const id of inputs) {
    const input = at(id);
    if (input !== undefined && input.fixed === undefined && !input.kept && input.result === undefined)
      merge(at(outputs[0]), input);
  }
}

/** Outputs of operators that only move values: their ranges follow from their inputs'. */
function movedTensors({ operators }: Model): ReadonlySet<number> {
  return new Set(operators.flatMap(({ kind, outputs }) => (follows(kind) ? outputs : [])));
}

function finish({ tensors, variables, fixed, result }: Draft, moved: ReadonlySet<number>): ScaleGroup {
  // State comes round: what a concatenation saw of it may be less than what was assigned to it.
  const roots = tensors.filter((id) => !moved.has(id));
  const deciding = result !== undefined && variables.length === 0 ? [result] : roots;
  return { tensors, variables, fixed, deciding };
}
