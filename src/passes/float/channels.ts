/** What the folding passes ask of operators: constants per channel, weights as numbers. */
import { elementCount } from '../../model/elements.js';
import type { Operator, OperatorOf } from '../../model/types.js';
import { tensorValues } from '../../model/values.js';
import type { Draft } from '../draft.js';

export interface ChannelOperand {
  /** Of the operand that is computed: 0 or 1. */
  readonly position: 0 | 1;
  /** One value for all, or one per index of the last dimension. */
  readonly values: Float32Array;
}

/** The constant of an ADD or MUL on float32, where it has one value per channel or one in all. */
export function channelOperand(
  draft: Draft,
  operator: OperatorOf<'ADD' | 'MUL'>,
): ChannelOperand | undefined {
  for (const position of [0, 1] as const) {
    const [x, constant] = [
      draft.tensor(operator.inputs[position]),
      draft.tensor(operator.inputs[1 - position]),
    ];
    if (x?.type !== 'float32' || x.data !== undefined || constant?.data === undefined) continue;
    const count = elementCount(constant.shape);
    const y = draft.tensor(operator.outputs[0])!;
    if (count !== 1 && (count !== x.shape.at(-1) || count !== constant.shape.at(-1))) return undefined;
    if (y.shape.length !== x.shape.length || elementCount(y.shape) !== elementCount(x.shape))
      return undefined;
    return { position, values: tensorValues(constant) };
  }
  return undefined;
}

/** An ADD or MUL with a constant per channel: what it computes from, and that constant. */
export interface ChannelStep {
  readonly x: number;
  readonly values: Float32Array;
}

export function channelStep(draft: Draft, operator: Operator, kind: 'ADD' | 'MUL'): ChannelStep | undefined {
  if (operator.kind !== kind) return undefined;
  const operand = channelOperand(draft, operator as OperatorOf<'ADD' | 'MUL'>);
  return operand && { x: operator.inputs[operand.position]!, values: operand.values };
}

export type Weighted = Extract<Operator, OperatorOf<'CONV_2D' | 'DEPTHWISE_CONV_2D' | 'FULLY_CONNECTED'>>;

export interface Weights {
  readonly filter: Float64Array;
  readonly bias: Float64Array;
  readonly channels: number;
  /** Output channel of an element of the filter. */
  readonly outputOf: (i: number) => number;
  /** Input channel (of a FULLY_CONNECTED: input) of an element of the filter. */
  readonly inputOf: (i: number) => number;
}

export function isWeighted(operator: Operator): operator is Weighted {
  const { kind } = operator;
  return kind === 'CONV_2D' || kind === 'DEPTHWISE_CONV_2D' || kind === 'FULLY_CONNECTED';
}

/** Filter and bias as float64; undefined where they are no float32 constants. A missing bias is zero. */
export function weightsOf(draft: Draft, operator: Weighted): Weights | undefined {
  const [filter, bias] = [draft.tensor(operator.inputs[1]), draft.tensor(operator.inputs[2])];
  const floats = [filter, bias].every((one) => one === undefined || (one.type === 'float32' && one.data));
  if (filter === undefined || !floats) return undefined;
  const last = filter.shape.at(-1)!;
  const depthwise = operator.kind === 'DEPTHWISE_CONV_2D';
  const channels = depthwise ? last : filter.shape[0]!;
  const perOutput = elementCount(filter.shape) / channels;
  const multiplier = depthwise ? operator.options.depthMultiplier : 1;
  return {
    filter: Float64Array.from(tensorValues(filter)),
    bias: bias === undefined ? new Float64Array(channels) : Float64Array.from(tensorValues(bias)),
    channels,
    outputOf: depthwise ? (i) => i % last : (i) => Math.floor(i / perOutput),
    inputOf: depthwise ? (i) => Math.floor((i % last) / multiplier) : (i) => i % last,
  };
}

/** The operator with other weights of the same shapes, as new constants: others may share the old ones. */
export function withWeights<O extends Weighted>(
  draft: Draft,
  operator: O,
  { filter, bias, channels }: Weights,
): O {
  const old = draft.tensor(operator.inputs[1])!;
  const name = draft.tensor(operator.inputs[2])?.name ?? `${old.name}/bias`;
  return {
    ...operator,
    inputs: [
      operator.inputs[0]!,
      draft.addFloats(old.name, old.shape, filter),
      draft.addFloats(name, [channels], bias),
    ],
  };
}
