/** Activation functions, as layers and as a field of other layers. */
import type { Activation } from '../../model/types.js';
import { printable } from '../names.js';
import type { Fields } from '../support/fields.js';
import { field, isFields } from '../support/fields.js';
import type { Value } from '../support/operator-site.js';
import { UnreadableError } from '../support/unreadable.js';
import { affine } from './affine.js';
import { integersField, numberField, textField } from './config.js';
import type { LayerSite, LowerLayer } from './site.js';
import { only } from './site.js';

interface KnownActivation {
  /** The fused form, where operators have one. */
  readonly fused?: Activation;
  readonly apply: (site: LayerSite, x: Value) => Value;
}

const ACTIVATIONS: Readonly<Record<string, KnownActivation>> = {
  linear: { fused: 'NONE', apply: (_, x) => x },
  relu: { fused: 'RELU', apply: (site, x) => site.emit('RELU', [x.id], x.shape, {}) },
  relu6: { fused: 'RELU6', apply: (site, x) => site.emit('RELU6', [x.id], x.shape, {}) },
  sigmoid: { apply: (site, x) => site.emit('LOGISTIC', [x.id], x.shape, {}) },
  tanh: { apply: (site, x) => site.emit('TANH', [x.id], x.shape, {}) },
  softmax: { apply: softmax },
  swish: { apply: swish },
  silu: { apply: swish },
  hard_sigmoid: { apply: hardSigmoid },
  hard_swish: { apply: (site, x) => site.emit('HARD_SWISH', [x.id], x.shape, {}) },
  hard_silu: { apply: (site, x) => site.emit('HARD_SWISH', [x.id], x.shape, {}) },
  leaky_relu: { apply: (site, x) => leaky(site, x, 0.2) },
};

function softmax(site: LayerSite, x: Value): Value {
  if (x.shape.length < 2)
    throw new UnreadableError('takes the softmax of a batch', 'put it behind a Dense layer');
  return site.emit('SOFTMAX', [x.id], x.shape, { beta: 1 });
}

/** x * sigmoid(x) */
function swish(site: LayerSite, x: Value): Value {
  const gate = site.emit('LOGISTIC', [x.id], x.shape, {});
  return site.emit('MUL', [x.id, gate.id], x.shape, { activation: 'NONE' });
}

/** Keras 3: relu6(x + 3) / 6. Keras 2 and TF.js: 0.2 x + 0.5, held between 0 and 1. */
function hardSigmoid(site: LayerSite, x: Value): Value {
  const raised = affine(site, x, [site.keras === 3 ? 1 : 1.2], [3]);
  const held = site.emit('RELU6', [raised.id], x.shape, {});
  const sixth = site.constant('sixth', 'float32', [1], () => [1 / 6]);
  return site.emit('MUL', [held.id, sixth], x.shape, { activation: 'NONE' });
}

/** x, or alpha * x where that is negative */
function leaky(site: LayerSite, x: Value, alpha: number): Value {
  return site.emit('LEAKY_RELU', [x.id], x.shape, { alpha: Math.fround(alpha) });
}

export const lowerLeakyRelu: LowerLayer = (site, inputs) => {
  const key = field(site.config, 'negative_slope') === undefined ? 'alpha' : 'negative_slope';
  return leaky(site, only(site, inputs), numberField(site.config, key, 0.3));
};

/** A slope per element of the input but the batch; dimensions that share it have one. */
export const lowerPrelu: LowerLayer = (site, inputs) => {
  const x = only(site, inputs);
  const given = field(site.config, 'shared_axes') ?? null;
  const shared = given === null ? [] : integersField(site.config, 'shared_axes');
  const counted = shared.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const shape = x.shape.slice(1).map((size, at) => (counted.includes(at + 1) ? 1 : size));
  const { alpha } = site.weights({ alpha: shape });
  const slopes = site.constant('alpha', 'float32', shape, () => alpha);
  return site.emit('PRELU', [x.id, slopes], x.shape, {});
};

/** What a configuration names: a text, or what Keras 3 writes of a function or of an activation layer. */
function activationOf(value: unknown): KnownActivation {
  if (value === undefined || value === null) return ACTIVATIONS.linear!;
  if (typeof value === 'string') return known(value);
  if (!isFields(value)) return known('');
  const inner = field(value, 'config');
  const className = textField(value, 'class_name', '');
  if (className === 'function') return known(typeof inner === 'string' ? inner : '');
  if (className === 'ReLU' && isFields(inner)) return reluOf(inner);
  if (className === 'Activation' && isFields(inner)) {
    const name = field(inner, 'activation');
    return known(typeof name === 'string' ? name : '');
  }
  return known(className.toLowerCase());
}

function known(name: string): KnownActivation {
  if (Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name]!;
  throw new UnreadableError(
    `has the activation ${name === '' ? 'of an unknown form' : `"${printable(name)}"`}, which kws-gen does not read`,
    `use one of ${Object.keys(ACTIVATIONS).join(', ')}, and train again`,
  );
}

/** The activation of a layer's configuration, split into what its operator fuses and what comes behind. */
export function fusedActivation(config: Fields): {
  readonly activation: Activation;
  readonly after: (site: LayerSite, x: Value) => Value;
} {
  const { fused, apply } = activationOf(field(config, 'activation'));
  return fused === undefined
    ? { activation: 'NONE', after: apply }
    : { activation: fused, after: (_, x) => x };
}

export const lowerActivation: LowerLayer = (site, inputs) =>
  activationOf(field(site.config, 'activation')).apply(site, only(site, inputs));

/** ReLU's options, as the activation that equals them. */
function reluOf(config: Fields): KnownActivation {
  const most = field(config, 'max_value') ?? undefined;
  const slope = numberField(config, 'negative_slope', 0);
  const threshold = numberField(config, 'threshold', 0);
  if (threshold !== 0)
    throw new UnreadableError(
      `has the threshold ${threshold}, which kws-gen does not read`,
      'use a plain ReLU',
    );
  if (slope !== 0 && most !== undefined)
    throw new UnreadableError(
      `has the negative_slope ${slope} and a max_value, which kws-gen does not read together`,
      'use one of the two, and train again',
    );
  if (slope !== 0) return { apply: (site, x) => leaky(site, x, slope) };
  if (most !== undefined && most !== 6)
    throw new UnreadableError(
      `has the max_value ${printable(String(most))}; 6 and none are read`,
      'use max_value 6 or none, and train again',
    );
  return ACTIVATIONS[most === undefined ? 'relu' : 'relu6']!;
}

export const lowerRelu: LowerLayer = (site, inputs) => reluOf(site.config).apply(site, only(site, inputs));

export const lowerSoftmax: LowerLayer = (site, inputs) => {
  const x = only(site, inputs);
  const axis = field(site.config, 'axis') ?? -1;
  const last = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis;
  if (last !== -1 && last !== x.shape.length - 1)
    throw new UnreadableError('takes the softmax along another dimension than the last', 'use axis=-1');
  return softmax(site, x);
};
