/** Rules of the operators that join and cut: concatenation, split, strided slice. */
import { resolveSlice } from '../../model/arithmetic.js';
import { constantInts, shapeText } from '../../model/elements.js';
import type { OperatorSite } from './site.js';
import { expectSameScale, expectSameType, expectShape } from './site.js';

/** The axis counted from the front, or undefined (and said) where it is outside the shape. */
function axisOf(site: Pick<OperatorSite, 'say'>, axis: number, shape: readonly number[]): number | undefined {
  const front = axis < 0 ? axis + shape.length : axis;
  if (front >= 0 && front < shape.length) return front;
  site.say(`its axis ${axis} is not in ${shapeText(shape)}`);
  return undefined;
}

export function concatenationRule(site: OperatorSite<'CONCATENATION'>): void {
  const y = site.output(0);
  const parts = site.operator.inputs.map((_, position) => site.input(position)!);
  const axis = axisOf(site, site.operator.options.axis, y.shape);
  expectSameType(site, [...parts, y]);
  for (const part of parts) expectSameScale(site, part, y);
  if (axis === undefined) return;
  if (site.operator.options.activation !== 'NONE') site.say('has a fused activation');
  const total = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
  expectShape(site, 'its output', y.shape, y.shape.with(axis, total));
  parts.forEach((part, position) => {
    expectShape(site, `input ${position}`, part.shape, y.shape.with(axis, part.shape[axis] ?? 0));
  });
}

export function splitRule(site: OperatorSite<'SPLIT_V'>): void {
  const [x, sizes, axes] = [site.input(0)!, constantInts(site.input(1)), constantInts(site.input(2))];
  const parts = site.operator.outputs.map((_, position) => site.output(position));
  expectSameType(site, [x, ...parts]);
  for (const part of parts) expectSameScale(site, x, part);
  if (sizes === undefined || axes === undefined || axes.length !== 1) {
    site.say('its sizes and axis are not constant');
    return;
  }
  const axis = axisOf(site, axes[0]!, x.shape);
  if (axis === undefined) return;
  if (sizes.length !== parts.length) {
    site.say(`has ${sizes.length} sizes and ${parts.length} outputs`);
    return;
  }
  // One size may be -1: what the others leave.
  const given = sizes.filter((size) => size >= 0).reduce((sum, size) => sum + size, 0);
  const open = sizes.filter((size) => size < 0).length;
  if (open > 1 || given > x.shape[axis]! || (open === 0 && given !== x.shape[axis]))
    site.say(`its sizes ${sizes.slice(0, 8).join(', ')} do not cut a dimension of ${x.shape[axis]}`);
  else
    parts.forEach((part, position) => {
      const size = sizes[position]! < 0 ? x.shape[axis]! - given : sizes[position]!;
      expectShape(site, `output ${position}`, part.shape, x.shape.with(axis, size));
    });
}

export function sliceRule(site: OperatorSite<'STRIDED_SLICE'>): void {
  const [x, y] = [site.input(0)!, site.output(0)];
  expectSameType(site, [x, y]);
  expectSameScale(site, x, y);
  const [begin, end, strides] = [1, 2, 3].map((position) => constantInts(site.input(position)));
  const { options } = site.operator;
  if (begin === undefined || end === undefined || strides === undefined)
    site.say('its begin, end and strides are not constant');
  else if (options.ellipsisMask !== 0 || options.newAxisMask !== 0)
    site.say('has an ellipsis or new-axis mask, which no runtime takes');
  else
    try {
      const slice = resolveSlice(x.shape, { begin, end, strides, ...options });
      expectShape(site, 'its output', y.shape, slice.outputShape);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      site.say(error.message);
    }
}
