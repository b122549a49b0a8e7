/** Resizing, UpSampling1D, UpSampling2D and RepeatVector → RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR. */
import { elementCount } from '../../model/elements.js';
import { field } from '../support/fields.js';
import type { Value } from '../support/operator-site.js';
import { UnreadableError } from '../support/unreadable.js';
import { countField, countsField, textField } from './config.js';
import type { LayerSite, LowerLayer } from './site.js';
import { expectChannelsLast, only } from './site.js';

const KINDS = { bilinear: 'RESIZE_BILINEAR', nearest: 'RESIZE_NEAREST_NEIGHBOR' } as const;

type Interpolation = keyof typeof KINDS;

/** @throws UnreadableError for other interpolations than the two that there are operators for */
function interpolationOf(site: LayerSite, fallback: Interpolation): Interpolation {
  const chosen = textField(site.config, 'interpolation', fallback).toLowerCase();
  if (!Object.hasOwn(KINDS, chosen)) throw unread('another interpolation than bilinear or nearest');
  return chosen as Interpolation;
}

const unread = (what: string) =>
  new UnreadableError(
    `resizes with ${what}, which kws-gen does not read`,
    'resize with interpolation="bilinear" alone, or leave the layer out and compute features of that size',
  );

export const lowerResizing: LowerLayer = (site, inputs) => {
  expectChannelsLast(site);
  const { config } = site;
  const interpolation = interpolationOf(site, 'bilinear');
  const special = ['crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'antialias'].find(
    (key) => field(config, key) === true,
  );
  if (special !== undefined) throw unread(special);
  const size = [countField(config, 'height'), countField(config, 'width')] as const;
  return resized(site, only(site, inputs, 4), size, interpolation);
};

export const lowerUpSampling2d: LowerLayer = (site, inputs) => {
  expectChannelsLast(site);
  const x = only(site, inputs, 4);
  const [h, w] = countsField(site.config, 'size', 2, 2) as [number, number];
  return resized(site, x, [x.shape[1]! * h, x.shape[2]! * w], interpolationOf(site, 'nearest'));
};

export const lowerUpSampling1d: LowerLayer = (site, inputs) => {
  const x = only(site, inputs, 3);
  const [, steps, channels] = x.shape as readonly [number, number, number];
  // Every step several times, not the steps one after the other again.
  const each = site.tile(site.reshape(x, [1, steps, 1, channels]), [
    1,
    1,
    countField(site.config, 'size'),
    1,
  ]);
  return site.reshape(each, [1, elementCount(each.shape) / channels, channels]);
};

/** [channels] → [n, channels] */
export const lowerRepeatVector: LowerLayer = (site, inputs) => {
  const x = only(site, inputs, 2);
  return site.tile(site.reshape(x, [1, 1, x.shape[1]!]), [1, countField(site.config, 'n'), 1]);
};

/** As tf.image.resize does: the centres of pixels count. */
function resized(
  site: LayerSite,
  x: Value,
  [height, width]: readonly [number, number],
  interpolation: Interpolation,
): Value {
  const [, h, w, channels] = x.shape as readonly [number, number, number, number];
  if (h === height && w === width) return x;
  const size = site.constant('size', 'int32', [2], () => [height, width]);
  return site.emit(KINDS[interpolation], [x.id, size], [1, height, width, channels], {
    alignCorners: false,
    halfPixelCenters: true,
  });
}
