/** Conv1D and Conv2D → CONV_2D. Kernels are [kh, kw, in, out] in Keras and [out, kh, kw, in] in the operator. */

import type { Value } from '../support/operator-site.js';
import { transposed } from '../support/transposed.js';
import type { Window } from '../support/window.js';
import { outputSize } from '../support/window.js';
import { fusedActivation } from './activation.js';
import { countField, flagField } from './config.js';
import type { LayerSite, LowerLayer } from './site.js';
import { expectUngrouped, windowed } from './window.js';

export interface Filter {
  /** [kh, kw, in, out] */
  readonly kernel: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly filters: number;
}

/** One CONV_2D with the activation of the layer's configuration. */
export function emitConv(site: LayerSite, x: Value, window: Window, filter: Filter): Value {
  const channels = x.shape[3]!;
  const { kernel, bias, filters } = filter;
  const { height, width, ...options } = window;
  const { activation, after } = fusedActivation(site.config);
  const taps = height * width * channels;
  const operands = [
    x.id,
    site.constant('kernel', 'float32', [filters, height, width, channels], () =>
      transposed(kernel, taps, filters),
    ),
    bias === undefined ? -1 : site.constant('bias', 'float32', [filters], () => bias),
  ];
  const shape = [1, ...outputSize(x, window), filters];
  return after(site, site.emit('CONV_2D', operands, shape, { ...options, activation }));
}

const lowerConv =
  (dimensions: 1 | 2): LowerLayer =>
  (site, inputs) => {
    const { x, window, back } = windowed(site, inputs, dimensions, { size: 'kernel_size', strides: 'one' });
    expectUngrouped(site);
    const filters = countField(site.config, 'filters');
    const sizes = dimensions === 2 ? [window.height, window.width] : [window.width];
    const { kernel, bias } = site.weights({
      kernel: [...sizes, x.shape[3]!, filters],
      bias: flagField(site.config, 'use_bias', true) ? [filters] : undefined,
    });
    return back(emitConv(site, x, window, { kernel, bias, filters }));
  };

export const lowerConv1d = lowerConv(1);
export const lowerConv2d = lowerConv(2);
