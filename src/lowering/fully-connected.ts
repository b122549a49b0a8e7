/** FULLY_CONNECTED. */
import { activationRange, fullyConnectedMultipliers } from '../model/arithmetic.js';
import { elementCount } from '../model/elements.js';
import type { OperatorOf } from '../model/types.js';
import type { CallOf } from './call.js';
import type { Operands } from './operands.js';

export function lowerFullyConnected(
  operands: Operands,
  operator: OperatorOf<'FULLY_CONNECTED'>,
): CallOf<'fully_connected_s8'> {
  const [x, filter, y] = [operands.input(0), operands.input(1), operands.output()];
  operands.expect(filter.shape.length === 2, `filter has ${filter.shape.length} dimensions, expected 2`);
  const [outN, inN] = filter.shape as readonly [number, number];
  const elements = elementCount(x.shape);
  const batches = elements / inN;
  operands.expect(
    Number.isInteger(batches) && y.shape.at(-1) === outN && elementCount(y.shape) === batches * outN,
    `shapes [${x.shape.join(',')}] and [${filter.shape.join(',')}] do not give [${y.shape.join(',')}]`,
  );
  const [input, output] = [operands.affine(x), operands.affine(y)];
  const filterData = operands.int8Constant(filter);
  const scales = operands.filterScales(filter, 0, outN);
  const filterZeroPoint = scales.length > 1 ? 0 : operands.affine(filter).zeroPoint;
  const range = activationRange(operator.options.activation, output.scale, output.zeroPoint);
  return operands.call('fully_connected_s8', {
    batches,
    inN,
    outN,
    inputOffset: -input.zeroPoint,
    filterOffset: -filterZeroPoint,
    outputOffset: output.zeroPoint,
    activationMin: range.min,
    activationMax: range.max,
    filter: filterData,
    bias: operands.bias(2, outN),
    ...fullyConnectedMultipliers(input.scale, scales, output.scale, outN),
  });
}
