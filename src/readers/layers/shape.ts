/** Layers that only move values: Flatten, Reshape, Permute, zero padding, cropping. */
import { elementCount, shapeText } from '../../model/elements.js';
import { field } from '../support/fields.js';
import { UnreadableError } from '../support/unreadable.js';
import { pad } from '../support/window.js';
import { integersField, pairsField } from './config.js';
import type { LayerSite, LowerLayer } from './site.js';
import { expectChannelsLast, only } from './site.js';

export const lowerFlatten: LowerLayer = (site, inputs) => {
  expectChannelsLast(site);
  const x = only(site, inputs);
  return site.reshape(x, [1, elementCount(x.shape)]);
};

export const lowerReshape: LowerLayer = (site, inputs) => {
  const x = only(site, inputs);
  const wanted = integersField(site.config, 'target_shape');
  const count = elementCount(x.shape);
  const given = elementCount(wanted.filter((dim) => dim !== -1));
  const open = wanted.filter((dim) => dim === -1).length;
  const shape = [1, ...wanted.map((dim) => (dim === -1 ? count / given : dim))];
  if (open > 1 || shape.some((dim) => !Number.isInteger(dim) || dim < 1) || elementCount(shape) !== count)
    throw new UnreadableError(
      `cannot give ${shapeText(x.shape)} the shape ${wanted.join('x')}`,
      'check its target_shape against the input of the model',
    );
  return site.reshape(x, shape);
};

/** One dimension of 1 more, counted with the batch. */
export const lowerExpandDims: LowerLayer = (site, inputs) => {
  const x = only(site, inputs);
  const [given, ...more] = axesOf(site);
  const axis = given! < 0 ? given! + x.shape.length + 1 : given!;
  if (more.length > 0 || axis < 1 || axis > x.shape.length)
    throw new UnreadableError('adds a dimension where there is no place for one', 'use axis=-1');
  return site.expandDims(x, axis);
};

/** Dimensions of 1 fewer; without an axis all but the batch. */
export const lowerSqueeze: LowerLayer = (site, inputs) => {
  const x = only(site, inputs);
  const none = (field(site.config, 'axis') ?? null) === null;
  const axes = none
    ? x.shape.flatMap((size, axis) => (axis > 0 && size === 1 ? [axis] : []))
    : axesOf(site).map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  if (axes.some((axis) => axis < 1 || x.shape[axis] !== 1))
    throw new UnreadableError('takes a dimension away that is none of 1', 'check its axis');
  return site.squeeze(x, axes);
};

function axesOf(site: LayerSite): readonly number[] {
  const axis = field(site.config, 'axis') ?? -1;
  return Array.isArray(axis) ? integersField(site.config, 'axis') : integersField({ axis: [axis] }, 'axis');
}

export const lowerPermute: LowerLayer = (site, inputs) => {
  const x = only(site, inputs);
  const dims = integersField(site.config, 'dims');
  const rank = x.shape.length - 1;
  if (dims.length !== rank || new Set(dims).size !== rank || dims.some((dim) => dim < 1 || dim > rank))
    throw new UnreadableError(`permutes ${rank} dimensions as ${dims.join(', ')}`, 'save the model again');
  return site.transpose(x, [0, ...dims]);
};

const lowerZeroPadding =
  (dimensions: 1 | 2): LowerLayer =>
  (site, inputs) => {
    expectChannelsLast(site);
    return pad(site, only(site, inputs, dimensions + 2), pairsField(site.config, 'padding', dimensions));
  };

const lowerCropping =
  (dimensions: 1 | 2): LowerLayer =>
  (site, inputs) => {
    expectChannelsLast(site);
    const x = only(site, inputs, dimensions + 2);
    const sides = [[0, 0], ...pairsField(site.config, 'cropping', dimensions), [0, 0]] as [number, number][];
    if (sides.every(([before, after]) => before === 0 && after === 0)) return x;
    const ends = x.shape.map((dim, axis) => dim - sides[axis]![1]);
    const shape = ends.map((end, axis) => end - sides[axis]![0]);
    const operands = [
      x.id,
      site.constant('begin', 'int32', [sides.length], () => sides.map(([before]) => before)),
      site.constant('end', 'int32', [sides.length], () => ends),
      site.constant('strides', 'int32', [sides.length], () => sides.map(() => 1)),
    ];
    const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
    return site.emit('STRIDED_SLICE', operands, shape, masks);
  };

export const lowerZeroPadding1d = lowerZeroPadding(1);
export const lowerZeroPadding2d = lowerZeroPadding(2);
export const lowerCropping1d = lowerCropping(1);
export const lowerCropping2d = lowerCropping(2);
