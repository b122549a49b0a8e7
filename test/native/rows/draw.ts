/** What the kernel rows are drawn from: one seeded sequence, so that the order of the rows is part of them. */
import { elementCount } from '../../../src/model/elements.js';
import type { Model } from '../../../src/model/types.js';
import type { TypedArray } from '../../../src/reference/engine.js';
import { random } from '../../support/random.js';

export interface KernelTestRow {
  readonly name: string;
  readonly model: Model;
  readonly inputs: readonly TypedArray[];
  /** TensorFlow Lite's C++ leaves the outcome open here, ours is defined. */
  readonly ours?: true;
}

export const next = random(20_231_121);
export const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
export const between = (low: number, high: number): number => low + next(high - low + 1);
/** Log-uniform, as float32. */
export const scaleBetween = (low: number, high: number): number =>
  Math.fround(low * (high / low) ** (next(0x10000) / 0x10000));
export const zeroPoint = (): number => (next(5) === 0 ? pick([-128, 127, 0]) : between(-60, 60));
export const affine = (): readonly [number, number] => [scaleBetween(0.003, 0.5), zeroPoint()];

export const int8s = (count: number): Int8Array => Int8Array.from({ length: count }, () => next(256));
/** Uniform, or only extreme values. */
export const activations = (count: number): Int8Array =>
  next(8) === 0 ? Int8Array.from({ length: count }, () => pick([-128, 127])) : int8s(count);
export const weights = (count: number): Int8Array =>
  Int8Array.from({ length: count }, () => between(-127, 127));

export function dataFor({ tensors, inputs }: Model): TypedArray[] {
  return inputs.map((id) => {
    const { type, shape } = tensors[id]!;
    const count = elementCount(shape);
    if (type === 'uint8') return Uint8Array.from(activations(count));
    if (type === 'float32') return Float32Array.from({ length: count }, floatValue);
    return activations(count);
  });
}

/** Some on the halves between two steps of the scale 1/32. */
export function floatValue(): number {
  return next(4) === 0 ? (between(-200, 200) + 0.5) / 32 : ((next(0x10000) - 0x8000) / 0x8000) * 3;
}

export const row = (name: string, model: Model): KernelTestRow => ({ name, model, inputs: dataFor(model) });
export const repeat = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
