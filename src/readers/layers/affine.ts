/** BatchNormalization, Normalization and Rescaling → MUL by a constant and ADD of a constant. */

import { field } from '../support/fields.js';
import type { Value } from '../support/operator-site.js';
import { UnreadableError } from '../support/unreadable.js';
import { flagField, integersField, numberField, numbersField } from './config.js';
import type { LayerSite, LowerLayer } from './site.js';
import { only } from './site.js';

/** x * scale + shift; one value for all, or one per channel. A scale of 1 and a shift of 0 are left out. */
export function affine(site: LayerSite, x: Value, scale: readonly number[], shift: readonly number[]): Value {
  const bad = [...scale, ...shift].find((value) => !Number.isFinite(Math.fround(value)));
  if (bad !== undefined)
    throw new UnreadableError(
      `multiplies or adds ${bad}`,
      'its variance is negative or zero, or the training diverged: train again',
    );
  let y = x;
  if (scale.some((value) => value !== 1)) {
    const factor = site.constant('scale', 'float32', [scale.length], () => scale);
    y = site.emit('MUL', [y.id, factor], y.shape, { activation: 'NONE' });
  }
  if (shift.some((value) => value !== 0)) {
    const term = site.constant('shift', 'float32', [shift.length], () => shift);
    y = site.emit('ADD', [y.id, term], y.shape, { activation: 'NONE' });
  }
  return y;
}

/** The one dimension the statistics belong to must be the last one: that is what a constant repeats along. */
function expectLastAxis(site: LayerSite, x: Value): void {
  const axis = field(site.config, 'axis') ?? -1;
  const axes = Array.isArray(axis) ? integersField(site.config, 'axis') : [axis];
  if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== x.shape.length - 1))
    throw new UnreadableError(
      'normalises along another dimension than the last',
      'use axis=-1, and train again',
    );
}

/** gamma * (x - mean) / sqrt(variance + epsilon) + beta */
export const lowerBatchNormalization: LowerLayer = (site, inputs) => {
  const x = only(site, inputs);
  expectLastAxis(site, x);
  const channels = [x.shape.at(-1)!];
  const epsilon = numberField(site.config, 'epsilon', 1e-3);
  const weights = site.weights({
    gamma: flagField(site.config, 'scale', true) ? channels : undefined,
    beta: flagField(site.config, 'center', true) ? channels : undefined,
    moving_mean: channels,
    moving_variance: channels,
  });
  const { gamma, beta, moving_mean: mean, moving_variance: variance } = weights;
  const scale = Array.from(variance, (value, i) => (gamma?.[i] ?? 1) / Math.sqrt(value + epsilon));
  const shift = Array.from(mean, (value, i) => (beta?.[i] ?? 0) - value * scale[i]!);
  return affine(site, x, scale, shift);
};

/** Keras's Normalization divides by at least its epsilon (backend.epsilon()). */
const NORMALIZATION_EPSILON = 1e-7;

/** (x - mean) / max(sqrt(variance), epsilon); mean and variance are configured, or were adapted. */
export const lowerNormalization: LowerLayer = (site, inputs) => {
  const x = only(site, inputs);
  if (flagField(site.config, 'invert', false))
    throw new UnreadableError('is inverted, which kws-gen does not read', 'leave it out of the model');
  const { config } = site;
  const channels = x.shape.at(-1)!;
  // Keras writes axis=None as null, or as an empty list once the layer was adapted.
  const axes = field(config, 'axis');
  const single = axes === null || (Array.isArray(axes) && axes.length === 0);
  if (!single) expectLastAxis(site, x);
  const size = single ? 1 : channels;
  let mean: ArrayLike<number>;
  let variance: ArrayLike<number>;
  if ((field(config, 'mean') ?? null) !== null) {
    mean = repeated(numbersField(config, 'mean', channels), size);
    variance = repeated(numbersField(config, 'variance', channels), size);
  } else {
    const shape = single ? [] : [channels];
    ({ mean, variance } = site.weights({ mean: shape, variance: shape }));
  }
  const scale = Array.from(variance, (value) => 1 / Math.max(Math.sqrt(value), NORMALIZATION_EPSILON));
  const shift = scale.map((value, i) => -mean[i]! * value);
  return affine(site, x, scale, shift);
};

function repeated(values: readonly number[], size: number): readonly number[] {
  if (values.length === size) return values;
  if (values.length === 1) return Array.from({ length: size }, () => values[0]!);
  throw new UnreadableError(
    `has ${values.length} means or variances for ${size} channels`,
    'save the model again',
  );
}

/** x * scale + offset */
export const lowerRescaling: LowerLayer = (site, inputs) => {
  const x = only(site, inputs);
  const channels = x.shape.at(-1)!;
  const given = (key: 'scale' | 'offset', fallback: number) =>
    field(site.config, key) === undefined ? [fallback] : numbersField(site.config, key, channels);
  const [scale, offset] = [given('scale', 1), given('offset', 0)];
  for (const list of [scale, offset])
    if (list.length !== 1 && list.length !== channels)
      throw new UnreadableError(
        `has ${list.length} factors or offsets for ${channels} channels`,
        'save the model again',
      );
  return affine(site, x, scale, offset);
};
