/** ADD, SUB, MUL and PRELU with broadcasting. */

import type { Add, Broadcast4, Mul, Prelu, Sub } from '../../lowering/call.js';
import { clamp, type Multiplier, multiplyByQuantizedMultiplier } from '../../model/arithmetic.js';

const scale = (x: number, { multiplier, shift }: Multiplier): number =>
  multiplyByQuantizedMultiplier(x, multiplier, shift);

function broadcastBinary(
  { dims, aStrides, bStrides }: Broadcast4,
  a: Int8Array,
  b: Int8Array,
  y: Int8Array,
  f: (a: number, b: number) => number,
): void {
  let out = 0;
  for (let i = 0; i < dims[0]; i += 1)
    for (let j = 0; j < dims[1]; j += 1)
      for (let k = 0; k < dims[2]; k += 1)
        for (let l = 0; l < dims[3]; l += 1)
          y[out++] = f(
            a[i * aStrides[0] + j * aStrides[1] + k * aStrides[2] + l * aStrides[3]]!,
            b[i * bStrides[0] + j * bStrides[1] + k * bStrides[2] + l * bStrides[3]]!,
          );
}

/** Both inputs with `leftShift` more bits at the common scale, summed, rescaled to the output. */
export function add(p: Add, [a, b]: readonly Int8Array[], [y]: readonly Int8Array[]): void {
  broadcastBinary(p.shape, a!, b!, y!, (left, right) => {
    const sum =
      scale((left + p.aOffset) << p.leftShift, p.a) + scale((right + p.bOffset) << p.leftShift, p.b);
    return clamp(scale(sum, p.output) + p.outputOffset, p.activationMin, p.activationMax);
  });
}

export function sub(p: Sub, [a, b]: readonly Int8Array[], [y]: readonly Int8Array[]): void {
  broadcastBinary(p.shape, a!, b!, y!, (left, right) => {
    const difference =
      scale((left + p.aOffset) << p.leftShift, p.a) - scale((right + p.bOffset) << p.leftShift, p.b);
    return clamp(scale(difference, p.output) + p.outputOffset, p.activationMin, p.activationMax);
  });
}

/** Negative values times alpha (kernels/internal/reference/prelu.h). */
export function prelu(p: Prelu, [x, alpha]: readonly Int8Array[], [y]: readonly Int8Array[]): void {
  broadcastBinary(p.shape, x!, alpha!, y!, (value, slope) => {
    const input = value + p.inputOffset;
    const scaled = input >= 0 ? scale(input, p.identity) : scale(input * (slope + p.alphaOffset), p.negative);
    return clamp((scaled + p.outputOffset) | 0, -128, 127);
  });
}

export function mul(p: Mul, [a, b]: readonly Int8Array[], [y]: readonly Int8Array[]): void {
  broadcastBinary(p.shape, a!, b!, y!, (left, right) => {
    const product = scale((left + p.aOffset) * (right + p.bOffset), p.output);
    return clamp((product + p.outputOffset) | 0, p.activationMin, p.activationMax);
  });
}
