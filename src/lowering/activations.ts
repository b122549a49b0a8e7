/** SOFTMAX, and the functions of one value: LOGISTIC, TANH, RELU, RELU6, LEAKY_RELU, HARD_SWISH, PRELU. */
import {
  type Affine,
  type ByteFunction,
  broadcast,
  byteTable,
  hardSwish,
  type LookupKind,
  leakyRelu,
  lookupTable,
  preluMultipliers,
  scalarPrelu,
  softmaxParams,
} from '../model/arithmetic.js';
import { elementCount } from '../model/elements.js';
import { fixedOutput } from '../model/operators.js';
import type { OperatorOf } from '../model/types.js';
import type { CallOf } from './call.js';
import type { Operands } from './operands.js';

/** Output quantization that the arithmetic has built in. */
function expectFixedOutput(operands: Operands, actual: Affine): void {
  const expected = fixedOutput(operands.operator.kind);
  if (expected !== undefined) expectOutput(operands, actual, expected);
}

function expectOutput(operands: Operands, actual: Affine, expected: Affine): void {
  operands.expect(
    actual.scale === expected.scale && actual.zeroPoint === expected.zeroPoint,
    `output scale ${actual.scale} and zero point ${actual.zeroPoint}, expected ${expected.scale} and ${expected.zeroPoint}`,
  );
}

export function lowerLookup(kind: LookupKind, operands: Operands): CallOf<'lookup_s8'> {
  const [x, y] = [operands.input(0), operands.output()];
  operands.expectShape(y, x.shape);
  const [input, output] = [operands.affine(x), operands.affine(y)];
  expectFixedOutput(operands, output);
  if (kind === 'RELU6') expectOutput(operands, output, input);
  return operands.call('lookup_s8', {
    table: lookupTable(kind, input, output),
    count: elementCount(x.shape),
  });
}

/** A function of one value that has attributes. */
function lowerFunction(
  operands: Operands,
  f: (input: Affine, output: Affine) => ByteFunction,
): CallOf<'lookup_s8'> {
  const [x, y] = [operands.input(0), operands.output()];
  operands.expectShape(y, x.shape);
  const table = byteTable(f(operands.affine(x), operands.affine(y)));
  return operands.call('lookup_s8', { table, count: elementCount(x.shape) });
}

export const lowerHardSwish = (operands: Operands): CallOf<'lookup_s8'> => lowerFunction(operands, hardSwish);

export function lowerLeakyRelu(
  operands: Operands,
  { options }: OperatorOf<'LEAKY_RELU'>,
): CallOf<'lookup_s8'> {
  operands.expect(Number.isFinite(options.alpha), `alpha is ${options.alpha}`);
  return lowerFunction(operands, (input, output) => leakyRelu(options.alpha, input, output));
}

/** One alpha for all is a table; one per channel, or more, is a kernel. */
export function lowerPrelu(operands: Operands): CallOf<'lookup_s8'> | CallOf<'prelu_s8'> {
  const [x, alpha, y] = [operands.input(0), operands.input(1), operands.output()];
  const values = operands.int8Constant(alpha);
  const slope = operands.affine(alpha);
  const [input, output] = [operands.affine(x), operands.affine(y)];
  const multipliers = preluMultipliers(input, slope, output);
  if (values.length === 1)
    return lowerFunction(operands, () =>
      scalarPrelu(values[0]! - slope.zeroPoint, multipliers, input, output),
    );
  operands.expectShape(y, x.shape);
  const shape = broadcast(x.shape, alpha.shape);
  operands.expectElements(y, shape.dims);
  return operands.call(
    'prelu_s8',
    {
      shape,
      inputOffset: -input.zeroPoint,
      alphaOffset: -slope.zeroPoint,
      outputOffset: output.zeroPoint,
      ...multipliers,
    },
    [0, 1],
  );
}

export function lowerSoftmax(operands: Operands, { options }: OperatorOf<'SOFTMAX'>): CallOf<'softmax_s8'> {
  const [x, y] = [operands.input(0), operands.output()];
  operands.expectShape(y, x.shape);
  const depth = x.shape.at(-1) ?? 1;
  // The sum of the exponentials has twelve integer bits.
  operands.expect(depth >= 1 && depth < 4096, `rows of ${depth} elements, supported are 1 to 4095`);
  const input = operands.affine(x);
  expectFixedOutput(operands, operands.affine(y));
  return operands.call('softmax_s8', {
    rows: elementCount(x.shape) / depth,
    depth,
    ...softmaxParams(options.beta, input.scale),
  });
}
