/**
 * Windows that slide over one or two spatial dimensions. One-dimensional layers run as two-dimensional
 * operators of height 1, between two reshapes.
 */

import { printable } from '../names.js';
import type { Value } from '../support/operator-site.js';
import { UnreadableError } from '../support/unreadable.js';
import { pad, type Window } from '../support/window.js';
import { countField, countsField, textField } from './config.js';
import type { LayerSite } from './site.js';
import { expectChannelsLast, only } from './site.js';

export interface Windowed {
  /** The layer's input as [1, h, w, c], causal padding applied. */
  readonly x: Value;
  readonly window: Window;
  /** [1, h, w, c] of the operator's output back to the layer's own rank. */
  readonly back: (y: Value) => Value;
}

/** Fields a layer's window is in, and what they are when they are not given. */
export interface WindowFields {
  readonly size: 'kernel_size' | 'pool_size';
  /** Pools stride by their own size unless told otherwise. */
  readonly strides: 'one' | 'size';
}

/** @throws UnreadableError for windows that no operator computes */
export function windowed(
  site: LayerSite,
  inputs: readonly Value[],
  dimensions: 1 | 2,
  fields: WindowFields,
): Windowed {
  expectChannelsLast(site);
  const given = only(site, inputs, dimensions + 2);
  // TF.js writes a Conv1D's sizes as lists of one, Keras as lists or numbers.
  const sizes = countsField(
    site.config,
    fields.size,
    dimensions,
    fields.size === 'pool_size' ? 2 : undefined,
  );
  const strides = countsField(site.config, 'strides', dimensions, fields.strides === 'size' ? sizes : 1);
  const dilations = countsField(site.config, 'dilation_rate', dimensions, 1);
  const [height, width] = two(sizes);
  const [strideH, strideW] = two(strides);
  const [dilationH, dilationW] = two(dilations);

  const padding = textField(site.config, 'padding', 'valid').toLowerCase();
  if (padding !== 'same' && padding !== 'valid' && !(padding === 'causal' && dimensions === 1))
    throw new UnreadableError(
      `has the padding "${printable(padding)}", which kws-gen does not read`,
      'use "same"',
    );
  const [length = 1, channels = 1] = given.shape.slice(1);
  let x = dimensions === 2 ? given : site.reshape(given, [1, 1, length, channels]);
  if (padding === 'causal')
    x = pad(site, x, [
      [0, 0],
      [(width - 1) * dilationW, 0],
    ]);
  return {
    x,
    window: {
      height,
      width,
      strideH,
      strideW,
      dilationH,
      dilationW,
      padding: padding === 'same' ? 'SAME' : 'VALID',
    },
    back: (y) => (dimensions === 2 ? y : site.reshape(y, [1, y.shape[2]!, y.shape[3]!])),
  };
}

/** One-dimensional values as height 1. */
function two(values: readonly number[]): readonly [number, number] {
  return values.length === 1 ? [1, values[0]!] : [values[0]!, values[1]!];
}

/** Filters of a convolution; grouped ones have no operator. */
export function expectUngrouped(site: LayerSite): void {
  const groups = countField(site.config, 'groups', 1);
  if (groups !== 1)
    throw new UnreadableError(
      `convolves in ${groups} groups, which kws-gen does not read`,
      'use DepthwiseConv2D with a 1x1 Conv2D instead',
    );
}
