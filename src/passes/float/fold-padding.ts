/** Pass: PAD before a VALID convolution becomes SAME padding, where that is exactly the same. */
import { slidingWindow } from '../../model/arithmetic.js';
import { constantInts } from '../../model/elements.js';
import type { Model } from '../../model/types.js';
import { rewrite } from '../draft.js';
import { sameNumbers } from '../same-numbers.js';

export function foldPadding(model: Model): Model {
  return rewrite(model, (draft, operator, slot) => {
    if (operator.kind !== 'CONV_2D' && operator.kind !== 'DEPTHWISE_CONV_2D') return false;
    const padded = operator.inputs[0]!;
    const pad = draft.isReadOnce(padded) ? draft.makerOf(padded, 'PAD') : undefined;
    if (pad === undefined || operator.options.padding !== 'VALID') return false;
    const x = draft.tensor(pad[1].inputs[0])!;
    const paddings = constantInts(draft.tensor(pad[1].inputs[1]));
    if (!sameNumbers(x, draft.tensor(padded)!) || x.shape.length !== 4 || paddings?.length !== 8)
      return false;
    const { strideH, strideW, dilationH, dilationW } = operator.options;
    const filter = draft.tensor(operator.inputs[1])!.shape;
    const y = draft.tensor(operator.outputs[0])!.shape;
    // Each output reads from the same place on, and there are as many: what PAD adds behind, VALID leaves out
    // where SAME would not have it.
    const matches = (axis: 1 | 2, stride: number, dilation: number): boolean => {
      const { output, before } = slidingWindow('SAME', x.shape[axis]!, filter[axis]!, stride, dilation);
      return output === y[axis] && before === paddings[2 * axis];
    };
    const outside = [0, 1, 6, 7].some((i) => paddings[i] !== 0);
    if (outside || !matches(1, strideH, dilationH) || !matches(2, strideW, dilationW)) return false;
    draft.remove(pad[0]);
    const inputs = operator.inputs.with(0, pad[1].inputs[0]!);
    draft.set(slot, {
      ...operator,
      inputs,
      options: { ...operator.options, padding: 'SAME' },
    } as typeof operator);
    return true;
  });
}
