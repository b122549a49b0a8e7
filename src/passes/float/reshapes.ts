/**
 * Passes: RESHAPEs move behind what works on elements or channels, follow each other, and vanish. A Conv1D is
 * RESHAPE, CONV_2D, RESHAPE; of a chain of them one RESHAPE at either end is left.
 */
import { constantInts } from '../../model/elements.js';
import type { Model, Operator } from '../../model/types.js';
import { type Draft, rewrite } from '../draft.js';
import { sameNumbers } from '../same-numbers.js';
import { channelOperand } from './channels.js';

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** RESHAPE of RESHAPE is one RESHAPE; one that changes nothing is none. */
export function mergeReshapes(model: Model): Model {
  return rewrite(model, (draft, operator, slot) => {
    if (operator.kind !== 'RESHAPE') return false;
    const [x, y] = [operator.inputs[0]!, operator.outputs[0]!];
    const before = draft.makerOf(x, 'RESHAPE');
    if (before !== undefined) {
      draft.set(slot, { ...operator, inputs: [before[1].inputs[0]!, ...operator.inputs.slice(1)] });
      return true;
    }
    const [from, to] = [draft.tensor(x)!, draft.tensor(y)!];
    return same(from.shape, to.shape) && sameNumbers(from, to) && draft.bypass(slot, x, y);
  });
}

/** An element-wise operator on a reshaped tensor works before the RESHAPE, PAD of a Conv1D's input after it. */
export function moveReshapes(model: Model): Model {
  return rewrite(
    model,
    (draft, operator, slot) =>
      moveElementwise(draft, operator, slot) ||
      moveBranches(draft, operator, slot) ||
      takeIntoMean(draft, operator, slot) ||
      movePad(draft, operator, slot),
  );
}

/** RESHAPE, f becomes f, RESHAPE. */
function moveElementwise(draft: Draft, operator: Operator, slot: number): boolean {
  const position = elementwiseOperand(draft, operator);
  if (position === undefined) return false;
  const x = operator.inputs[position]!;
  const reshape = draft.makerOf(x, 'RESHAPE');
  if (reshape === undefined || !draft.isReadOnce(x)) return false;
  const [first, { inputs: reshaped, index }] = reshape;
  const source = draft.tensor(reshaped[0])!;
  const y = draft.tensor(operator.outputs[0])!;
  if (!same(draft.tensor(x)!.shape, y.shape)) return false;
  let inputs = operator.inputs.with(position, reshaped[0]!);
  if (operator.kind === 'ADD' || operator.kind === 'MUL') {
    const constant = channelOperand(draft, operator);
    const channels = constant?.values.length ?? 0;
    if (constant === undefined || (channels > 1 && source.shape.at(-1) !== channels)) return false;
    // One value per channel, whatever the rank of the tensor is.
    const { name } = draft.tensor(operator.inputs[1 - position])!;
    inputs = inputs.with(1 - position, draft.addFloats(name, [channels], constant.values));
  }
  const middle = draft.add({ ...y, name: `${y.name}/before_reshape`, shape: source.shape });
  draft.set(first, { ...operator, inputs, outputs: [middle] });
  draft.set(slot, draft.reshape(index, middle, operator.outputs[0]!));
  return true;
}

/** Two tensors of one shape, reshaped alike, then added or multiplied: one RESHAPE of the result. */
function moveBranches(draft: Draft, operator: Operator, slot: number): boolean {
  if (operator.kind !== 'ADD' && operator.kind !== 'MUL') return false;
  const [a, b] = operator.inputs.map((id) =>
    draft.isReadOnce(id) ? draft.makerOf(id, 'RESHAPE') : undefined,
  );
  if (a === undefined || b === undefined) return false;
  const [p, q] = [a, b].map(([, { inputs }]) => inputs[0]!) as [number, number];
  const { shape } = draft.tensor(p)!;
  const y = draft.tensor(operator.outputs[0])!;
  const alike = operator.inputs.every((id) => same(draft.tensor(id)!.shape, y.shape));
  if (!alike || !same(shape, draft.tensor(q)!.shape)) return false;
  // What both branches give is there when the later RESHAPE runs.
  const place = Math.max(a[0], b[0]);
  draft.remove(a[0]);
  draft.remove(b[0]);
  const middle = draft.add({ ...y, name: `${y.name}/before_reshape`, shape });
  draft.set(place, { ...operator, inputs: [p, q], outputs: [middle] });
  draft.set(slot, draft.reshape(a[1].index, middle, operator.outputs[0]!));
  return true;
}

