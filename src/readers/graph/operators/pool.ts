/** Pools and reductions → MAX_POOL_2D, AVERAGE_POOL_2D, MEAN, REDUCE_MAX. */
import { UnreadableError } from '../../support/unreadable.js';
import { flagAttribute } from '../graph-def.js';
import type { Activation } from '../operand.js';
import { axesOf, integers, tensor } from '../operand.js';
import type { LowerNode, NodeSite } from '../site.js';
import { spatialPair, windowOutput, windowOver } from './window.js';

const lowerPool =
  (kind: 'MAX_POOL_2D' | 'AVERAGE_POOL_2D'): LowerNode =>
  (site, inputs) => {
    const given = tensor(inputs, 0);
    const [filterH, filterW] = spatialPair(site, 'ksize');
    const { x, window } = windowOver(site, given, [filterH, filterW]);
    if (x.id !== given.id || window.dilationH !== 1 || window.dilationW !== 1)
      throw new UnreadableError(
        'pools with explicit paddings, for which kws-gen has no operator',
        'use the padding "same" or "valid", and train again',
      );
    const { strideH, strideW, padding } = window;
    const shape = [1, ...windowOutput(x, window), x.shape[3]!];
    const options = { filterH, filterW, strideH, strideW, padding, activation: 'NONE' } as const;
    return site.emit(kind, [x.id], shape, options);
  };

/** The shape of a reduction's result. */
function reducedShape(site: NodeSite, x: Activation, axes: readonly number[]): readonly number[] {
  const keep = flagAttribute(site.node, 'keep_dims', false);
  const shape = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  return keep ? shape : shape.filter((_, axis) => !axes.includes(axis));
}

const lowerReduction =
  (kind: 'MEAN' | 'REDUCE_MAX'): LowerNode =>
  (site, inputs) => {
    const x = tensor(inputs, 0);
    const axes = axesOf(integers(inputs, 1, 'dimensions', 8), x.shape.length);
    if (axes.length === 0) return x;
    if (axes.includes(0))
      throw new UnreadableError('reduces the batch to one', 'reduce the other dimensions only');
    const options = { keepDims: flagAttribute(site.node, 'keep_dims', false) };
    return site.emit(kind, [x.id, site.ints('axes', axes)], reducedShape(site, x, axes), options);
  };

export const POOLS: Readonly<Record<string, LowerNode>> = {
  MaxPool: lowerPool('MAX_POOL_2D'),
  AvgPool: lowerPool('AVERAGE_POOL_2D'),
  Mean: lowerReduction('MEAN'),
  Max: lowerReduction('REDUCE_MAX'),
};
