/** TRANSPOSE: a reshape where no element moves, else a kernel over at most four dimensions. */
import { fourDims, leastPermutation } from '../model/arithmetic.js';
import { elementCount, tensorBytes } from '../model/elements.js';
import type { CallOf } from './call.js';
import { expectByteElements, lowerReshape } from './movement.js';
import type { Operands } from './operands.js';

export function lowerTranspose(operands: Operands): CallOf<'copy'> | CallOf<'transpose_8'> {
  const [x, y] = [operands.input(0), operands.output()];
  const order = [...operands.int32Constant(operands.input(1))];
  const { length: rank } = x.shape;
  operands.expect(
    order.length === rank && order.toSorted((a, b) => a - b).every((axis, at) => axis === at),
    `[${order.join(',')}] does not order ${rank} dimensions`,
  );
  operands.expectShape(
    y,
    order.map((axis) => x.shape[axis]!),
  );
  const least = leastPermutation(x.shape, order);
  if (least.order.length <= 1 || tensorBytes(x) === 0) return lowerReshape(operands);
  expectByteElements(operands, x, y);
  const strides = least.shape.map((_, axis) => elementCount(least.shape.slice(axis + 1)));
  return operands.call('transpose_8', {
    outDims: fourDims(least.order.map((axis) => least.shape[axis]!)),
    strides: fourDims(
      least.order.map((axis) => strides[axis]!),
      0,
    ),
  });
}
