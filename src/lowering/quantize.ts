/** QUANTIZE and DEQUANTIZE. */
import { requantizeMultiplier } from '../model/arithmetic.js';
import { elementCount } from '../model/elements.js';
import type { CanonicalCall } from './call.js';
import type { Operands } from './operands.js';

export function lowerQuantize(operands: Operands): CanonicalCall {
  const [x, y] = [operands.input(0), operands.output()];
  const count = elementCount(x.shape);
  operands.expect(count === elementCount(y.shape), 'input and output differ in size');
  if (x.type === 'float32' && (y.type === 'int8' || y.type === 'uint8'))
    return operands.call(y.type === 'int8' ? 'quantize_f32_s8' : 'quantize_f32_u8', {
      count,
      ...operands.affine(y, y.type),
    });
  const kernel = (
    {
      'int8,int8': 'requantize_s8_s8',
      'int8,uint8': 'requantize_s8_u8',
      'uint8,int8': 'requantize_u8_s8',
    } as const
  )[`${x.type},${y.type}` as 'int8,int8'] as 'requantize_s8_s8' | undefined;
  if (kernel === undefined) return operands.fail(`from ${x.type} to ${y.type} is not supported`);
  const input = operands.affine(x, x.type as 'int8');
  const output = operands.affine(y, y.type as 'int8');
  return operands.call(kernel, {
    count,
    inputZeroPoint: input.zeroPoint,
    outputZeroPoint: output.zeroPoint,
    output: requantizeMultiplier(input.scale, output.scale),
  });
}

export function lowerDequantize(operands: Operands): CanonicalCall {
  const [x, y] = [operands.input(0), operands.output()];
  const count = elementCount(x.shape);
  operands.expect(count === elementCount(y.shape), 'input and output differ in size');
  if (y.type !== 'float32' || (x.type !== 'int8' && x.type !== 'uint8'))
    return operands.fail(`from ${x.type} to ${y.type} is not supported`);
  return operands.call(x.type === 'int8' ? 'dequantize_s8_f32' : 'dequantize_u8_f32', {
    count,
    ...operands.affine(x, x.type),
  });
}
