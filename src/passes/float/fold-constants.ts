/**
 * Pass: what can be computed from constants is a constant.
 */
import { KwsError } from '../../diagnostics/errors.js';
import { elementCount } from '../../model/elements.js';
import type { Model, Operator, OperatorKind, Tensor } from '../../model/types.js';
import { prepareOperator } from '../../reference/float/prepare.js';
import { allocateStore } from '../../reference/store.js';
import { Draft } from '../draft.js';

/** Results beyond this stay computed: a file must not grow by being read. */
const MOST_ELEMENTS = 1 << 20;

const NEVER: readonly OperatorKind[] = ['FOREIGN', 'READ_VARIABLE', 'ASSIGN_VARIABLE', 'QUANTIZE'];

export function foldConstants(model: Model): Model {
  const draft = new Draft(model);
  for (const [slot, operator] of draft.operators()) {
    const values = constantOutputs(draft, model, operator);
    if (values === undefined) continue;
    draft.remove(slot);
    operator.outputs.forEach((id, position) => {
      draft.setTensor(id, { ...draft.tensor(id)!, data: values[position]! });
    });
  }
  return draft.finish();
}

/** Bytes of the outputs of an operator on constants; undefined where it depends on more. */
function constantOutputs(draft: Draft, model: Model, operator: Operator): readonly Uint8Array[] | undefined {
  const inputs = operator.inputs.filter((id) => id >= 0);
  const tensors = [...inputs, ...operator.outputs].map((id) => draft.tensor(id)!);
  const foldable =
    !NEVER.includes(operator.kind) &&
    inputs.length > 0 &&
    tensors.slice(0, inputs.length).every(({ data }) => data !== undefined) &&
    tensors.every(({ shape }) => elementCount(shape) <= MOST_ELEMENTS) &&
    !operator.outputs.some((id) => draft.isOutput(id));
  return foldable ? compute(model, operator, tensors) : undefined;
}

function compute(
  model: Model,
  operator: Operator,
  tensors: readonly Tensor[],
): readonly Uint8Array[] | undefined {
  // A model of this operator alone, tensors numbered in the order of its operands.
  let next = 0;
  const inputs = operator.inputs.map((id) => (id < 0 ? -1 : next++));
  const outputs = operator.outputs.map(() => next++);
  const alone: Operator = { ...operator, inputs, outputs };
  const small: Model = { ...model, tensors, operators: [alone], inputs: [], outputs };
  const store = allocateStore(small);
  try {
    prepareOperator(small, alone, store)();
  } catch (error) {
    // What the engine does not compute on these types stays in the model.
    if (!(error instanceof KwsError)) throw error;
    return undefined;
  }
  return outputs.map((id) => {
    const { buffer, byteOffset, byteLength } = store.tensors[id]!;
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
}
