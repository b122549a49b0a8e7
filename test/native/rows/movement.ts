/** Rows of the operators that only move bytes. */
import { int32Tensor, oneOperator, type TensorSpec } from '../../support/small-model.js';
import { type KernelTestRow, row } from './draw.js';

/** Of a slice, per dimension. */
interface Steps {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
}

export function movement(): KernelTestRow[] {
  const tensor = (...shape: number[]): TensorSpec => ({ shape, affine: [0.05, 3] });
  const shapes = (tensors: readonly TensorSpec[]): string =>
    tensors.map(({ shape }) => `[${shape}]`).join(' ');
  const concat = (axis: number, inputs: readonly TensorSpec[], output: TensorSpec): KernelTestRow =>
    row(`CONCATENATION of ${shapes(inputs)} along ${axis}`, () =>
      oneOperator('CONCATENATION', { axis, activation: 'NONE' }, inputs, [output]),
    );
  const split = (axis: number, input: TensorSpec, outputs: readonly TensorSpec[]): KernelTestRow =>
    row(`SPLIT_V into ${shapes(outputs)} along ${axis}`, () =>
      oneOperator('SPLIT_V', {}, [input, int32Tensor(...outputs.map(() => -1)), int32Tensor(axis)], outputs),
    );
  const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
  const slice = (
    shape: readonly number[],
    { begin, end, strides }: Steps,
    output: readonly number[],
    options: Partial<typeof masks> = {},
  ): KernelTestRow =>
    row(
      `STRIDED_SLICE [${shape}] from ${begin} to ${end} by ${strides}, masks ${JSON.stringify(options)}`,
      () =>
        oneOperator(
          'STRIDED_SLICE',
          { ...masks, ...options },
          [tensor(...shape), int32Tensor(...begin), int32Tensor(...end), int32Tensor(...strides)],
          [tensor(...output)],
        ),
    );
  const pad = (shape: readonly number[], paddings: readonly number[]): KernelTestRow =>
    row(`PAD [${shape}] by ${paddings}`, () =>
      oneOperator(
        'PAD',
        {},
        [tensor(...shape), int32Tensor(...paddings)],
        [tensor(...shape.map((size, axis) => size + paddings[2 * axis]! + paddings[2 * axis + 1]!))],
      ),
    );
  return [
    row('RESHAPE', () => oneOperator('RESHAPE', {}, [tensor(2, 3, 4)], [tensor(4, 6)])),
    row('RESHAPE of floats', () =>
      oneOperator('RESHAPE', {}, [{ shape: [3, 2], type: 'float32' }], [{ shape: [6], type: 'float32' }]),
    ),
    concat(-1, [tensor(2, 3, 1), tensor(2, 3, 4)], tensor(2, 3, 5)),
    concat(1, [tensor(1, 2, 1, 4), tensor(1, 3, 1, 4)], tensor(1, 5, 1, 4)),
    concat(3, [tensor(1, 2, 2, 1), tensor(1, 2, 2, 2), tensor(1, 2, 2, 3)], tensor(1, 2, 2, 6)),
    concat(0, [tensor(5)], tensor(5)),
    split(2, tensor(1, 4, 7, 2), [tensor(1, 4, 3, 2), tensor(1, 4, 4, 2)]),
    split(-1, tensor(3, 6), [tensor(3, 1), tensor(3, 2), tensor(3, 3)]),
    split(0, tensor(4, 2), [tensor(1, 2), tensor(3, 2)]),
    slice([1, 5, 1, 8], { begin: [0, 1, 0, 0], end: [0, 5, 0, 0], strides: [1, 1, 1, 1] }, [1, 4, 1, 8], {
      beginMask: 13,
      endMask: 13,
    }),
    slice([1, 5, 1, 8], { begin: [0, -2, 0, 0], end: [0, 0, 0, 0], strides: [1, 1, 1, 1] }, [1, 2, 1, 8], {
      beginMask: 13,
      endMask: 15,
    }),
    slice([4, 6], { begin: [3, 5], end: [-9, -9], strides: [-1, -2] }, [4, 3]),
    slice([4, 6], { begin: [0, 0], end: [4, 6], strides: [3, 2] }, [2, 3]),
    slice([9], { begin: [-1], end: [0], strides: [-3] }, [3], { endMask: 1 }),
    slice([3, 4, 5], { begin: [1, 1, 0], end: [0, 3, 5], strides: [1, 1, 2] }, [2, 3], { shrinkAxisMask: 1 }),
    pad([2, 3], [1, 0, 0, 2]),
    pad([1, 4, 5, 3], [0, 0, 1, 2, 3, 0, 0, 0]),
    pad([2, 2, 2, 2], [1, 1, 0, 1, 2, 0, 1, 3]),
    pad([4], [0, 0]),
  ];
}
