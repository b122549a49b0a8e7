/** ADD, SUB, MUL, MEAN and REDUCE_MAX. */
import {
  activationRange,
  addParams,
  broadcast,
  type Four,
  fourDims,
  meanParams,
  mulParams,
  subParams,
} from '../model/arithmetic.js';
import type { Activation, OperatorOf } from '../model/types.js';
import type { CallOf } from './call.js';
import type { Operands } from './operands.js';

function binary(operands: Operands, activation: Activation) {
  const [a, b, y] = [operands.input(0), operands.input(1), operands.output()];
  const shape = broadcast(a.shape, b.shape);
  operands.expectElements(y, shape.dims);
  const output = operands.affine(y);
  const { min, max } = activationRange(activation, output.scale, output.zeroPoint);
  return {
    shape,
    affine: [operands.affine(a), operands.affine(b), output] as const,
    range: { activationMin: min, activationMax: max },
  };
}

export function lowerAdd(operands: Operands, { options }: OperatorOf<'ADD'>): CallOf<'add_s8'> {
  const { shape, affine, range } = binary(operands, options.activation);
  return operands.call('add_s8', { shape, ...addParams(...affine), ...range }, [0, 1]);
}

export function lowerSub(operands: Operands, { options }: OperatorOf<'SUB'>): CallOf<'sub_s8'> {
  const { shape, affine, range } = binary(operands, options.activation);
  return operands.call('sub_s8', { shape, ...subParams(...affine), ...range }, [0, 1]);
}

export function lowerMul(operands: Operands, { options }: OperatorOf<'MUL'>): CallOf<'mul_s8'> {
  const { shape, affine, range } = binary(operands, options.activation);
  return operands.call('mul_s8', { shape, ...mulParams(...affine), ...range }, [0, 1]);
}

/** Elements that 32-bit sums of int8 values can hold, with room for the zero point. */
const MAX_MEAN_COUNT = 2 ** 22;

/** Which dimensions are reduced, from the constant axes; what is left has the output's size. */
function reduction(operands: Operands) {
  const [x, y] = [operands.input(0), operands.output()];
  const rank = x.shape.length;
  const axes = [...operands.int32Constant(operands.input(1))].map((axis) => (axis < 0 ? axis + rank : axis));
  for (const axis of axes) operands.expect(axis >= 0 && axis < rank, `axis ${axis} of ${rank} dimensions`);
  const dims = fourDims(x.shape);
  const reduce = fourDims(
    x.shape.map((_, axis) => (axes.includes(axis) ? 1 : 0)),
    0,
  );
  operands.expectElements(y, dims.map((size, axis) => (reduce[axis] === 1 ? 1 : size)) as unknown as Four);
  return { dims, reduce };
}

export function lowerMean(operands: Operands): CallOf<'mean_s8'> {
  const [x, y] = [operands.input(0), operands.output()];
  const { dims, reduce } = reduction(operands);
  const count = dims.reduce((product, size, axis) => (reduce[axis] === 1 ? product * size : product), 1);
  operands.expect(count >= 1 && count <= MAX_MEAN_COUNT, `mean over ${count} elements`);
  return operands.call('mean_s8', {
    dims,
    reduce,
    ...meanParams(operands.affine(x), operands.affine(y), count),
  });
}

export function lowerReduceMax(operands: Operands): CallOf<'reduce_max_s8'> {
  const [input, output] = [operands.affine(operands.input(0)), operands.affine(operands.output())];
  operands.expect(
    input.scale === output.scale && input.zeroPoint === output.zeroPoint,
    `output scale ${output.scale} and zero point ${output.zeroPoint}, expected the input's ${input.scale} and ${input.zeroPoint}`,
  );
  return operands.call('reduce_max_s8', reduction(operands));
}
