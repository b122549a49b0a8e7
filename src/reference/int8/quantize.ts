/** QUANTIZE and DEQUANTIZE, between float32 and 8-bit types and among the latter. */

import type { AffineMap, Requantize } from '../../lowering/call.js';
import {
  type ByteType,
  clamp,
  multiplyByQuantizedMultiplier,
  quantizeValue,
  typeRange,
} from '../../model/arithmetic.js';

type Bytes = Int8Array | Uint8Array;

export function requantize(type: ByteType) {
  const { min, max } = typeRange(type);
  return (p: Requantize, [x]: readonly Bytes[], [y]: readonly Bytes[]): void => {
    const { multiplier, shift } = p.output;
    for (let i = 0; i < p.count; i += 1) {
      const scaled = multiplyByQuantizedMultiplier(x![i]! - p.inputZeroPoint, multiplier, shift);
      y![i] = clamp((scaled + p.outputZeroPoint) | 0, min, max);
    }
  };
}

export function quantize(type: ByteType) {
  return (p: AffineMap, [x]: readonly Float32Array[], [y]: readonly Bytes[]): void => {
    for (let i = 0; i < p.count; i += 1) y![i] = quantizeValue(x![i]!, p.scale, p.zeroPoint, type);
  };
}

export function dequantize(p: AffineMap, [x]: readonly Bytes[], [y]: readonly Float32Array[]): void {
  for (let i = 0; i < p.count; i += 1) y![i] = p.scale * (x![i]! - p.zeroPoint);
}
