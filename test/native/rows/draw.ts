/** What the kernel rows are drawn from: a sequence of its own for every row, seeded by the row's name. */
import { elementCount } from '../../../src/model/elements.js';
import type { Activation, Model } from '../../../src/model/types.js';
import type { TypedArray } from '../../../src/reference/engine.js';
import { random } from '../../support/random.js';

export interface KernelTestRow {
  /** Unique: its golden output stands under it, its contents are drawn from it. */
  readonly name: string;
  readonly model: Model;
  readonly inputs: readonly TypedArray[];
  /** TensorFlow Lite's C++ leaves the outcome open here, ours is defined. */
  readonly ours?: true;
}

/** FNV-1a of a name. */
function seedOf(name: string): number {
  let hash = 2166136261;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  return hash;
}

/** Seeded draws of what models are made of. */
export class Draw {
  /** An integer from 0 up to `below`. */
  readonly next: (below: number) => number;

  constructor(name: string) {
    this.next = random(seedOf(name));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.next(list.length)]!;
  }

  /** Both ends may come. */
  between(low: number, high: number): number {
    return low + this.next(high - low + 1);
  }

  chance(oneIn: number): boolean {
    return this.next(oneIn) === 0;
  }

  /** Log-uniform, as float32. */
  scaleBetween(low: number, high: number): number {
    return Math.fround(low * (high / low) ** (this.next(0x10000) / 0x10000));
  }

  /** Often at an end of the range. */
  zeroPoint(): number {
    return this.chance(5) ? this.pick([-128, 127, 0]) : this.between(-60, 60);
  }

  affine(): readonly [scale: number, zeroPoint: number] {
    return [this.scaleBetween(0.003, 0.5), this.zeroPoint()];
  }

  activation(): Activation {
    return this.pick(['NONE', 'NONE', 'RELU', 'RELU6', 'RELU_N1_TO_1']);
  }

  /** Uniform, or only extreme values. */
  activations(count: number): Int8Array {
    const extreme = this.chance(8);
    return Int8Array.from({ length: count }, () => (extreme ? this.pick([-128, 127]) : this.next(256)));
  }

  weights(count: number): Int8Array {
    return Int8Array.from({ length: count }, () => this.between(-127, 127));
  }

  /** Some on the halves between two steps of the scale 1/32. */
  floatValue(): number {
    return this.chance(4)
      ? (this.between(-200, 200) + 0.5) / 32
      : ((this.next(0x10000) - 0x8000) / 0x8000) * 3;
  }

  dataFor({ tensors, inputs }: Model): TypedArray[] {
    return inputs.map((id) => {
      const { type, shape } = tensors[id]!;
      const count = elementCount(shape);
      if (type === 'uint8') return Uint8Array.from(this.activations(count));
      if (type === 'float32') return Float32Array.from({ length: count }, () => this.floatValue());
      return this.activations(count);
    });
  }
}

/** A row whose model and inputs are drawn from its name. */
export function row(name: string, make: (draw: Draw) => Model): KernelTestRow {
  const draw = new Draw(name);
  const model = make(draw);
  return { name, model, inputs: draw.dataFor(model) };
}

export const repeat = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
