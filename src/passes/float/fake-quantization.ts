/**
 * Pass: rounding that training simulated is left out. Quantization-aware training leaves QUANTIZE and DEQUANTIZE
 * pairs, or FAKE_QUANT, between float operators; our own quantizer rounds there again, once.
 */
import type { Model, Operator } from '../../model/types.js';
import { Draft, rewrite } from '../draft.js';

/** The operators that `removeFakeQuantization` leaves out. */
export function fakeQuantizations(model: Model): readonly Operator[] {
  const draft = new Draft(model);
  return model.operators.filter((operator) => roundedOperands(draft, operator) !== undefined);
}

export function removeFakeQuantization(model: Model): Model {
  return rewrite(model, (draft, operator, slot) => {
    const operands = roundedOperands(draft, operator);
    return operands !== undefined && draft.bypass(slot, ...operands);
  });
}

/** The float that goes in and the one that comes out rounded; undefined for other operators. */
function roundedOperands(draft: Draft, operator: Operator): readonly [x: number, y: number] | undefined {
  const y = operator.outputs[0] ?? -1;
  let x = operator.inputs[0] ?? -1;
  if (operator.kind === 'DEQUANTIZE') x = draft.makerOf(x, 'QUANTIZE')?.[1].inputs[0] ?? -1;
  else if (operator.kind !== 'FOREIGN' || operator.options.name !== 'FAKE_QUANT') return undefined;
  return [x, y].every((id) => draft.tensor(id)?.type === 'float32') ? [x, y] : undefined;
}
