/**
 * Pass: EXPAND_DIMS and SQUEEZE are RESHAPEs, and a RESHAPE has its shape as a constant.
 *
 * Converters write shapes that are computed (SHAPE, STRIDED_SLICE, PACK before a RESHAPE) for a batch that may
 * change; here it is 1 and every tensor has a fixed shape. What computed the shape is dead after this.
 */
import { elementCount } from '../../model/elements.js';
import { operatorName } from '../../model/operators.js';
import type { Model } from '../../model/types.js';
import { rewrite } from '../draft.js';
import { sameNumbers } from '../same-numbers.js';

const RENAMED: ReadonlySet<string> = new Set(['EXPAND_DIMS', 'SQUEEZE']);

export function plainReshapes(model: Model): Model {
  return rewrite(model, (draft, operator, slot) => {
    const renamed = RENAMED.has(operatorName(operator));
    if (!renamed && (operator.kind !== 'RESHAPE' || draft.maker(operator.inputs[1]) === undefined))
      return false;
    const [x, y] = [draft.tensor(operator.inputs[0]), draft.tensor(operator.outputs[0])];
    if (x === undefined || y === undefined || elementCount(x.shape) !== elementCount(y.shape)) return false;
    if (renamed && !sameNumbers(x, y)) return false;
    draft.set(slot, draft.reshape(operator.index, operator.inputs[0]!, operator.outputs[0]!));
    return true;
  });
}
