/** Layers of several inputs: Add, Subtract, Average, Multiply, Concatenate. */
import { shapeText } from '../../model/elements.js';
import { field } from '../support/fields.js';
import type { Value } from '../support/operator-site.js';
import { UnreadableError } from '../support/unreadable.js';
import { affine } from './affine.js';
import { isSmallInteger } from './config.js';
import type { LayerSite, LowerLayer } from './site.js';

const MOST_INPUTS = 1000;

function several(site: LayerSite, inputs: readonly Value[]): Value {
  const [first] = inputs;
  if (first === undefined || inputs.length < 2 || inputs.length > MOST_INPUTS)
    throw new UnreadableError(
      `joins ${inputs.length} values; 2 to ${MOST_INPUTS} are read`,
      `give ${site.className} the outputs of two layers`,
    );
  return first;
}

/** Both of the same rank; a dimension of 1 repeats. */
function joint(a: Value, b: Value): readonly number[] {
  const fits =
    a.shape.length === b.shape.length &&
    a.shape.every((dim, axis) => dim === b.shape[axis] || dim === 1 || b.shape[axis] === 1);
  if (!fits)
    throw new UnreadableError(
      `joins ${shapeText(a.shape)} and ${shapeText(b.shape)}, which do not fit`,
      'put Reshape layers before it',
    );
  return a.shape.map((dim, axis) => Math.max(dim, b.shape[axis]!));
}

const lowerBinary =
  (kind: 'ADD' | 'MUL'): LowerLayer =>
  (site, inputs) => {
    const first = several(site, inputs);
    return inputs
      .slice(1)
      .reduce(
        (sum, next) => site.emit(kind, [sum.id, next.id], joint(sum, next), { activation: 'NONE' }),
        first,
      );
  };

/** a - b */
export const lowerSubtract: LowerLayer = (site, inputs) => {
  several(site, inputs);
  const [a, b] = inputs as readonly [Value, Value];
  if (inputs.length !== 2)
    throw new UnreadableError(`subtracts ${inputs.length} values; two are read`, 'save the model again');
  return site.emit('SUB', [a.id, b.id], joint(a, b), { activation: 'NONE' });
};

export const lowerAverage: LowerLayer = (site, inputs) =>
  affine(site, lowerAdd(site, inputs), [1 / inputs.length], [0]);

export const lowerAdd = lowerBinary('ADD');
export const lowerMultiply = lowerBinary('MUL');

export const lowerConcatenate: LowerLayer = (site, inputs) => {
  const first = several(site, inputs);
  const rank = first.shape.length;
  const given = field(site.config, 'axis') ?? -1;
  const axis = isSmallInteger(given) && given < 0 ? given + rank : given;
  if (!isSmallInteger(axis) || axis < 1 || axis >= rank)
    throw new UnreadableError('concatenates along a dimension that its inputs do not have', 'use axis=-1');
  for (const { shape } of inputs)
    if (shape.length !== rank || shape.some((dim, at) => at !== axis && dim !== first.shape[at]))
      throw new UnreadableError(
        `concatenates ${shapeText(first.shape)} and ${shapeText(shape)}, which do not fit`,
        'put Reshape layers before it',
      );
  const total = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  const shape = first.shape.with(axis, total);
  return site.emit(
    'CONCATENATION',
    inputs.map(({ id }) => id),
    shape,
    { axis, activation: 'NONE' },
  );
};
