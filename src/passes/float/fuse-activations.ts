/** Pass: RELU and RELU6 become the fused activation of the operator that computes what they take. */
import { fusesActivations } from '../../model/operators.js';
import type { Activation, Model } from '../../model/types.js';
import { rewrite } from '../draft.js';

/** What an activation followed by RELU or RELU6 is together; absent where none of ours is. */
const TOGETHER: Readonly<Record<'RELU' | 'RELU6', Partial<Record<Activation, Activation>>>> = {
  RELU: { NONE: 'RELU', RELU: 'RELU', RELU6: 'RELU6' },
  RELU6: { NONE: 'RELU6', RELU: 'RELU6', RELU6: 'RELU6' },
};

export function fuseActivations(model: Model): Model {
  return rewrite(model, (draft, operator, slot) => {
    if (operator.kind !== 'RELU' && operator.kind !== 'RELU6') return false;
    const x = operator.inputs[0]!;
    const at = draft.isReadOnce(x) ? draft.maker(x) : undefined;
    const before = draft.at(at ?? -1);
    if (at === undefined || before === undefined || !fusesActivations(before)) return false;
    if (draft.tensor(x)!.type !== 'float32') return false;
    const activation = TOGETHER[operator.kind][before.options.activation];
    if (activation === undefined) return false;
    draft.remove(slot);
    // The options stay those of the kind: only the activation is another.
    draft.set(at, {
      ...before,
      outputs: operator.outputs,
      options: { ...before.options, activation },
    } as typeof before);
    return true;
  });
}
