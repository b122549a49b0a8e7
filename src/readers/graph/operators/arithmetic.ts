/** Additions and multiplications, with a constant or of two tensors; batch norms. */
import { elementCount } from '../../../model/elements.js';
import { UnreadableError } from '../../support/unreadable.js';
import { flagAttribute } from '../graph-def.js';
import type { Activation, Constant, Operand } from '../operand.js';
import { constant, known, tensor } from '../operand.js';
import type { LowerNode, NodeSite } from '../site.js';
import { expectShape } from '../site.js';
import { broadcastShape } from './fold.js';

/** x (operator) constant; one value per channel keeps one dimension, which is what the passes know. */
function withConstant(
  site: NodeSite,
  kind: 'ADD' | 'MUL',
  x: Activation,
  factor: Constant,
  name = kind === 'ADD' ? 'shift' : 'scale',
): Activation {
  const shape = broadcastShape(x.shape, factor.shape);
  const leading = factor.shape.findIndex((dim) => dim !== 1);
  const least = elementCount(factor.shape) === 1 ? [1] : factor.shape.slice(Math.max(0, leading));
  const id = site.floats(name, factor, least);
  return site.emit(kind, [x.id, id], shape, { activation: 'NONE' });
}

/** Two tensors; the one with fewer dimensions gets leading ones. */
function joined(site: NodeSite, kind: 'ADD' | 'SUB' | 'MUL', a: Activation, b: Activation): Activation {
  const shape = broadcastShape(a.shape, b.shape);
  const filled = (x: Activation) =>
    site.reshape(x, [...new Array<number>(shape.length - x.shape.length).fill(1), ...x.shape]);
  return site.emit(kind, [filled(a).id, filled(b).id], shape, { activation: 'NONE' });
}

function mapped(from: Constant, compute: (value: number) => number): Constant {
  return { ...from, values: Float64Array.from(from.values, compute) };
}

const minusOne = (site: NodeSite) => constant(site.node.name, 'float', [1], [-1]);

const lowerBinary =
  (kind: 'ADD' | 'MUL'): LowerNode =>
  (site, inputs) => {
    const [a, b] = inputs;
    if (a?.kind === 'constant') return withConstant(site, kind, tensor(inputs, 1), a);
    if (b?.kind === 'constant') return withConstant(site, kind, tensor(inputs, 0), b);
    return joined(site, kind, tensor(inputs, 0), tensor(inputs, 1));
  };

const lowerSub: LowerNode = (site, inputs) => {
  const [a, b] = inputs;
  if (b?.kind === 'constant')
    return withConstant(
      site,
      'ADD',
      tensor(inputs, 0),
      spent(site, b, (value) => -value),
    );
  if (a?.kind !== 'constant') return joined(site, 'SUB', tensor(inputs, 0), tensor(inputs, 1));
  // Factors and terms of constants are folded into the weights beside them.
  const negative = withConstant(site, 'MUL', tensor(inputs, 1), minusOne(site), 'minus_one');
  return withConstant(site, 'ADD', negative, a);
};

function spent(site: NodeSite, from: Constant, compute: (value: number) => number): Constant {
  site.budget.spend(from.values.length);
  return mapped(from, compute);
}

const lowerDiv: LowerNode = (site, inputs) => {
  if (inputs[1]?.kind !== 'constant')
    throw new UnreadableError(
      'divides by what it computes, for which kws-gen has no operator',
      'leave the layer out, or divide by a constant',
    );
  return withConstant(
    site,
    'MUL',
    tensor(inputs, 0),
    spent(site, inputs[1], (value) => 1 / value),
  );
};

const lowerNeg: LowerNode = (site, inputs) =>
  withConstant(site, 'MUL', tensor(inputs, 0), minusOne(site), 'minus_one');

/** x * x is a MUL of a tensor with itself. */
const lowerSquare: LowerNode = (site, inputs) => joined(site, 'MUL', tensor(inputs, 0), tensor(inputs, 0));

/** Adds one value per channel. */
const lowerBiasAdd: LowerNode = (site, inputs) => {
  site.expectChannelsLast();
  const x = tensor(inputs, 0);
  const bias = known(inputs, 1, 'bias');
  expectShape(bias, [x.shape.at(-1) ?? 1]);
  return withConstant(site, 'ADD', x, bias, 'bias');
};

/** scale * (x - mean) / sqrt(variance + epsilon) + offset; `operands` are the four constants in the node's order. */
export function batchNorm(site: NodeSite, x: Activation, operands: readonly Operand[]): Activation {
  const channels = x.shape.at(-1)!;
  const [gamma, beta, mean, variance] = ['scale', 'offset', 'mean', 'variance'].map((what, position) => {
    const values = known(operands, position, what);
    expectShape(values, [channels]);
    return values;
  }) as [Constant, Constant, Constant, Constant];
  const epsilon = site.node.attributes.get('epsilon')?.float ?? 1e-4;
  const scale = Array.from(gamma.values, (value, i) => value / Math.sqrt(variance.values[i]! + epsilon));
  const shift = Array.from(beta.values, (value, i) => value - mean.values[i]! * scale[i]!);
  const scaled = withConstant(site, 'MUL', x, constant(variance.name, 'float', [channels], scale));
  return withConstant(site, 'ADD', scaled, constant(mean.name, 'float', [channels], shift));
}

const lowerBatchNorm: LowerNode = (site, inputs) => {
  site.expectChannelsLast();
  if (flagAttribute(site.node, 'is_training', true))
    throw new UnreadableError(
      'normalises by the statistics of its own input, as in training',
      'save the model for inference (training=False)',
    );
  return batchNorm(site, tensor(inputs, 0), inputs.slice(1));
};

export const ARITHMETIC: Readonly<Record<string, LowerNode>> = {
  Add: lowerBinary('ADD'),
  AddV2: lowerBinary('ADD'),
  Mul: lowerBinary('MUL'),
  Sub: lowerSub,
  RealDiv: lowerDiv,
  Div: lowerDiv,
  Neg: lowerNeg,
  Square: lowerSquare,
  BiasAdd: lowerBiasAdd,
  FusedBatchNorm: lowerBatchNorm,
  FusedBatchNormV2: lowerBatchNorm,
  FusedBatchNormV3: lowerBatchNorm,
};
