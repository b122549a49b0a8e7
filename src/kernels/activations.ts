/** SOFTMAX, and the functions of one value: LOGISTIC, TANH, RELU, RELU6. */
import { type Affine, type LookupKind, lookupTable, softmaxParams } from '../model/arithmetic.js';
import { elementCount } from '../model/elements.js';
import type { OperatorOf } from '../model/types.js';
import type { CallOf } from './call.js';
import type { Operands } from './operands.js';

/** Output quantization that the arithmetic has built in (quantization specification). */
const FIXED_OUTPUT = {
  SOFTMAX: { scale: 1 / 256, zeroPoint: -128 },
  LOGISTIC: { scale: 1 / 256, zeroPoint: -128 },
  TANH: { scale: 1 / 128, zeroPoint: 0 },
} as const;

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
  if (kind === 'LOGISTIC' || kind === 'TANH') expectOutput(operands, output, FIXED_OUTPUT[kind]);
  if (kind === 'RELU6') expectOutput(operands, output, input);
  return operands.call('lookup_s8', {
    table: lookupTable(kind, input, output),
    count: elementCount(x.shape),
  });
}

export function lowerSoftmax(operands: Operands, { options }: OperatorOf<'SOFTMAX'>): CallOf<'softmax_s8'> {
  const [x, y] = [operands.input(0), operands.output()];
  operands.expectShape(y, x.shape);
  const depth = x.shape.at(-1) ?? 1;
  // The sum of the exponentials has twelve integer bits.
  operands.expect(depth >= 1 && depth < 4096, `rows of ${depth} elements, supported are 1 to 4095`);
  const input = operands.affine(x);
  expectOutput(operands, operands.affine(y), FIXED_OUTPUT.SOFTMAX);
  return operands.call('softmax_s8', {
    rows: elementCount(x.shape) / depth,
    depth,
    ...softmaxParams(options.beta, input.scale),
  });
}
