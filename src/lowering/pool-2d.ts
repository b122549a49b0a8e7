/** AVERAGE_POOL_2D and MAX_POOL_2D. */
import { activationRange, slidingWindow } from '../model/arithmetic.js';
import type { OperatorOf } from '../model/types.js';
import type { CallOf } from './call.js';
import { imageShape } from './conv-2d.js';
import type { Operands } from './operands.js';

export function lowerPool2d<K extends 'average_pool_2d_s8' | 'max_pool_2d_s8'>(
  kernel: K,
  operands: Operands,
  { options }: OperatorOf<'AVERAGE_POOL_2D' | 'MAX_POOL_2D'>,
): CallOf<K> {
  const [x, y] = [operands.input(0), operands.output()];
  const [batches, inH, inW, channels] = imageShape(operands, x);
  const { padding, filterH, filterW, strideH, strideW, activation } = options;
  operands.expectSteps(filterH, filterW, strideH, strideW);
  const rows = slidingWindow(padding, inH, filterH, strideH);
  const columns = slidingWindow(padding, inW, filterW, strideW);
  operands.expectShape(y, [batches, rows.output, columns.output, channels]);
  operands.affine(x);
  const output = operands.affine(y);
  const range = activationRange(activation, output.scale, output.zeroPoint);
  return operands.call(kernel, {
    batches,
    inH,
    inW,
    channels,
    outH: rows.output,
    outW: columns.output,
    filterH,
    filterW,
    strideH,
    strideW,
    padTop: rows.before,
    padLeft: columns.before,
    activationMin: range.min,
    activationMax: range.max,
  });
}
