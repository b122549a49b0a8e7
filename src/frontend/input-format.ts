/**
 * How a model's input holds features, as constants that host and device share: `kws::InputFormat`
 * (kws_frontend/frontend.h).
 *
 * Owns: the step from an input tensor's scale to those constants. Leaves to others: applying them
 * (`input.ts`, the front ends in C++).
 */

import type { FrontendSpec } from './spec.js';

/** What is asked of a model's input tensor: its type, and scale and zero point where it is quantized. */
export interface InputTensor {
  readonly type: string;
  readonly quantization?:
    | { readonly scales: readonly number[]; readonly zeroPoints: readonly number[] }
    | undefined;
}

export interface InputFormat {
  readonly type: 'int8' | 'uint8' | 'float32';
  /** Of the int8 value; uint8 holds that plus 128. */
  readonly zeroPoint: number;
  /** uint16 frames: q = floor((256 v + floor(divisor / 2)) / divisor) + zeroPoint. */
  readonly divisor: number;
  /** float32 frames: q = round(v * inverseScale) + zeroPoint, halves away from zero, in float32. */
  readonly inverseScale: number;
  /** Fixed-point frames: q = ((v * multiplier + 2^(shift - 1)) >> shift) + zeroPoint, in 64 bits. */
  readonly multiplier: number;
  readonly shift: number;
}

/** Fraction bits of fixed-point frames; kFixedFractionBits in C++. */
const FIXED_FRACTION_BITS = 16;

/** What micro_speech and microWakeWord divide by, whatever scale their models declare: 25.6 * 26, rounded. */
const MICRO_DIVISOR = 666;
/** uint16 features are 25.6 times the real ones. */
const MICRO_UNITS = 25.6;
/** Scales of published models, 26/255 and 666/6553.6, are 0.4 % apart and mean the same. */
const SAME_SCALE = 0.01;

const NOT_QUANTIZED = { scales: [MICRO_DIVISOR / MICRO_UNITS / 256], zeroPoints: [-128] } as const;

/**
 * The format of a model's input tensor: int8, uint8 or float32.
 * @param spec of the front end, where it may say how features are quantized
 */
export function inputFormat({ type, quantization: declared }: InputTensor, spec?: FrontendSpec): InputFormat {
  const quantization = spec?.kind === 'micro' && spec.quantization === 'micro-speech' ? undefined : declared;
  const known = type === 'uint8' || type === 'float32' ? type : 'int8';
  const { scales, zeroPoints } = quantization ?? NOT_QUANTIZED;
  const scale = scales[0] ?? 1;
  const zeroPoint = (zeroPoints[0] ?? 0) - (known === 'uint8' && quantization !== undefined ? 128 : 0);
  const exact = MICRO_UNITS * 256 * scale;
  const divisor =
    Math.abs(exact / MICRO_DIVISOR - 1) < SAME_SCALE ? MICRO_DIVISOR : Math.max(1, Math.round(exact));
  return {
    type: known,
    zeroPoint,
    divisor,
    inverseScale: Math.fround(1 / scale),
    ...fixedMultiplier(1 / scale / 2 ** FIXED_FRACTION_BITS),
  };
}

/** factor = multiplier / 2^shift with 31 significant bits; shift 1…62. */
function fixedMultiplier(factor: number): { readonly multiplier: number; readonly shift: number } {
  let shift = 30 - Math.floor(Math.log2(factor));
  let multiplier = Math.round(factor * 2 ** shift);
  if (multiplier > 0x7fffffff) {
    multiplier = Math.round(multiplier / 2);
    shift -= 1;
  }
  if (shift > 62) return { multiplier: Math.round(factor * 2 ** 62), shift: 62 };
  if (shift < 1) return { multiplier: 0x7fffffff, shift: 1 };
  return { multiplier, shift };
}
