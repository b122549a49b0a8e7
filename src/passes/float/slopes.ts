/**
 * Pass: relu(x) - alpha * relu(-x) is one operator, LEAKY_RELU or, with a slope per element, PRELU. Keras computes
 * PReLU so, and every format but its own has only these steps; in int8 each would round.
 *
 * relu(x) + relu(-x) * c is PRELU with alpha = -c; -x is x * -1, which earlier passes may have made the activation of
 * the MUL.
 */
import { elementCount } from '../../model/elements.js';
import type { Model, Operator } from '../../model/types.js';
import { tensorValues } from '../../model/values.js';
import type { Draft } from '../draft.js';
import { rewrite } from '../draft.js';

export function joinSlopes(model: Model): Model {
  return rewrite(model, (draft, operator, slot) => {
    if (operator.kind !== 'ADD' || operator.options.activation !== 'NONE') return false;
    const [a, b] = operator.inputs as readonly [number, number];
    return joined(draft, operator, slot, [a, b]) || joined(draft, operator, slot, [b, a]);
  });
}

/** @param parts what is kept of x above 0, and what is added below */
function joined(
  draft: Draft,
  { index, outputs }: Operator,
  slot: number,
  [above, below]: readonly [number, number],
): boolean {
  const positive = draft.makerOf(above, 'RELU')?.[1];
  const scaled = scaledBy(draft, below);
  const x = positive?.inputs[0];
  if (x === undefined || scaled === undefined || negated(draft, scaled.from) !== x) return false;
  const [from, to] = [draft.tensor(x), draft.tensor(outputs[0])];
  if (from === undefined || to === undefined || from.shape.join() !== to.shape.join()) return false;
  const { shape, factors } = scaled;
  const alpha = factors.map((value) => -value);
  if (elementCount(shape) === 1) {
    draft.set(slot, { kind: 'LEAKY_RELU', index, inputs: [x], outputs, options: { alpha: alpha[0]! } });
    return true;
  }
  const slopes = draft.addFloats(`${to.name}/alpha`, shape, alpha);
  draft.set(slot, { kind: 'PRELU', index, inputs: [x, slopes], outputs, options: {} });
  return true;
}

/** y of relu(-y): a RELU of a MUL by -1, or a MUL by -1 that has it as its activation. */
function negated(draft: Draft, id: number): number | undefined {
  const relu = draft.makerOf(id, 'RELU')?.[1];
  const product = scaledBy(draft, relu?.inputs[0] ?? id, relu === undefined ? 'RELU' : 'NONE');
  return product?.factors.length === 1 && product.factors[0] === -1 ? product.from : undefined;
}

interface Scaled {
  readonly from: number;
  readonly shape: readonly number[];
  readonly factors: Float32Array;
}

/** The product of a tensor and a constant. */
function scaledBy(draft: Draft, id: number, activation: 'NONE' | 'RELU' = 'NONE'): Scaled | undefined {
  const product = draft.makerOf(id, 'MUL')?.[1];
  if (product === undefined || product.options.activation !== activation) return undefined;
  const [a, b] = product.inputs as readonly [number, number];
  for (const [from, by] of [
    [a, b],
    [b, a],
  ] as const) {
    const [x, constant] = [draft.tensor(from), draft.tensor(by)];
    if (x?.type !== 'float32' || x.data !== undefined || constant?.data === undefined) continue;
    return { from, shape: constant.shape, factors: tensorValues(constant) };
  }
  return undefined;
}
