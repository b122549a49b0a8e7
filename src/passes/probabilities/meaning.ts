/**
 * What a model's output is: probabilities, logits (what a softmax or a sigmoid is yet to be taken of), or something
 * that no label's probability can be made of.
 *
 * Owns: that reading, from the graph and from the output's quantization.
 * Leaves to others: what is done about it (`probabilities.ts`).
 */
import { elementCount, shapeText } from '../../model/elements.js';
import type { Activation, Model, Operator, Tensor } from '../../model/types.js';
import { tensorValues } from '../../model/values.js';

export type OutputMeaning =
  | { readonly kind: 'probabilities' }
  | { readonly kind: 'logits' }
  | { readonly kind: 'neither'; readonly why: string };

/** Least and greatest value that a tensor can have. */
interface Bounds {
  readonly least: number;
  readonly greatest: number;
}

const UNBOUNDED: Bounds = { least: Number.NEGATIVE_INFINITY, greatest: Number.POSITIVE_INFINITY };
/** Rounding of scales, and values such as 255/256 or 256/255 for 1. */
const SLACK = 0.02;
/** How far back from the output operators are looked at. */
const MOST_STEPS = 32;

/** @param model verified, with one output */
export function outputMeaning(model: Model): OutputMeaning {
  const output = model.tensors[model.outputs[0] ?? -1];
  const maker = makerOf(model, model.outputs[0]);
  if (output === undefined || maker === undefined) return { kind: 'probabilities' };
  const { least, greatest } = boundsOf(model, model.outputs[0]!, MOST_STEPS);
  if (least >= -SLACK && greatest <= 1 + SLACK) return { kind: 'probabilities' };
  const count = elementCount(output.shape);
  const input = model.tensors[model.inputs[0] ?? -1];
  if (count > 1 && input !== undefined && elementCount(input.shape) === count)
    return neither(`it gives as many values as it takes, ${count}, as an autoencoder does`);
  if (output.shape.filter((size) => size !== 1).length > 1)
    return neither(`its output is ${shapeText(output.shape)}, not one value per label`);
  if (greatest < Number.POSITIVE_INFINITY && least < 0)
    return neither(`its outputs are ${text(least)} to ${text(greatest)}, as tanh gives them`);
  if (count === 1 && least >= 0)
    return neither('its output is never negative and has no upper end, as relu gives it');
  return { kind: 'logits' };
}

const neither = (why: string): OutputMeaning => ({ kind: 'neither', why });
const text = (value: number) => `${Math.round(value * 100) / 100}`.replace('-', '−');

function makerOf(model: Model, id: number | undefined): Operator | undefined {
  return model.operators.find(({ outputs }) => id !== undefined && outputs.includes(id));
}

const OF_ACTIVATION: Readonly<Record<Activation, Bounds>> = {
  NONE: UNBOUNDED,
  RELU: { least: 0, greatest: Number.POSITIVE_INFINITY },
  RELU6: { least: 0, greatest: 6 },
  RELU_N1_TO_1: { least: -1, greatest: 1 },
};

/** What the graph says; where it ends in a clipped value, or in an operator we do not know, also what the scale says. */
function boundsOf(model: Model, id: number, steps: number): Bounds {
  const operator = makerOf(model, id);
  const tensor = model.tensors[id];
  if (operator === undefined || tensor === undefined || steps === 0) return UNBOUNDED;
  const of = (index: number) => boundsOf(model, operator.inputs[index] ?? -1, steps - 1);
  switch (operator.kind) {
    case 'SOFTMAX':
    case 'LOGISTIC':
      return { least: 0, greatest: 1 };
    case 'TANH':
      return OF_ACTIVATION.RELU_N1_TO_1;
    case 'RELU':
    case 'RELU6':
      return within(OF_ACTIVATION[operator.kind], represented(tensor));
    case 'RESHAPE':
    case 'EXPAND_DIMS':
    case 'SQUEEZE':
    case 'TRANSPOSE':
    case 'REDUCE_MAX':
    case 'RESIZE_BILINEAR':
    case 'RESIZE_NEAREST_NEIGHBOR':
    case 'QUANTIZE':
    case 'DEQUANTIZE':
    case 'STRIDED_SLICE':
    case 'SPLIT_V':
    case 'MEAN':
    case 'AVERAGE_POOL_2D':
    case 'MAX_POOL_2D':
      return of(0);
    case 'CONCATENATION':
      return operator.inputs.map((_, index) => of(index)).reduce(around);
    case 'ADD':
    case 'MUL':
      return within(OF_ACTIVATION[operator.options.activation], moved(model, operator, steps));
    case 'FOREIGN':
      return represented(tensor);
    case 'SUB':
    case 'CONV_2D':
    case 'DEPTHWISE_CONV_2D':
    case 'FULLY_CONNECTED': {
      const bounds = OF_ACTIVATION[operator.options.activation];
      return bounds === UNBOUNDED ? bounds : within(bounds, represented(tensor));
    }
    case 'LEAKY_RELU':
    case 'HARD_SWISH':
    case 'PRELU':
    case 'PAD':
    case 'READ_VARIABLE':
    case 'ASSIGN_VARIABLE':
      return UNBOUNDED;
  }
}

const around = (a: Bounds, b: Bounds): Bounds => ({
  least: Math.min(a.least, b.least),
  greatest: Math.max(a.greatest, b.greatest),
});
const within = (a: Bounds, b: Bounds): Bounds => ({
  least: Math.max(a.least, b.least),
  greatest: Math.min(a.greatest, b.greatest),
});

/** What the integers of a tensor can stand for. */
function represented({ type, quantization }: Tensor): Bounds {
  const [scale] = quantization?.scales ?? [];
  const [zeroPoint] = quantization?.zeroPoints ?? [];
  if (scale === undefined || zeroPoint === undefined || (type !== 'int8' && type !== 'uint8'))
    return UNBOUNDED;
  const lowest = type === 'int8' ? -128 : 0;
  return { least: scale * (lowest - zeroPoint), greatest: scale * (lowest + 255 - zeroPoint) };
}

/** Of ADD and MUL with one constant for all elements, as hard_sigmoid has them. */
function moved(model: Model, operator: Operator, steps: number): Bounds {
  const constants = operator.inputs.map((id) => uniform(model.tensors[id]));
  const at = constants.findIndex((value) => value !== undefined);
  if (at < 0) return UNBOUNDED;
  const by = constants[at]!;
  const { least, greatest } = boundsOf(model, operator.inputs[1 - at] ?? -1, steps - 1);
  const ends = [least, greatest].map((end) => (operator.kind === 'ADD' ? end + by : by === 0 ? 0 : end * by));
  return { least: Math.min(...ends), greatest: Math.max(...ends) };
}

/** The value that all elements of a constant have. */
function uniform(tensor: Tensor | undefined): number | undefined {
  if (tensor?.data === undefined || elementCount(tensor.shape) === 0) return undefined;
  const values = tensorValues(tensor);
  return values.every((value) => value === values[0]) ? values[0] : undefined;
}
