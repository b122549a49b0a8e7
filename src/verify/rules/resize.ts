/** The rule of RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR. */
import { bilinearPlaces, MOST_RESIZED } from '../../model/arithmetic.js';
import { constantInts } from '../../model/elements.js';
import {
  expectQuantized,
  expectRank,
  expectSameScale,
  expectSameType,
  expectShape,
  type OperatorSite,
} from './site.js';

export function resizeRule(site: OperatorSite<'RESIZE_BILINEAR' | 'RESIZE_NEAREST_NEIGHBOR'>): void {
  const [x, size, y] = [site.input(0)!, constantInts(site.input(1)), site.output(0)];
  const { kind, options } = site.operator;
  expectSameType(site, [x, y]);
  expectQuantized(site, [x, y]);
  expectSameScale(site, x, y);
  if (options.alignCorners && options.halfPixelCenters)
    site.say('aligns corners and the centres of pixels at once');
  if (size === undefined) site.say('its size is not constant');
  else if (size.length !== 2 || size.some((one) => one < 1)) site.say('its size is no height and width');
  else if (expectRank(site, 'its input', x, 4)) {
    const [batches, inH, inW, channels] = x.shape as readonly [number, number, number, number];
    const [outH, outW] = size as [number, number];
    expectShape(site, 'its output', y.shape, [batches, outH, outW, channels]);
    for (const [from, to] of [
      [inH, outH],
      [inW, outW],
    ] as const)
      if (Math.max(from, to) > MOST_RESIZED) site.say(`resizes ${from} to ${to}; at most ${MOST_RESIZED}`);
      else if (kind === 'RESIZE_BILINEAR' && !bilinearPlaces({ size: from, wanted: to, ...options }))
        site.say(`resizes ${from} to ${to}, finer than its kernel can tell places apart`);
  }
}
