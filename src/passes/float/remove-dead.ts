/** Pass: operators whose results nothing reads, and tensors that no operator names, are removed. */
import type { Model } from '../../model/types.js';
import { Draft } from '../draft.js';

export function removeDead(model: Model): Model {
  return renumber(removeOperators(model));
}

/** From the end on: what only dead operators read is dead when they are gone. */
function removeOperators(model: Model): Model {
  const draft = new Draft(model);
  for (const [slot, { outputs }] of [...draft.operators()].reverse())
    if (outputs.length > 0 && !outputs.some((id) => draft.isRead(id))) draft.remove(slot);
  return draft.finish();
}

function renumber(model: Model): Model {
  const used = new Set([
    ...model.inputs,
    ...model.outputs,
    ...model.operators.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]),
  ]);
  used.delete(-1);
  if (used.size === model.tensors.length) return model;
  const ids = new Map([...used].sort((a, b) => a - b).map((id, position) => [id, position]));
  const places = (list: readonly number[]): number[] => list.map((id) => ids.get(id) ?? -1);
  return {
    ...model,
    tensors: [...ids.keys()].map((id) => model.tensors[id]!),
    operators: model.operators.map((operator) => ({
      ...operator,
      inputs: places(operator.inputs),
      outputs: places(operator.outputs),
    })),
    inputs: places(model.inputs),
    outputs: places(model.outputs),
  };
}
