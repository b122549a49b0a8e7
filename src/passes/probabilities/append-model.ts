/** A softmax or a sigmoid behind a float model. Leaves to others: int8 models (`append-file.ts`). */
import { elementCount, int32Bytes } from '../../model/elements.js';
import type { Model, Operator, Tensor } from '../../model/types.js';
import type { Added } from './choice.js';

/** @param model float, with one output */
export function appendToModel(model: Model, added: Added): Model {
  const tensors: Tensor[] = [...model.tensors];
  const operators: Operator[] = [...model.operators];
  const index = () => Math.max(-1, ...operators.map((operator) => operator.index)) + 1;
  let from = model.outputs[0]!;
  const { name, shape } = tensors[from]!;
  const count = elementCount(shape);
  if (added === 'softmax' && shape.at(-1) !== count) {
    const wanted = [1, count];
    const data = int32Bytes(wanted);
    const constant = tensors.push({ name: `${name}/shape`, type: 'int32', shape: [2], data }) - 1;
    const to = tensors.push({ name: `${name}/flat`, type: 'float32', shape: wanted }) - 1;
    operators.push({ kind: 'RESHAPE', index: index(), inputs: [from, constant], outputs: [to], options: {} });
    from = to;
  }
  const to = tensors.push({ name: `${name}/${added}`, type: 'float32', shape: tensors[from]!.shape }) - 1;
  const ends = { index: index(), inputs: [from], outputs: [to] };
  operators.push(
    added === 'softmax'
      ? { ...ends, kind: 'SOFTMAX', options: { beta: 1 } }
      : { ...ends, kind: 'LOGISTIC', options: {} },
  );
  return { ...model, tensors, operators, outputs: [to] };
}
