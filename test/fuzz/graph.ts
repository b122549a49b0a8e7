/** A model that grows: tensors to go on from, and draws of what operators are made of. */
import { elementCount } from '../../src/model/elements.js';
import type { Quantization } from '../../src/model/types.js';
import { Draw } from '../native/rows/draw.js';
import { ModelBuilder } from '../plan/models.js';

export type Shape = readonly number[];

export class Graph extends ModelBuilder {
  readonly draw: Draw;
  /** Activations in int8 that operators can go on from. */
  readonly open: number[] = [];

  constructor(name: string) {
    super();
    this.draw = new Draw(name);
  }

  shape(x: number): Shape {
    return this.tensors[x]!.shape;
  }

  quantization(): Quantization {
    const [scale, zeroPoint] = this.draw.affine();
    return { scales: [scale], zeroPoints: [zeroPoint], axis: 0 };
  }

  /** An activation with a scale and zero point of its own. */
  activation(shape: Shape, quantization = this.quantization()): number {
    return this.tensor(shape, { quantization });
  }

  /** An activation quantized as `x` is. */
  like(x: number, shape: Shape): number {
    const { type, quantization } = this.tensors[x]!;
    return this.tensor(shape, { type, ...(quantization && { quantization }) });
  }

  scaleOf(x: number): number {
    return this.tensors[x]!.quantization!.scales[0]!;
  }

  /** What a sum of about `natural` fits in; now and then far too little (no finer than `least`), or far too much. */
  sized(shape: Shape, natural: number, least = 1e-4): number {
    const gain = this.draw.pick([1, 1, 1, 1, 1, 0.3, 1e-3, 1e3]);
    // What functions take, and no further apart than a multiplier in fixed point can bring together.
    const scales = [Math.fround(Math.min(Math.max(natural * gain, least), 4))];
    return this.activation(shape, { scales, zeroPoints: [this.draw.zeroPoint()], axis: 0 });
  }

  /** Constant weights; `axis` with a scale per channel. Some are all at the ends of the range. */
  weights(shape: Shape, axis?: number): number {
    const { draw } = this;
    const count = elementCount(shape);
    const extreme = draw.chance(8);
    const values = Array.from({ length: count }, () =>
      extreme ? draw.pick([-127, 127]) : draw.between(-127, 127),
    );
    const channels = axis === undefined ? 1 : shape[axis]!;
    const scales = Array.from({ length: channels }, () => draw.scaleBetween(0.001, 0.02));
    return this.bytes(shape, values, {
      quantization: { scales, zeroPoints: scales.map(() => 0), axis: axis ?? 0 },
    });
  }

  /** None, small, or so large that sums saturate. */
  bias(channels: number): number {
    const { draw } = this;
    if (draw.chance(4)) return -1;
    const huge = draw.chance(12);
    const values = Int32Array.from({ length: channels }, () =>
      huge ? draw.pick([0x7fffffff, -0x80000000, 0x40000000]) : draw.between(-5000, 5000),
    );
    return this.tensor([channels], { type: 'int32', data: new Uint8Array(values.buffer) });
  }

  /** `x` quantized as `other` is. */
  requantized(x: number, other: number): number {
    return this.op('QUANTIZE', [x], [this.like(other, this.shape(x))], {});
  }

  /** An open tensor that `fits`, drawn. */
  find(fits: (x: number) => boolean): number | undefined {
    const list = this.open.filter(fits);
    return list.length === 0 ? undefined : this.draw.pick(list);
  }
}

/** What an operator added to the graph: the tensors to go on from; undefined where it does not fit. */
export type Grown = readonly number[] | undefined;
export type Grow = (graph: Graph, x: number) => Grown;
