/** RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR: one kernel, which the second gives whole places. */
import { bilinearPlaces, MOST_RESIZED, nearestPlaces, type ResizedAxis } from '../model/arithmetic.js';
import type { OperatorOf } from '../model/types.js';
import type { CallOf } from './call.js';
import type { Operands } from './operands.js';

type Kind = 'RESIZE_BILINEAR' | 'RESIZE_NEAREST_NEIGHBOR';
type Places = (axis: ResizedAxis) => Int32Array | undefined;

export const lowerResizeBilinear = (operands: Operands, operator: OperatorOf<Kind>): CallOf<'resize_s8'> =>
  lowerResize(bilinearPlaces, operands, operator);

export const lowerResizeNearest = (operands: Operands, operator: OperatorOf<Kind>): CallOf<'resize_s8'> =>
  lowerResize((axis) => nearestPlaces(axis).map((place) => 1024 * place), operands, operator);

function lowerResize(places: Places, operands: Operands, { options }: OperatorOf<Kind>): CallOf<'resize_s8'> {
  const [x, y] = [operands.input(0), operands.output()];
  const [input, output] = [operands.affine(x), operands.affine(y)];
  operands.expect(
    Math.fround(input.scale) === Math.fround(output.scale) && input.zeroPoint === output.zeroPoint,
    'its output has another scale than its input',
  );
  operands.expect(x.shape.length === 4, `resizes [${x.shape.join(',')}], which is no image`);
  const [batches, inH, inW, channels] = x.shape as readonly [number, number, number, number];
  const [outH = 0, outW = 0] = operands.int32Constant(operands.input(1));
  operands.expectShape(y, [batches, outH, outW, channels]);
  operands.expect(
    Math.max(inH, inW, outH, outW) <= MOST_RESIZED,
    `resizes [${x.shape.join(',')}] to ${outH}x${outW}, at most ${MOST_RESIZED} are supported`,
  );
  const along = (size: number, wanted: number): Int32Array =>
    places({ size, wanted, ...options }) ??
    operands.fail(
      `resizes ${size} to ${wanted}, finer than its kernel can tell places apart`,
      'resize to fewer, or in two steps',
    );
  const [rows, columns] = [along(inH, outH), along(inW, outW)];
  return operands.call('resize_s8', { batches, inH, inW, channels, outH, outW, rows, columns });
}
