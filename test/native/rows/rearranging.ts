/** Rows of TRANSPOSE, EXPAND_DIMS, SQUEEZE and REDUCE_MAX. */
import { int32Tensor, oneOperator, type TensorSpec } from '../../support/small-model.js';
import { type KernelTestRow, row } from './draw.js';

export function rearranging(): KernelTestRow[] {
  const tensor = (...shape: number[]): TensorSpec => ({ shape, affine: [0.05, 3] });
  const transpose = (shape: readonly number[], order: readonly number[]): KernelTestRow =>
    row(`TRANSPOSE [${shape}] by ${order}`, () =>
      oneOperator(
        'TRANSPOSE',
        {},
        [tensor(...shape), int32Tensor(...order)],
        [tensor(...order.map((axis) => shape[axis]!))],
      ),
    );
  const expand = (shape: readonly number[], axis: number, output: readonly number[]): KernelTestRow =>
    row(`EXPAND_DIMS [${shape}] at ${axis}`, () =>
      oneOperator('EXPAND_DIMS', {}, [tensor(...shape), int32Tensor(axis)], [tensor(...output)]),
    );
  const squeeze = (
    shape: readonly number[],
    axes: readonly number[],
    output: readonly number[],
  ): KernelTestRow =>
    row(`SQUEEZE [${shape}] of ${axes}`, () =>
      oneOperator('SQUEEZE', { axes }, [tensor(...shape)], [tensor(...output)]),
    );
  const greatest = (
    shape: readonly number[],
    axes: readonly number[],
    output: readonly number[],
  ): KernelTestRow =>
    row(`REDUCE_MAX of [${shape}] over ${axes}`, () =>
      oneOperator(
        'REDUCE_MAX',
        { keepDims: shape.length === output.length },
        [tensor(...shape), int32Tensor(...axes)],
        [tensor(...output)],
      ),
    );
  return [
    transpose([5, 7], [1, 0]),
    transpose([2, 3, 4], [2, 0, 1]),
    transpose([2, 3, 4], [1, 0, 2]),
    transpose([2, 3, 4, 5], [0, 3, 1, 2]),
    transpose([2, 3, 4, 5], [3, 2, 1, 0]),
    transpose([2, 3, 4, 5], [2, 0, 3, 1]),
    transpose([1, 13, 1, 9], [0, 3, 2, 1]),
    transpose([1, 6, 1, 4], [0, 2, 1, 3]),
    transpose([2, 1, 3, 2, 2], [4, 1, 0, 3, 2]),
    transpose([3], [0]),
    expand([2, 3], 0, [1, 2, 3]),
    expand([2, 3], -1, [2, 3, 1]),
    expand([2, 3], -2, [2, 1, 3]),
    squeeze([1, 3, 1, 2], [], [3, 2]),
    squeeze([1, 3, 1, 2], [2], [1, 3, 2]),
    squeeze([1, 3, 1, 2], [0, -2], [3, 2]),
    greatest([2, 3, 4, 5], [1, 2], [2, 5]),
    greatest([2, 3, 4, 5], [3], [2, 3, 4]),
    greatest([2, 3, 4, 5], [-1, 0], [3, 4]),
    greatest([2, 3, 4, 5], [0, 1, 2, 3], []),
    greatest([7, 3], [0], [3]),
    greatest([1, 25, 5, 4], [1, 2], [1, 1, 1, 4]),
  ];
}
