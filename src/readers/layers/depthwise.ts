/**
 * DepthwiseConv1D/2D → DEPTHWISE_CONV_2D, SeparableConv1D/2D → the same and a 1x1 CONV_2D.
 *
 * Keras's depthwise kernel is [kh, kw, channels, multiplier]; the operator's [1, kh, kw, channels *
 * multiplier] has its values in the same order.
 */
import type { Activation } from '../../model/types.js';
import type { Value } from '../support/operator-site.js';
import type { Window } from '../support/window.js';
import { outputSize } from '../support/window.js';
import { fusedActivation } from './activation.js';
import { countField, flagField } from './config.js';
import { emitConv } from './conv.js';
import type { LayerSite, LowerLayer } from './site.js';
import { expectUngrouped, windowed } from './window.js';

interface DepthwiseFilter {
  readonly kernel: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly depthMultiplier: number;
  readonly activation: Activation;
}

function emitDepthwise(site: LayerSite, x: Value, window: Window, filter: DepthwiseFilter): Value {
  const { kernel, bias, ...rest } = filter;
  const { height, width, ...options } = window;
  const channels = x.shape[3]! * filter.depthMultiplier;
  const operands = [
    x.id,
    site.constant('depthwise_kernel', 'float32', [1, height, width, channels], () => kernel),
    bias === undefined ? -1 : site.constant('bias', 'float32', [channels], () => bias),
  ];
  const shape = [1, ...outputSize(x, window), channels];
  return site.emit('DEPTHWISE_CONV_2D', operands, shape, { ...options, ...rest });
}

const spatial = (window: Window, dimensions: 1 | 2): readonly number[] =>
  dimensions === 2 ? [window.height, window.width] : [window.width];

const lowerDepthwise =
  (dimensions: 1 | 2): LowerLayer =>
  (site, inputs) => {
    const { x, window, back } = windowed(site, inputs, dimensions, { size: 'kernel_size', strides: 'one' });
    const depthMultiplier = countField(site.config, 'depth_multiplier', 1);
    const channels = x.shape[3]!;
    const { depthwise_kernel: kernel, bias } = site.weights({
      depthwise_kernel: [...spatial(window, dimensions), channels, depthMultiplier],
      bias: flagField(site.config, 'use_bias', true) ? [channels * depthMultiplier] : undefined,
    });
    const { activation, after } = fusedActivation(site.config);
    return back(after(site, emitDepthwise(site, x, window, { kernel, bias, depthMultiplier, activation })));
  };

const POINT: Window = {
  height: 1,
  width: 1,
  strideH: 1,
  strideW: 1,
  dilationH: 1,
  dilationW: 1,
  padding: 'VALID',
};

/** The bias and the activation belong to the second convolution. */
const lowerSeparable =
  (dimensions: 1 | 2): LowerLayer =>
  (site, inputs) => {
    const { x, window, back } = windowed(site, inputs, dimensions, { size: 'kernel_size', strides: 'one' });
    expectUngrouped(site);
    const depthMultiplier = countField(site.config, 'depth_multiplier', 1);
    const filters = countField(site.config, 'filters');
    const between = x.shape[3]! * depthMultiplier;
    const weights = site.weights({
      depthwise_kernel: [...spatial(window, dimensions), x.shape[3]!, depthMultiplier],
      pointwise_kernel: [...spatial(POINT, dimensions), between, filters],
      bias: flagField(site.config, 'use_bias', true) ? [filters] : undefined,
    });
    const depthwise = emitDepthwise(site, x, window, {
      kernel: weights.depthwise_kernel,
      bias: undefined,
      depthMultiplier,
      activation: 'NONE',
    });
    const point = { kernel: weights.pointwise_kernel, bias: weights.bias, filters };
    return back(emitConv(site, depthwise, POINT, point));
  };

export const lowerDepthwise1d = lowerDepthwise(1);
export const lowerDepthwise2d = lowerDepthwise(2);
export const lowerSeparable1d = lowerSeparable(1);
export const lowerSeparable2d = lowerSeparable(2);
