/**
 * The Hann window, sampled at half-integer points, in Q12: 0.5 - 0.5 cos(2 pi (i + 0.5) / size).
 *
 * The C library computes in float and rounds half up; TensorFlow Lite Micro's Python computes in double
 * and rounds half to even. At 480 samples one coefficient differs. MLTK rounds in double precision what it computes in
 * float.
 */
import type { MicroTables } from '../../spec.js';
import { WINDOW_BITS } from '../parameters.js';
import { roundHalfEven } from './rounding.js';

const f = Math.fround;

export function windowTable(size: number, tables: MicroTables): Int16Array {
  return Int16Array.from({ length: size }, COEFFICIENTS[tables](size));
}

function coefficientC(size: number): (_: unknown, i: number) => number {
  const step = f(f(f(Math.PI) * 2) / size);
  return (_, i) => {
    const hann = f(0.5 - f(0.5 * f(Math.cos(f(step * f(i + 0.5))))));
    return Math.floor(f(f(hann * (1 << WINDOW_BITS)) + 0.5));
  };
}

function coefficientTflm(size: number): (_: unknown, i: number) => number {
  const step = (Math.PI * 2) / size;
  return (_, i) => roundHalfEven((0.5 - 0.5 * Math.cos(step * (i + 0.5))) * (1 << WINDOW_BITS));
}

function coefficientMltk(size: number): (_: unknown, i: number) => number {
  const step = f((Math.PI * 2) / size);
  return (_, i) => {
    const hann = f(0.5 - 0.5 * f(Math.cos(f(step * (i + 0.5)))));
    return Math.floor(hann * (1 << WINDOW_BITS) + 0.5);
  };
}

const COEFFICIENTS: Readonly<Record<MicroTables, typeof coefficientC>> = {
  c: coefficientC,
  tflm: coefficientTflm,
  mltk: coefficientMltk,
};
