/**
 * Pass: MUL and ADD with constants per channel move behind pools and means over height and width, where fewer
 * elements are left and a convolution or fully connected operator may take them in. A mean of scaled and shifted
 * values is the scaled and shifted mean; so is a maximum, if no scale is negative.
 */
import { constantInts } from '../../model/elements.js';
import type { Model, Operator } from '../../model/types.js';
import { type Draft, rewrite } from '../draft.js';
import { channelOperand } from './channels.js';

export function moveBehindPools(model: Model): Model {
  return rewrite(model, (draft, operator, slot) => {
    if (operator.kind !== 'ADD' && operator.kind !== 'MUL') return false;
    const constant = channelOperand(draft, operator);
    const reader = draft.onlyReader(operator.outputs[0]);
    if (constant === undefined || reader === undefined || operator.options.activation !== 'NONE')
      return false;
    const [behind, pool] = reader;
    const scales = operator.kind === 'MUL' ? constant.values : [];
    if (!keepsChannels(draft, pool) || (pool.kind === 'MAX_POOL_2D' && scales.some((scale) => !(scale >= 0))))
      return false;
    const [x, y] = [operator.inputs[constant.position]!, draft.tensor(pool.outputs[0])!];
    const { name } = draft.tensor(operator.inputs[1 - constant.position])!;
    const values = draft.addFloats(name, [constant.values.length], constant.values);
    const middle = draft.add({ ...y, name: `${y.name}/before_${operator.kind.toLowerCase()}` });
    draft.set(slot, { ...pool, inputs: [x, ...pool.inputs.slice(1)], outputs: [middle] });
    draft.set(behind, { ...operator, inputs: [middle, values], outputs: pool.outputs });
    return true;
  });
}

/** Whether an operator pools or averages, each channel for itself, and clamps nothing. */
function keepsChannels(draft: Draft, operator: Operator): boolean {
  if (operator.kind === 'AVERAGE_POOL_2D' || operator.kind === 'MAX_POOL_2D')
    return operator.options.activation === 'NONE';
  if (operator.kind !== 'MEAN') return false;
  const last = draft.tensor(operator.inputs[0])!.shape.length - 1;
  return (
    constantInts(draft.tensor(operator.inputs[1]))?.every((axis) => axis !== -1 && axis !== last) ?? false
  );
}
