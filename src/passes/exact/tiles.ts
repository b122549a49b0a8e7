/**
 * Pass: a TILE is a RESIZE_NEAREST_NEIGHBOR per dimension that repeats, which every runtime has. Converters write
 * UpSampling, RepeatVector and tf.repeat as TILE.
 */
import { constantInts, repetitions } from '../../model/elements.js';
import { operatorName } from '../../model/operators.js';
import type { Model, Operator, Tensor } from '../../model/types.js';
import { sameNumbers } from '../same-numbers.js';

export function repeatTiles(model: Model): Model {
  const tensors = [...model.tensors];
  let changed = false;
  const operators = model.operators.flatMap((operator) => {
    const rows = repeated(tensors, operator);
    if (rows === undefined) return [operator];
    changed = true;
    return rows;
  });
  return changed ? { ...model, tensors, operators } : model;
}

/** RESHAPE and RESIZE_NEAREST_NEIGHBOR per dimension, RESHAPE; undefined for other operators. */
function repeated(tensors: Tensor[], operator: Operator): readonly Operator[] | undefined {
  if (operatorName(operator) !== 'TILE') return undefined;
  const [from, to, index] = [operator.inputs[0]!, operator.outputs[0]!, operator.index];
  const [x, y] = [tensors[from], tensors[to]];
  const times = constantInts(tensors[operator.inputs[1] ?? -1]);
  if (x === undefined || y === undefined || times === undefined || !sameNumbers(x, y)) return undefined;
  if (x.type !== 'int8' && x.type !== 'float32') return undefined;
  if (times.length !== x.shape.length || y.shape.length !== x.shape.length) return undefined;
  if (times.some((m, axis) => m < 1 || y.shape[axis] !== x.shape[axis]! * m)) return undefined;

  const add = (tensor: Tensor): number => tensors.push(tensor) - 1;
  const constant = (name: string, values: readonly number[]): number =>
    add({
      name,
      type: 'int32',
      shape: [values.length],
      data: new Uint8Array(Int32Array.from(values).buffer),
    });
  const operators: Operator[] = [];
  const reshape = (given: number, made: number): number => {
    const { name, shape } = tensors[made]!;
    const inputs = [given, constant(`${name}/shape`, shape)];
    operators.push({ kind: 'RESHAPE', index, inputs, outputs: [made], options: {} });
    return made;
  };

  let given = from;
  for (const { axis, rows, block, times: m } of repetitions(x.shape, times)) {
    const name = `${y.name}/${axis}`;
    const image = reshape(given, add({ ...x, name: `${name}/rows`, shape: [1, rows, 1, block] }));
    given = add({ ...y, name, shape: [1, rows * m, 1, block] });
    operators.push({
      kind: 'RESIZE_NEAREST_NEIGHBOR',
      index,
      inputs: [image, constant(`${name}/size`, [rows * m, 1])],
      outputs: [given],
      // Centres of pixels lie well inside a block: no rounding chooses its neighbour.
      options: { alignCorners: false, halfPixelCenters: true },
    });
  }
  reshape(given, to);
  return operators;
}
