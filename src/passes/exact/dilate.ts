/**
 * Pass: a convolution between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND is a convolution with dilation, which is how
 * TensorFlow writes dilated layers down. Exact: every output is the sum of the same products.
 */
import { constantInts } from '../../model/elements.js';
import { operatorName } from '../../model/operators.js';
import type { Model, Operator } from '../../model/types.js';
import { type Draft, rewrite } from '../draft.js';
import { unitPlace } from '../float/reshapes.js';
import { sameNumbers } from '../same-numbers.js';

type Convolution = Extract<Operator, { kind: 'CONV_2D' | 'DEPTHWISE_CONV_2D' }>;
type Found<O extends Operator = Operator> = readonly [slot: number, operator: O];

/** SPACE_TO_BATCH_ND, perhaps a RESHAPE that adds a dimension of 1, a convolution, perhaps one that takes it away. */
interface Blocks {
  readonly toBatch: Found;
  readonly widen: Found | undefined;
  readonly convolution: Found<Convolution>;
  readonly narrow: Found | undefined;
}

export function dilate(model: Model): Model {
  return rewrite(model, (draft, operator, slot) => {
    if (operatorName(operator) !== 'BATCH_TO_SPACE_ND') return false;
    const blocks = blocksBefore(draft, operator);
    return blocks !== undefined && rewriteBlocks(draft, blocks, operator, slot);
  });
}

function blocksBefore(draft: Draft, toSpace: Operator): Blocks | undefined {
  let id = toSpace.inputs[0]!;
  /** The operator behind which the walk stands, where nothing else reads what it gives. */
  const before = (accept: (operator: Operator) => boolean): Found | undefined => {
    const slot = draft.isReadOnce(id) ? draft.maker(id) : undefined;
    const operator = slot === undefined ? undefined : draft.at(slot);
    if (operator === undefined || !accept(operator)) return undefined;
    id = operator.inputs[0]!;
    return [slot!, operator];
  };
  const isReshape = ({ kind }: Operator) => kind === 'RESHAPE';
  const narrow = before(isReshape);
  const convolution = before(({ kind }) => kind === 'CONV_2D' || kind === 'DEPTHWISE_CONV_2D');
  if (convolution === undefined) return undefined;
  const widen = before(isReshape);
  const toBatch = before((operator) => operatorName(operator) === 'SPACE_TO_BATCH_ND');
  if (toBatch === undefined || (widen === undefined) !== (narrow === undefined)) return undefined;
  return { toBatch, widen, convolution: convolution as Found<Convolution>, narrow };
}

function rewriteBlocks(draft: Draft, blocks: Blocks, toSpace: Operator, slot: number): boolean {
  const { toBatch, widen, convolution, narrow } = blocks;
  const [x, y] = [draft.tensor(toBatch[1].inputs[0]), draft.tensor(toSpace.outputs[0])!];
  const [sizes, pads] = [1, 2].map((at) => constantInts(draft.tensor(toBatch[1].inputs[at])));
  const [sizesBack, crops] = [1, 2].map((at) => constantInts(draft.tensor(toSpace.inputs[at])));
  const [filter, inner] = [draft.tensor(convolution[1].inputs[1]), draft.tensor(convolution[1].outputs[0])!];
  if (x === undefined || filter === undefined || sizes === undefined || pads === undefined) return false;
  if (sizesBack?.length !== sizes.length || crops?.length !== pads.length) return false;
  if (pads.length !== 2 * sizes.length || sizes.some((size, at) => size < 1 || size !== sizesBack[at]))
    return false;
  const batched = draft.tensor(toBatch[1].outputs[0])!;
  if (!sameNumbers(x, batched) || !sameNumbers(inner, y) || x.shape.length !== batched.shape.length)
    return false;
  const { options } = convolution[1];
  const plain = [options.strideH, options.strideW, options.dilationH, options.dilationW].every(
    (one) => one === 1,
  );
  if (!plain || options.padding !== 'VALID' || x.shape[0] !== 1) return false;

  // What is cropped need not be padded: the convolution reaches as far on both sides.
  const kept = pads.map((amount, at) => amount - crops[at]!);
  const rest = x.shape.length - 1 - sizes.length;
  if (kept.some((amount) => amount < 0) || rest < 0) return false;
  const block = [1, ...sizes, ...new Array<number>(rest).fill(1)];
  const sides = [0, 0, ...kept, ...new Array<number>(2 * rest).fill(0)];
  const padded = x.shape.map((size, axis) => size + sides[2 * axis]! + sides[2 * axis + 1]!);
  const place = widen && unitPlace(batched.shape, draft.tensor(widen[1].outputs[0])!.shape);
  if (widen !== undefined && place === undefined) return false;
  const wide = (shape: readonly number[]) => (place === undefined ? shape : shape.toSpliced(place, 0, 1));
  const [, dilationH, dilationW, channels] = wide(block);
  if (wide(block).length !== 4 || channels !== 1) return false;
  const given = wide(padded);
  const result = [
    1,
    reach(given[1]!, filter.shape[1]!, dilationH!),
    reach(given[2]!, filter.shape[2]!, dilationW!),
  ];
  const outer = [...result, inner.shape[3]!];
  const narrowed = place === undefined ? outer : outer.toSpliced(place, 1);
  if (narrowed.length !== y.shape.length || narrowed.some((size, axis) => size !== y.shape[axis]))
    return false;

  const source = padInto(draft, toBatch, { ...x, shape: padded, name: `${x.name}/padded` }, sides);
  let input = source;
  if (widen !== undefined) {
    input = draft.add({ ...x, shape: given, name: `${x.name}/widened` });
    draft.set(widen[0], draft.reshape(widen[1].index, source, input));
  }
  const output =
    narrow === undefined ? toSpace.outputs[0]! : draft.add({ ...y, shape: outer, name: `${y.name}/wide` });
  draft.remove(slot);
  if (narrow !== undefined) draft.set(narrow[0], draft.reshape(narrow[1].index, output, toSpace.outputs[0]!));
  const [at, operator] = convolution;
  draft.set(at, {
    ...operator,
    inputs: operator.inputs.with(0, input),
    outputs: [output],
    options: { ...operator.options, dilationH: dilationH!, dilationW: dilationW! },
  } as Convolution);
  return true;
}

/** Outputs of a VALID window that moves by 1. */
const reach = (size: number, filter: number, dilation: number) => size - (filter - 1) * dilation;

/** In the place of SPACE_TO_BATCH_ND: its padding, or nothing. Returns the tensor that is read on. */
function padInto(
  draft: Draft,
  [slot, operator]: Found,
  padded: Parameters<Draft['add']>[0],
  sides: number[],
): number {
  const x = operator.inputs[0]!;
  if (sides.every((amount) => amount === 0)) {
    draft.remove(slot);
    return x;
  }
  const y = draft.add(padded);
  const paddings = draft.addInts(`${padded.name}/paddings`, [sides.length / 2, 2], sides);
  draft.set(slot, { kind: 'PAD', index: operator.index, inputs: [x, paddings], outputs: [y], options: {} });
  return y;
}
