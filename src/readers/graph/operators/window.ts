/** The window of a convolution or a pool: strides, dilation, padding. */
import { slidingWindow } from '../../../model/arithmetic.js';
import { printable } from '../../names.js';
import { UnreadableError } from '../../support/unreadable.js';
import { pad, type Window } from '../../support/window.js';
import { CONVERT_AGAIN, integersAttribute, textAttribute } from '../graph-def.js';
import type { Activation } from '../operand.js';
import { activation } from '../operand.js';
import type { NodeSite } from '../site.js';

const ONES = [1, 1, 1, 1] as const;

/** Height and width of a list with one number per dimension. @throws UnreadableError */
export function spatialPair(site: NodeSite, key: string): readonly [number, number] {
  const [n, h = 0, w = 0, c, ...rest] = integersAttribute(site.node, key, ONES);
  if (n !== 1 || c !== 1 || rest.length > 0 || h < 1 || w < 1)
    throw new UnreadableError(`its ${key} are not one height and one width`, CONVERT_AGAIN);
  return [h, w];
}

/**
 * The window over x, and x with the padding that the operator itself cannot do.
 *
 * @throws UnreadableError for windows that no operator computes
 */
export function windowOver(
  site: NodeSite,
  given: Activation,
  size: readonly [number, number],
): { readonly x: Activation; readonly window: Window } {
  site.expectChannelsLast();
  if (given.shape.length !== 4)
    throw new UnreadableError(`takes 4 dimensions and is given ${given.shape.length}`, CONVERT_AGAIN);
  const [height, width] = size;
  const [strideH, strideW] = spatialPair(site, 'strides');
  const [dilationH, dilationW] = spatialPair(site, 'dilations');
  const padding = textAttribute(site.node, 'padding', '');
  const window = { height, width, strideH, strideW, dilationH, dilationW };
  if (padding === 'SAME' || padding === 'VALID') return { x: given, window: { ...window, padding } };
  if (padding !== 'EXPLICIT')
    throw new UnreadableError(`has the padding ${printable(padding) || 'of no name'}`, CONVERT_AGAIN);
  return { x: explicitlyPadded(site, given), window: { ...window, padding: 'VALID' } };
}

function explicitlyPadded(site: NodeSite, x: Activation): Activation {
  const all = integersAttribute(site.node, 'explicit_paddings', []);
  if (all.length !== 8 || [0, 1, 6, 7].some((at) => all[at] !== 0) || all.some((value) => value < 0))
    throw new UnreadableError('has explicit paddings of another form than height and width', CONVERT_AGAIN);
  const sides = [
    [all[2]!, all[3]!],
    [all[4]!, all[5]!],
  ] as const;
  return activation(pad(site.made, x, sides));
}

/** Height and width after the window. */
export function windowOutput(x: Activation, window: Window): readonly [number, number] {
  const { padding, height, width, strideH, strideW, dilationH, dilationW } = window;
  return [
    slidingWindow(padding, x.shape[1]!, height, strideH, dilationH).output,
    slidingWindow(padding, x.shape[2]!, width, strideW, dilationW).output,
  ];
}
