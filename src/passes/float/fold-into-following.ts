/**
 * Pass: MUL and ADD with constants per channel fold into the weights of the convolution or fully connected
 * operator that takes what they compute, where that is exact. A scale always is; a shift is not where padding
 * puts zeros beside it.
 */
import { slidingWindow } from '../../model/arithmetic.js';
import type { Model, Operator } from '../../model/types.js';
import { type Draft, rewrite } from '../draft.js';
import {
  type ChannelStep,
  channelStep,
  isWeighted,
  type Weighted,
  weightsOf,
  withWeights,
} from './channels.js';

export function foldIntoFollowing(model: Model): Model {
  return rewrite(model, (draft, operator, slot) => {
    if (operator.kind === 'MUL') return foldScale(draft, operator, slot);
    return operator.kind === 'ADD' && foldShift(draft, operator, slot);
  });
}

/** The weighted operator that alone reads a tensor, directly or (fully connected) through a RESHAPE. */
function follower(draft: Draft, id: number | undefined): readonly [number, Weighted] | undefined {
  const reader = draft.onlyReader(id);
  if (reader === undefined) return undefined;
  const [slot, operator] = reader;
  if (isWeighted(operator)) return operator.inputs[0] === id ? [slot, operator] : undefined;
  if (operator.kind !== 'RESHAPE') return undefined;
  const flat = operator.outputs[0]!;
  const [behind, dense] = draft.onlyReader(flat) ?? [];
  return dense?.kind === 'FULLY_CONNECTED' && dense.inputs[0] === flat ? [behind!, dense] : undefined;
}

/** Value per input channel; a fully connected operator sees the channels over and over. */
const valuePerInput =
  ({ values }: ChannelStep) =>
  (input: number): number =>
    values[input % values.length]!;

function foldScale(draft: Draft, operator: Extract<Operator, { kind: 'MUL' }>, slot: number): boolean {
  const step = channelStep(draft, operator, 'MUL');
  if (step === undefined || operator.options.activation !== 'NONE') return false;
  const [y] = operator.outputs;
  const next = follower(draft, y);
  if (next === undefined) return foldScaleOverShift(draft, step, slot, y!);
  return scaleFollower(draft, step, next) && draft.bypass(slot, step.x, y!);
}

function scaleFollower(
  draft: Draft,
  step: ChannelStep,
  [slot, weighted]: readonly [number, Weighted],
): boolean {
  const weights = weightsOf(draft, weighted);
  if (weights === undefined || !cyclesFit(draft, weighted, step)) return false;
  const of = valuePerInput(step);
  const filter = weights.filter.map((value, i) => value * of(weights.inputOf(i)));
  draft.set(slot, withWeights(draft, weighted, { ...weights, filter }));
  return true;
}

/** x * m + a = (x + a / m) * m: the scale folds even where the shift has to stay. */
function foldScaleOverShift(draft: Draft, step: ChannelStep, slot: number, y: number): boolean {
  const reader = draft.onlyReader(y);
  if (reader === undefined || reader[1].kind !== 'ADD' || reader[1].options.activation !== 'NONE')
    return false;
  const shift = channelStep(draft, reader[1], 'ADD');
  const next = follower(draft, reader[1].outputs[0]);
  // Without padding the shift folds by itself, and then the scale does.
  if (shift === undefined || next === undefined || !padsItsInput(draft, next[1])) return false;
  const count = Math.max(step.values.length, shift.values.length);
  const quotients = Float32Array.from({ length: count }, (_, i) => {
    return shift.values[i % shift.values.length]! / step.values[i % step.values.length]!;
  });
  // A scale near zero would make the shift so large that float32 loses the values it is added to.
  if (!quotients.every((value) => Math.abs(value) < LARGEST_QUOTIENT)) return false;
  if (!scaleFollower(draft, step, next)) return false;
  const { name } = draft.tensor(reader[1].inputs.find((id) => draft.tensor(id)!.data !== undefined))!;
  draft.remove(slot);
  draft.set(reader[0], { ...reader[1], inputs: [step.x, draft.addFloats(name, [count], quotients)] });
  return true;
}

const LARGEST_QUOTIENT = 64;

function foldShift(draft: Draft, operator: Extract<Operator, { kind: 'ADD' }>, slot: number): boolean {
  const step = channelStep(draft, operator, 'ADD');
  const next = follower(draft, operator.outputs[0]);
  if (step === undefined || next === undefined || operator.options.activation !== 'NONE') return false;
  const [at, weighted] = next;
  const weights = weightsOf(draft, weighted);
  if (weights === undefined || !cyclesFit(draft, weighted, step) || padsItsInput(draft, weighted))
    return false;
  const [bias, of] = [weights.bias.slice(), valuePerInput(step)];
  weights.filter.forEach((value, i) => {
    bias[weights.outputOf(i)]! += value * of(weights.inputOf(i));
  });
  draft.set(at, withWeights(draft, weighted, { ...weights, bias }));
  return draft.bypass(slot, step.x, operator.outputs[0]!);
}

/** Whether every input of the weighted operator belongs to one channel. */
function cyclesFit(draft: Draft, weighted: Weighted, { values }: ChannelStep): boolean {
  const inputs = draft.tensor(weighted.inputs[1])!.shape.at(-1)!;
  return weighted.kind !== 'FULLY_CONNECTED' || inputs % values.length === 0;
}

/** Whether a convolution's window ever reaches outside of its input. */
function padsItsInput(draft: Draft, operator: Weighted): boolean {
  if (operator.kind === 'FULLY_CONNECTED' || operator.options.padding === 'VALID') return false;
  const { strideH, strideW, dilationH, dilationW } = operator.options;
  const [, h, w] = draft.tensor(operator.inputs[0])!.shape as [number, number, number];
  const [, kernelH, kernelW] = draft.tensor(operator.inputs[1])!.shape as [number, number, number];
  const reaches = (size: number, taps: number, stride: number, dilation: number): boolean => {
    const { output } = slidingWindow('SAME', size, taps, stride, dilation);
    return (output - 1) * stride + (taps - 1) * dilation + 1 > size;
  };
  return reaches(h, kernelH, strideH, dilationH) || reaches(w, kernelW, strideW, dilationW);
}
