/** Pass: the greatest over all positions (REDUCE_MAX) is a MAX_POOL_2D as large as its input, which every runtime has. */
import { constantInts } from '../../model/elements.js';
import { operatorName } from '../../model/operators.js';
import type { Model, Operator, Tensor } from '../../model/types.js';
import { sameNumbers } from '../same-numbers.js';

export function poolMaxima(model: Model): Model {
  const tensors = [...model.tensors];
  const operators = model.operators.flatMap((operator) => pooled(tensors, operator) ?? [operator]);
  return operators.length === model.operators.length ? model : { ...model, tensors, operators };
}

/** RESHAPE, MAX_POOL_2D, RESHAPE; undefined for other operators and other axes. */
function pooled(tensors: Tensor[], operator: Operator): readonly Operator[] | undefined {
  if (operatorName(operator) !== 'REDUCE_MAX') return undefined;
  const [from, to, index] = [operator.inputs[0]!, operator.outputs[0]!, operator.index];
  const [x, y] = [tensors[from], tensors[to]];
  const axes = constantInts(tensors[operator.inputs[1] ?? -1]);
  if (x === undefined || y === undefined || axes === undefined || !sameNumbers(x, y)) return undefined;
  const rank = x.shape.length;
  const counted = axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  // All dimensions between the batch and the channels.
  const spatial = rank === 3 ? '1' : rank === 4 ? '1,2' : undefined;
  if (counted.join() !== spatial || x.shape[0] !== 1) return undefined;
  if (x.type !== 'int8' && x.type !== 'float32') return undefined;
  const channels = x.shape.at(-1)!;
  const [filterH, filterW] = rank === 4 ? [x.shape[1]!, x.shape[2]!] : [1, x.shape[1]!];
  const add = (tensor: Tensor): number => tensors.push(tensor) - 1;
  const reshape = (given: number, made: number): Operator => {
    const { name, shape } = tensors[made]!;
    const data = new Uint8Array(Int32Array.from(shape).buffer);
    const wanted = add({ name: `${name}/shape`, type: 'int32', shape: [shape.length], data });
    return { kind: 'RESHAPE', index, inputs: [given, wanted], outputs: [made], options: {} };
  };
  const wide = add({ ...x, name: `${y.name}/wide`, shape: [1, filterH, filterW, channels] });
  const small = add({ ...y, name: `${y.name}/pooled`, shape: [1, 1, 1, channels] });
  const options = { padding: 'VALID', strideH: 1, strideW: 1, filterH, filterW, activation: 'NONE' } as const;
  return [
    reshape(from, wide),
    { kind: 'MAX_POOL_2D', index, inputs: [wide], outputs: [small], options },
    reshape(small, to),
  ];
}
