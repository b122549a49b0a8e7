/**
 * Pass: numbers that are converted and back are left as they were. QUANTIZE undoes DEQUANTIZE where scale and zero
 * point are the same, and a change between int8 and uint8 with zero points 128 apart loses nothing.
 */
import type { Model, Tensor } from '../../model/types.js';
import { rewrite } from '../draft.js';
import { sameNumbers } from '../same-numbers.js';

export function removeConversionPairs(model: Model): Model {
  return rewrite(model, (draft, operator, slot) => {
    if (operator.kind !== 'QUANTIZE') return false;
    const [x, y] = [operator.inputs[0]!, operator.outputs[0]!];
    const to = draft.tensor(y)!;
    if (sameNumbers(draft.tensor(x)!, to)) return draft.bypass(slot, x, y);
    const first = draft.makerOf(x, 'QUANTIZE', 'DEQUANTIZE');
    const source = first?.[1].inputs[0];
    if (source === undefined) return false;
    const from = draft.tensor(source)!;
    return sameNumbers(from, to) && keeps(from, draft.tensor(x)!) && draft.bypass(slot, source, y);
  });
}

/** Whether every int8 or uint8 number is a different one in the other form. */
function keeps(from: Tensor, middle: Tensor): boolean {
  if (from.type !== 'int8' && from.type !== 'uint8') return false;
  if (middle.type === 'float32') return (from.quantization?.scales.length ?? 0) === 1;
  const [p, q] = [from.quantization, middle.quantization];
  const alike = p?.scales.length === 1 && q?.scales.length === 1 && p.scales[0] === q.scales[0];
  const shift = middle.type === 'uint8' ? 128 : -128;
  return (
    alike &&
    from.type !== middle.type &&
    /^u?int8$/.test(middle.type) &&
    q.zeroPoints[0]! - p.zeroPoints[0]! === shift
  );
}
