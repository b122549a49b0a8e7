/** Nodes into which TensorFlow's optimizer fused what comes behind them. */

import { printable } from '../../names.js';
import { UnreadableError } from '../../support/unreadable.js';
import type { Constant, Operand } from '../operand.js';
import { known } from '../operand.js';
import type { NodeSite } from '../site.js';

/** What a fused node does behind its convolution or matrix product, and the inputs that takes. */
export interface Fusion {
  readonly bias: Constant | undefined;
  /** The four constants of a batch norm. */
  readonly norm: readonly Operand[] | undefined;
  readonly activation: string | undefined;
  /** Of the activation Prelu. */
  readonly slopes: Constant | undefined;
}

export const NOTHING_FUSED: Fusion = {
  bias: undefined,
  norm: undefined,
  activation: undefined,
  slopes: undefined,
};

/** @throws UnreadableError for a combination that no operator computes */
export function fusionOf(site: NodeSite, inputs: readonly Operand[]): Fusion {
  const steps = site.node.attributes.get('fused_ops')?.texts ?? [];
  const operands = inputs.slice(2);
  const biased = steps[0] === 'BiasAdd';
  const normed = steps[0] === 'FusedBatchNorm';
  const rest = biased || normed ? steps.slice(1) : steps;
  if (rest.length > 1)
    throw new UnreadableError(
      `fuses ${printable(steps.join(', '))}, which kws-gen does not read`,
      'convert the model from its Keras file, or give that file',
    );
  return {
    bias: biased ? known(operands, 0, 'bias') : undefined,
    norm: normed ? operands.slice(0, 4) : undefined,
    activation: rest[0],
    slopes: rest[0] === 'Prelu' ? known(operands, normed ? 4 : biased ? 1 : 0, 'slopes') : undefined,
  };
}
