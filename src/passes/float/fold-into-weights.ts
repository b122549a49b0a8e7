/**
 * Pass: MUL and ADD with constants per channel (a batch norm) fold into the weights of the convolution or
 * fully connected operator that computes what they take. New weights are computed in float64 and rounded once.
 */
import type { Activation, Model } from '../../model/types.js';
import { type Draft, rewrite } from '../draft.js';
import { channelStep, isWeighted, weightsOf, withWeights } from './channels.js';

export function foldIntoPreceding(model: Model): Model {
  return rewrite(model, (draft, operator, slot) => {
    if (operator.kind !== 'ADD' && operator.kind !== 'MUL') return false;
    const step = channelStep(draft, operator, operator.kind);
    if (step === undefined || !draft.isReadOnce(step.x)) return false;
    const made = makerWithoutActivation(draft, step.x);
    const weights = made && weightsOf(draft, made[1]);
    if (made === undefined || weights === undefined) return false;
    const { filter, bias, outputOf } = weights;
    const of = (channel: number) => step.values[step.values.length === 1 ? 0 : channel]!;
    const folded =
      operator.kind === 'ADD'
        ? { ...weights, bias: bias.map((value, channel) => value + of(channel)) }
        : {
            ...weights,
            filter: filter.map((value, i) => value * of(outputOf(i))),
            bias: bias.map((value, channel) => value * of(channel)),
          };
    const changed = withActivation(withWeights(draft, made[1], folded), operator.options.activation);
    draft.remove(slot);
    draft.set(made[0], { ...changed, outputs: operator.outputs });
    return true;
  });
}

function makerWithoutActivation(draft: Draft, id: number) {
  const made = draft.makerOf(id, 'CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED');
  return made !== undefined && isWeighted(made[1]) && made[1].options.activation === 'NONE'
    ? made
    : undefined;
}

function withActivation<O extends { readonly options: { readonly activation: Activation } }>(
  operator: O,
  activation: Activation,
): O {
  return { ...operator, options: { ...operator.options, activation } };
}
