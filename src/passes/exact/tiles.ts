/**
 * Pass: a TILE is a RESIZE_NEAREST_NEIGHBOR per dimension that repeats, which every runtime has. Converters write
 * UpSampling, RepeatVector and tf.repeat as TILE.
 */
import { constantInts, repetitions } from '../../model/elements.js';
import { operatorName } from '../../model/operators.js';
import type { Model, Operator } from '../../model/types.js';
import { type Expansion, expandOperators } from '../expand.js';
import { sameNumbers } from '../same-numbers.js';

export function repeatTiles(model: Model): Model {
  return expandOperators(model, repeat);
}

/** RESHAPE and RESIZE_NEAREST_NEIGHBOR per dimension, RESHAPE; nothing for other operators. */
function repeat(expansion: Expansion, operator: Operator): void {
  if (operatorName(operator) !== 'TILE') return;
  const [from, to] = [operator.inputs[0]!, operator.outputs[0]!];
  const { index } = expansion;
  const [x, y] = [expansion.tensor(from), expansion.tensor(to)];
  const times = constantInts(expansion.tensor(operator.inputs[1]));
  if (x === undefined || y === undefined || times === undefined || !sameNumbers(x, y)) return;
  if (x.type !== 'int8' && x.type !== 'float32') return;
  if (times.length !== x.shape.length || y.shape.length !== x.shape.length) return;
  if (times.some((m, axis) => m < 1 || y.shape[axis] !== x.shape[axis]! * m)) return;

  let given = from;
  for (const { axis, rows, block, times: m } of repetitions(x.shape, times)) {
    const name = `${y.name}/${axis}`;
    const wide = expansion.add({ ...x, name: `${name}/rows`, shape: [1, rows, 1, block] });
    const inputs = [expansion.reshape(given, wide), expansion.addInts(`${name}/size`, [rows * m, 1])];
    given = expansion.add({ ...y, name, shape: [1, rows * m, 1, block] });
    // Centres of pixels lie well inside a block: no rounding chooses its neighbour.
    const options = { alignCorners: false, halfPixelCenters: true };
    expansion.push({ kind: 'RESIZE_NEAREST_NEIGHBOR', index, inputs, outputs: [given], options });
  }
  expansion.reshape(given, to);
}
