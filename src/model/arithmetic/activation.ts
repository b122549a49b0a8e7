/** What a fused activation does to a quantized output: a clamp. */
import type { Activation } from '../types.js';
import { clamp } from './requantize.js';

export type ByteType = 'int8' | 'uint8';

export interface Range {
  readonly min: number;
  readonly max: number;
}

const RANGES: Readonly<Record<ByteType, Range>> = {
  int8: { min: -128, max: 127 },
  uint8: { min: 0, max: 255 },
};

export function typeRange(type: ByteType): Range {
  return RANGES[type];
}

/** Round to nearest, halves away from zero (C's roundf); the sign of zero is lost. */
export function roundHalfAway(value: number): number {
  return value < 0 ? -Math.floor(0.5 - value) : Math.floor(value + 0.5);
}

/** real / scale + zeroPoint in float32, rounded, clamped to the type; not-a-number becomes the zero point. */
export function quantizeValue(real: number, scale: number, zeroPoint: number, type: ByteType): number {
  const { min, max } = typeRange(type);
  const steps = Math.fround(real / scale);
  return clamp(Number.isNaN(steps) ? zeroPoint : roundHalfAway(steps) + zeroPoint, min, max);
}

/** Clamp of a fused activation (CalculateActivationRangeQuantized in kernels/kernel_util.cc). */
export function activationRange(
  activation: Activation,
  scale: number,
  zeroPoint: number,
  type: ByteType = 'int8',
): Range {
  const { min, max } = typeRange(type);
  const quantized = (real: number): number => zeroPoint + roundHalfAway(Math.fround(real / scale));
  switch (activation) {
    case 'NONE':
      return { min, max };
    case 'RELU':
      return { min: Math.max(min, zeroPoint), max };
    case 'RELU6':
      return { min: Math.max(min, zeroPoint), max: Math.min(max, quantized(6)) };
    case 'RELU_N1_TO_1':
      return { min: Math.max(min, quantized(-1)), max: Math.min(max, quantized(1)) };
  }
}
