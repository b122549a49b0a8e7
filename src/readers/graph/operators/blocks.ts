/** SpaceToBatchND and BatchToSpaceND, between which TensorFlow computes a convolution with dilation. */
import { UnreadableError } from '../../support/unreadable.js';
import { CONVERT_AGAIN } from '../graph-def.js';
import { integers, tensor } from '../operand.js';
import type { LowerNode } from '../site.js';
import { padded, pairs } from './movement.js';

const lowerSpaceToBatch: LowerNode = (site, inputs) => {
  const x = tensor(inputs, 0);
  const sizes = integers(inputs, 1, 'block shape', 8);
  const pads = pairs(inputs, 2, 'paddings');
  const rest = x.shape.length - 1 - sizes.length;
  if (rest < 0 || pads.length !== sizes.length || sizes.some((size) => size < 1))
    throw new UnreadableError('takes blocks of more dimensions than its input has', CONVERT_AGAIN);
  const zeros = Array.from({ length: rest }, () => [0, 0] as const);
  return {
    kind: 'blocked',
    block: [1, ...sizes, ...zeros.map(() => 1)],
    pads,
    emit: (kept) => padded(site, x, [[0, 0], ...kept, ...zeros]),
  };
};

const lowerBatchToSpace: LowerNode = (_, inputs) => {
  const [x] = inputs;
  const sizes = integers(inputs, 1, 'block shape', 8);
  const crops = pairs(inputs, 2, 'crops');
  const block = x?.kind === 'blocked' ? x.block : [];
  const same =
    sizes.every((size, axis) => size === block[axis + 1]) &&
    block.slice(sizes.length + 1).every((size) => size === 1);
  if (x?.kind !== 'blocked' || !same || crops.length !== x.pads.length)
    throw new UnreadableError(
      'puts blocks together that were not made by SpaceToBatchND in the same way',
      'use plain convolutions with dilation_rate, and save the model again',
    );
  // What is cropped need not be padded: the convolution between them reaches as far on both sides.
  const kept = x.pads.map(([before, after], at): [number, number] => [
    before - crops[at]![0],
    after - crops[at]![1],
  ]);
  if (kept.flat().some((amount) => amount < 0))
    throw new UnreadableError('crops more than was padded', 'use plain convolutions with dilation_rate');
  return x.emit(kept);
};

export const BLOCKS: Readonly<Record<string, LowerNode>> = {
  SpaceToBatchND: lowerSpaceToBatch,
  BatchToSpaceND: lowerBatchToSpace,
};
