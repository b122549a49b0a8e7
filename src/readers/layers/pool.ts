/** Pooling layers → MAX_POOL_2D, AVERAGE_POOL_2D, MEAN, REDUCE_MAX. */

import { UnreadableError } from '../support/unreadable.js';
import { outputSize } from '../support/window.js';
import { flagField } from './config.js';
import type { LowerLayer } from './site.js';
import { expectChannelsLast, only } from './site.js';
import { windowed } from './window.js';

const lowerPool =
  (kind: 'MAX_POOL_2D' | 'AVERAGE_POOL_2D', dimensions: 1 | 2): LowerLayer =>
  (site, inputs) => {
    const { x, window, back } = windowed(site, inputs, dimensions, { size: 'pool_size', strides: 'size' });
    const { height, width, strideH, strideW, padding, dilationH, dilationW } = window;
    if (dilationH !== 1 || dilationW !== 1)
      throw new UnreadableError('pools with a dilation, which kws-gen does not read', 'use a dilation of 1');
    const shape = [1, ...outputSize(x, window), x.shape[3]!];
    const options = {
      filterH: height,
      filterW: width,
      strideH,
      strideW,
      padding,
      activation: 'NONE',
    } as const;
    return back(site.emit(kind, [x.id], shape, options));
  };

export const lowerMaxPool1d = lowerPool('MAX_POOL_2D', 1);
export const lowerMaxPool2d = lowerPool('MAX_POOL_2D', 2);
export const lowerAveragePool1d = lowerPool('AVERAGE_POOL_2D', 1);
export const lowerAveragePool2d = lowerPool('AVERAGE_POOL_2D', 2);

/** The mean or the greatest of all positions. */
const lowerGlobal =
  (kind: 'MEAN' | 'REDUCE_MAX', dimensions: 1 | 2): LowerLayer =>
  (site, inputs) => {
    expectChannelsLast(site);
    const x = only(site, inputs, dimensions + 2);
    const keepDims = flagField(site.config, 'keepdims', false);
    const axes = site.constant('axes', 'int32', [dimensions], () => (dimensions === 2 ? [1, 2] : [1]));
    const channels = x.shape.at(-1)!;
    const shape = keepDims ? [1, ...Array.from({ length: dimensions }, () => 1), channels] : [1, channels];
    return site.emit(kind, [x.id, axes], shape, { keepDims });
  };

export const lowerGlobalAverage1d = lowerGlobal('MEAN', 1);
export const lowerGlobalAverage2d = lowerGlobal('MEAN', 2);
export const lowerGlobalMax1d = lowerGlobal('REDUCE_MAX', 1);
export const lowerGlobalMax2d = lowerGlobal('REDUCE_MAX', 2);
