/** Pass: operators that give what they take are removed. */
import { resolveSlice } from '../../model/arithmetic.js';
import { constantInts, elementCount } from '../../model/elements.js';
import type { Model, Operator } from '../../model/types.js';
import { type Draft, rewrite } from '../draft.js';
import { sameNumbers } from '../same-numbers.js';
import { channelOperand } from './channels.js';

export function removeIdentities(model: Model): Model {
  return rewrite(model, (draft, operator, slot) => {
    const x = unchangedOperand(draft, operator);
    if (x === undefined) return false;
    const y = operator.outputs[0]!;
    const [from, to] = [draft.tensor(x)!, draft.tensor(y)!];
    if (!sameNumbers(from, to) || elementCount(from.shape) !== elementCount(to.shape)) return false;
    return from.shape.length === to.shape.length && draft.bypass(slot, x, y);
  });
}

/** The operand that comes out as it is, if any. */
function unchangedOperand(draft: Draft, operator: Operator): number | undefined {
  const [x] = operator.inputs;
  switch (operator.kind) {
    case 'ADD':
      return withConstant(draft, operator, 0);
    case 'MUL':
      return withConstant(draft, operator, 1);
    case 'PAD':
      return constantInts(draft.tensor(operator.inputs[1]))?.every((value) => value === 0) ? x : undefined;
    case 'CONCATENATION':
      return operator.inputs.length === 1 ? x : undefined;
    case 'SPLIT_V':
      return operator.outputs.length === 1 ? x : undefined;
    case 'AVERAGE_POOL_2D':
    case 'MAX_POOL_2D': {
      const { filterH, filterW, strideH, strideW, activation } = operator.options;
      const idle = [filterH, filterW, strideH, strideW].every((size) => size === 1) && activation === 'NONE';
      return idle ? x : undefined;
    }
    case 'STRIDED_SLICE':
      return takesAll(draft, operator) ? x : undefined;
    default:
      return undefined;
  }
}

function withConstant(
  draft: Draft,
  operator: Extract<Operator, { kind: 'ADD' | 'MUL' }>,
  neutral: number,
): number | undefined {
  if (operator.options.activation !== 'NONE') return undefined;
  const operand = channelOperand(draft, operator);
  return operand?.values.every((value) => value === neutral) ? operator.inputs[operand.position] : undefined;
}

function takesAll(draft: Draft, operator: Extract<Operator, { kind: 'STRIDED_SLICE' }>): boolean {
  const [x, ...ints] = operator.inputs.map((id) => draft.tensor(id));
  const [begin, end, strides] = ints.map(constantInts);
  if (x === undefined || begin === undefined || end === undefined || strides === undefined) return false;
  const slice = resolveSlice(x.shape, { begin, end, strides, ...operator.options });
  return (
    slice.stride.every((stride) => stride > 0) && slice.count.every((count, axis) => count === x.shape[axis])
  );
}
