/** Activation functions, as nodes and as parts of fused nodes. */
import { shapeText } from '../../../model/elements.js';
import type { Activation as Fused } from '../../../model/types.js';
import { printable } from '../../names.js';
import { UnreadableError } from '../../support/unreadable.js';
import { CONVERT_AGAIN } from '../graph-def.js';
import type { Activation, Constant } from '../operand.js';
import { known, tensor } from '../operand.js';
import type { LowerNode, NodeSite } from '../site.js';
import { broadcastShape } from './fold.js';
import type { Fusion } from './fusion.js';

type Apply = (site: NodeSite, x: Activation) => Activation;

const APPLY: Readonly<Record<string, Apply>> = {
  Relu: (site, x) => site.emit('RELU', [x.id], x.shape, {}),
  Relu6: (site, x) => site.emit('RELU6', [x.id], x.shape, {}),
  Sigmoid: (site, x) => site.emit('LOGISTIC', [x.id], x.shape, {}),
  Tanh: (site, x) => site.emit('TANH', [x.id], x.shape, {}),
  Softmax: (site, x) => site.emit('SOFTMAX', [x.id], x.shape, { beta: 1 }),
};

/** TensorFlow's own default. */
const LEAKY_ALPHA = 0.2;

/** x, or alpha * x where that is negative; the fused form has another name for its attribute. */
function leaky(site: NodeSite, x: Activation, attribute: string): Activation {
  const alpha = Math.fround(site.node.attributes.get(attribute)?.float ?? LEAKY_ALPHA);
  if (!Number.isFinite(alpha)) throw new UnreadableError(`has the ${attribute} ${alpha}`, CONVERT_AGAIN);
  return site.emit('LEAKY_RELU', [x.id], x.shape, { alpha });
}

/** x, or its own alpha times x where that is negative. */
function sloped(site: NodeSite, x: Activation, alpha: Constant): Activation {
  const leading = alpha.shape.findIndex((size) => size !== 1);
  const shape = leading < 0 ? [1] : alpha.shape.slice(leading);
  const whole = broadcastShape(x.shape, alpha.shape);
  if (whole.some((size, axis) => size !== x.shape[axis]) || whole.length !== x.shape.length)
    throw new UnreadableError(
      `has slopes of ${shapeText(alpha.shape)} for ${shapeText(x.shape)}`,
      CONVERT_AGAIN,
    );
  return site.emit('PRELU', [x.id, site.floats('alpha', alpha, shape)], x.shape, {});
}

const FUSED: Readonly<Record<string, Fused>> = { Relu: 'RELU', Relu6: 'RELU6' };

/**
 * The activation of a fused node, split into what the operator fuses and what comes behind.
 *
 * @throws UnreadableError for an activation that no operator computes
 */
export function fusedActivation({ activation: name, slopes }: Fusion): {
  readonly activation: Fused;
  readonly after: Apply;
} {
  if (name === undefined) return { activation: 'NONE', after: (_, x) => x };
  if (Object.hasOwn(FUSED, name)) return { activation: FUSED[name]!, after: (_, x) => x };
  if (Object.hasOwn(APPLY, name)) return { activation: 'NONE', after: APPLY[name]! };
  if (slopes !== undefined) return { activation: 'NONE', after: (site, x) => sloped(site, x, slopes) };
  if (name === 'LeakyRelu')
    return { activation: 'NONE', after: (site, x) => leaky(site, x, 'leakyrelu_alpha') };
  throw new UnreadableError(
    `has the activation ${printable(name)}, which kws-gen does not read`,
    `use one of ${Object.keys(APPLY).join(', ')}, and train again`,
  );
}

const lower =
  (apply: Apply): LowerNode =>
  (site, inputs) =>
    apply(site, tensor(inputs, 0));

export const ACTIVATIONS: Readonly<Record<string, LowerNode>> = {
  ...Object.fromEntries(Object.entries(APPLY).map(([op, apply]) => [op, lower(apply)])),
  LeakyRelu: lower((site, x) => leaky(site, x, 'alpha')),
  Prelu: (site, inputs) => sloped(site, tensor(inputs, 0), known(inputs, 1, 'slopes')),
};
