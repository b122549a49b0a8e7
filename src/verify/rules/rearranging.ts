/** Rules of the operators that put dimensions in, take them out, or swap them. */
import { expandedShape, squeezedShape } from '../../model/arithmetic.js';
import { constantInts, shapeText } from '../../model/elements.js';
import { reshapeRule } from './simple.js';
import { expectSameScale, expectSameType, expectShape, type OperatorSite } from './site.js';

export function expandDimsRule(site: OperatorSite<'EXPAND_DIMS'>): void {
  const [x, axes, y] = [site.input(0)!, constantInts(site.input(1)), site.output(0)];
  reshapeRule(site as never);
  if (axes === undefined || axes.length !== 1) site.say('its axis is not constant');
  else {
    const shape = expandedShape(x.shape, axes[0]!);
    if (shape === undefined) site.say(`its axis ${axes[0]} is not in ${shapeText(y.shape)}`);
    else expectShape(site, 'its output', y.shape, shape);
  }
}

export function squeezeRule(site: OperatorSite<'SQUEEZE'>): void {
  const [x, y] = [site.input(0)!, site.output(0)];
  const { axes } = site.operator.options;
  reshapeRule(site as never);
  const shape = squeezedShape(x.shape, axes);
  if (shape === undefined)
    site.say(`its dimensions ${axes.slice(0, 8).join(', ')} are not all 1 in ${shapeText(x.shape)}`);
  else expectShape(site, 'its output', y.shape, shape);
}

export function transposeRule(site: OperatorSite<'TRANSPOSE'>): void {
  const [x, order, y] = [site.input(0)!, constantInts(site.input(1)), site.output(0)];
  expectSameType(site, [x, y]);
  expectSameScale(site, x, y);
  const rank = x.shape.length;
  if (order === undefined) site.say('its permutation is not constant');
  else if (order.length !== rank || order.toSorted((a, b) => a - b).some((axis, at) => axis !== at))
    site.say(`its permutation ${order.slice(0, 8).join(', ')} does not order ${rank} dimensions`);
  else
    expectShape(
      site,
      'its output',
      y.shape,
      order.map((axis) => x.shape[axis]!),
    );
}
