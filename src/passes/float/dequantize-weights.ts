/**
 * Pass: weights that are stored small become float32 constants.
 *
 * Float16 files store constants behind DEQUANTIZE; dynamic-range (hybrid) files have int8 weights right under
 * float operators. What the file rounded stays rounded: `smallWeights` says which constants that are.
 */
import { OPERATORS } from '../../model/operators.js';
import type { ElementType, Model, Operator } from '../../model/types.js';
import { tensorValues } from '../../model/values.js';
import { Draft } from '../draft.js';

/** A constant that a float model stores in fewer bits. */
export interface SmallWeight {
  /** Of the operator that computes with it. */
  readonly operator: Operator;
  readonly name: string;
  readonly type: ElementType;
}

/** Ids of small constants that the operator takes as real numbers. */
function smallOperands(model: Model, { kind, inputs, outputs }: Operator): readonly number[] {
  if (kind === 'FOREIGN' || !outputs.some((id) => model.tensors[id]?.type === 'float32')) return [];
  return inputs.filter((id, position) => {
    const tensor = model.tensors[id];
    if (tensor?.data === undefined || tensor.type === 'float32') return false;
    if (position > 0 && OPERATORS[kind].operands === 'integers') return false;
    return tensor.type === 'float16' || tensor.quantization !== undefined;
  });
}

/** The constants that `dequantizeWeights` makes floats, in the order of the operators. */
export function smallWeights(model: Model): readonly SmallWeight[] {
  return model.operators.flatMap((operator) =>
    smallOperands(model, operator).map((id) => {
      const { name, type } = model.tensors[id]!;
      return { operator, name, type };
    }),
  );
}

export function dequantizeWeights(model: Model): Model {
  const draft = new Draft(model);
  const made = new Map<number, number>();
  /** The float32 constant of a small one; shared by those who share that. */
  const floats = (id: number): number => {
    const known = made.get(id);
    if (known !== undefined) return known;
    const { name, shape } = model.tensors[id]!;
    const constant = draft.addFloats(name, shape, tensorValues(model.tensors[id]!));
    made.set(id, constant);
    return constant;
  };
  for (const [slot, operator] of draft.operators()) {
    const small = smallOperands(model, operator);
    if (small.length === 0) continue;
    const [y] = operator.outputs;
    if (operator.kind === 'DEQUANTIZE' && !draft.isOutput(y!)) {
      const { data } = draft.tensor(floats(operator.inputs[0]!))!;
      draft.remove(slot);
      draft.setTensor(y!, { ...draft.tensor(y)!, data: data! });
    } else if (operator.kind !== 'DEQUANTIZE') {
      const inputs = operator.inputs.map((id) => (small.includes(id) ? floats(id) : id));
      draft.set(slot, { ...operator, inputs });
    }
  }
  return draft.finish();
}