/** Which operand an element-wise operator works through; the other one is a constant. */
function elementwiseOperand(draft: Draft, operator: Operator): number | undefined {
  switch (operator.kind) {
    case 'RELU':
    case 'RELU6':
      return 0;
    case 'LOGISTIC':
    case 'TANH':
      // Nothing fuses with them: they move where another RESHAPE may follow, not at the end of a model.
      return draft.isOutput(operator.outputs[0]!) ? undefined : 0;
    case 'ADD':
    case 'MUL':
      return channelOperand(draft, operator)?.position;
    default:
      return undefined;
  }
}

/** RESHAPE that takes one dimension of 1 away, then MEAN: the mean over that dimension, too. */
function takeIntoMean(draft: Draft, operator: Operator, slot: number): boolean {
  // The int8 kernels of some libraries round along two dimensions in another way than along one.
  if (operator.kind !== 'MEAN' || operator.options.keepDims) return false;
  if (draft.tensor(operator.inputs[0])!.type !== 'float32') return false;
  const reshape = draft.makerOf(operator.inputs[0], 'RESHAPE');
  const axes = constantInts(draft.tensor(operator.inputs[1]));
  if (reshape === undefined || axes === undefined) return false;
  const source = reshape[1].inputs[0]!;
  const { shape } = draft.tensor(operator.inputs[0])!;
  const place = unitPlace(shape, draft.tensor(source)!.shape);
  if (place === undefined) return false;
  const front = axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
  const all = [place, ...front.map((axis) => (axis < place ? axis : axis + 1))].sort((a, b) => a - b);
  const { name } = draft.tensor(operator.inputs[1])!;
  draft.set(slot, { ...operator, inputs: [source, draft.addInts(name, [all.length], all)] });
  return true;
}

/** Where a dimension of 1 has to be put into `shape` to give `wanted`; undefined where none does. */
export function unitPlace(shape: readonly number[], wanted: readonly number[]): number | undefined {
  const differing = shape.findIndex((size, axis) => size !== wanted[axis]);
  const place = differing < 0 ? shape.length : differing;
  return same(shape.toSpliced(place, 0, 1), wanted) ? place : undefined;
}

/** PAD, RESHAPE that puts one dimension of 1 in becomes RESHAPE, PAD: next to its convolution. */
function movePad(draft: Draft, operator: Operator, slot: number): boolean {
  if (operator.kind !== 'RESHAPE') return false;
  const padded = operator.inputs[0]!;
  const pad = draft.makerOf(padded, 'PAD');
  if (pad === undefined || !draft.isReadOnce(padded)) return false;
  const [first, { inputs: padInputs, index }] = pad;
  const [from, y] = [draft.tensor(padded)!, draft.tensor(operator.outputs[0])!];
  const paddings = constantInts(draft.tensor(padInputs[1]));
  const place = unitPlace(from.shape, y.shape);
  if (paddings === undefined || place === undefined) return false;
  const x = draft.tensor(padInputs[0])!;
  const wanted = x.shape.toSpliced(place, 0, 1);
  const middle = draft.add({ ...x, name: `${y.name}/before_pad`, shape: wanted });
  const shape = draft.addInts(`${middle}/shape`, [wanted.length], wanted);
  const widened = draft.addInts(
    `${y.name}/paddings`,
    [wanted.length, 2],
    paddings.toSpliced(2 * place, 0, 0, 0),
  );
  draft.set(first, { ...operator, inputs: [padInputs[0]!, shape], outputs: [middle] });
  draft.set(slot, { kind: 'PAD', index, inputs: [middle, widened], outputs: operator.outputs, options: {} });
  return true;
}
