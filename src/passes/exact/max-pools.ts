/** Pass: the greatest over all positions (REDUCE_MAX) is a MAX_POOL_2D as large as its input, which every runtime has. */
import { constantInts } from '../../model/elements.js';
import { operatorName } from '../../model/operators.js';
import type { Model, Operator } from '../../model/types.js';
import { type Expansion, expandOperators } from '../expand.js';
import { sameNumbers } from '../same-numbers.js';

export function poolMaxima(model: Model): Model {
  return expandOperators(model, pool);
}

/** RESHAPE, MAX_POOL_2D, RESHAPE; nothing for other operators and other axes. */
function pool(expansion: Expansion, operator: Operator): void {
  if (operatorName(operator) !== 'REDUCE_MAX') return;
  const [from, to] = [operator.inputs[0]!, operator.outputs[0]!];
  const { index } = expansion;
  const [x, y] = [expansion.tensor(from), expansion.tensor(to)];
  const axes = constantInts(expansion.tensor(operator.inputs[1]));
  if (x === undefined || y === undefined || axes === undefined || !sameNumbers(x, y)) return;
  const rank = x.shape.length;
  const counted = axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  // All dimensions between the batch and the channels.
  const spatial = rank === 3 ? '1' : rank === 4 ? '1,2' : undefined;
  if (counted.join() !== spatial || x.shape[0] !== 1) return;
  if (x.type !== 'int8' && x.type !== 'float32') return;
  const channels = x.shape.at(-1)!;
  const [filterH, filterW] = rank === 4 ? [x.shape[1]!, x.shape[2]!] : [1, x.shape[1]!];
  const wide = expansion.add({ ...x, name: `${y.name}/wide`, shape: [1, filterH, filterW, channels] });
  const small = expansion.add({ ...y, name: `${y.name}/pooled`, shape: [1, 1, 1, channels] });
  const options = { padding: 'VALID', strideH: 1, strideW: 1, filterH, filterW, activation: 'NONE' } as const;
  expansion.reshape(from, wide);
  expansion.push({ kind: 'MAX_POOL_2D', index, inputs: [wide], outputs: [small], options });
  expansion.reshape(small, to);
}
