/** Seeded float models that between them have every operator the quantizer takes, in every form. */
import { describedModel, ModelBuilder, type NewTensor } from '../../src/model/builder.js';
import type { Activation, Model, Padding } from '../../src/model/types.js';
import type { CalibrationInput } from '../../src/quantize/types.js';
import { random } from '../support/random.js';

interface ConvOptions {
  readonly kernel: readonly [number, number];
  readonly out: number;
  readonly stride?: readonly [number, number];
  readonly padding?: Padding;
  readonly activation?: Activation;
  readonly bias?: 'none' | 'normal' | 'huge';
  readonly dilation?: number;
  readonly amplitude?: number;
}

const same = (size: number, stride: number) => Math.ceil(size / stride);
const valid = (size: number, kernel: number, stride: number) => Math.floor((size - kernel) / stride) + 1;

/** A builder of float models with random weights; shapes follow from the operators. */
export class FloatBuilder {
  readonly b: ModelBuilder;
  private readonly draw: (below: number) => number;
  private readonly shapes = new Map<number, readonly number[]>();

  constructor(name: string, seed: number) {
    this.b = new ModelBuilder(name);
    this.draw = random(seed);
  }

  /** Roughly normal, deviation `amplitude`, in float32. */
  normal(count: number, amplitude = 1): Float32Array {
    const uniform = () => this.draw(1 << 24) / (1 << 24) - 0.5;
    return Float32Array.from({ length: count }, () => (uniform() + uniform() + uniform()) * 2 * amplitude);
  }

  shape(id: number): readonly number[] {
    return this.shapes.get(id)!;
  }

  private keep(id: number, shape: readonly number[]): number {
    this.shapes.set(id, shape);
    return id;
  }

  input(...shape: readonly number[]): number {
    return this.keep(this.b.input('input', shape, {}, 'float32'), shape);
  }

  constant(shape: readonly number[], values: Float32Array, name = `c${this.shapes.size}`): number {
    return this.b.constant(name, 'float32', shape, values);
  }

  ints(...values: number[]): number {
    return this.b.constant('ints', 'int32', [values.length], values);
  }

  float(shape: readonly number[], name?: string): NewTensor {
    return { ...(name === undefined ? {} : { name }), shape, type: 'float32' };
  }

  private bias(count: number, kind: ConvOptions['bias']): number[] {
    if (kind === 'none') return [-1];
    const values = this.normal(count, 0.3);
    if (kind === 'huge') values[0] = 1e4;
    return [this.constant([count], values, 'bias')];
  }

  private window(x: number, o: ConvOptions): [number, number] {
    const [, h, w] = this.shape(x);
    const [kh, kw] = o.kernel.map((size) => (size - 1) * (o.dilation ?? 1) + 1) as [number, number];
    const [sh, sw] = o.stride ?? [1, 1];
    return o.padding === 'VALID' ? [valid(h!, kh, sh), valid(w!, kw, sw)] : [same(h!, sh), same(w!, sw)];
  }

  private spatial(o: ConvOptions) {
    const [strideH, strideW] = o.stride ?? [1, 1];
    return { padding: o.padding ?? ('SAME' as const), strideH, strideW, activation: o.activation ?? 'NONE' };
  }

  conv(x: number, o: ConvOptions): number {
    const [n, , , c] = this.shape(x);
    const filter = [o.out, ...o.kernel, c!];
    const count = filter.reduce((a, b) => a * b, 1);
    const w = this.constant(filter, this.normal(count, (o.amplitude ?? 1) / Math.sqrt(count / o.out)), 'w');
    const shape = [n!, ...this.window(x, o), o.out];
    const dilation = { dilationH: o.dilation ?? 1, dilationW: o.dilation ?? 1 };
    return this.keep(
      this.b.add('CONV_2D', [x, w, ...this.bias(o.out, o.bias)], this.float(shape), {
        ...this.spatial(o),
        ...dilation,
      }),
      shape,
    );
  }

  depthwise(x: number, o: Omit<ConvOptions, 'out'> & { readonly multiplier?: number }): number {
    const [n, , , c] = this.shape(x);
    const depthMultiplier = o.multiplier ?? 1;
    const out = c! * depthMultiplier;
    const filter = [1, ...o.kernel, out];
    const count = filter.reduce((a, b) => a * b, 1);
    const w = this.constant(filter, this.normal(count, 1 / Math.sqrt(count / out)), 'w');
    const shape = [n!, ...this.window(x, { ...o, out }), out];
    const options = { ...this.spatial({ ...o, out }), dilationH: 1, dilationW: 1, depthMultiplier };
    return this.keep(
      this.b.add('DEPTHWISE_CONV_2D', [x, w, ...this.bias(out, o.bias)], this.float(shape), options),
      shape,
    );
  }

  dense(
    x: number,
    out: number,
    o: {
      readonly activation?: Activation;
      readonly bias?: ConvOptions['bias'];
      readonly keepNumDims?: boolean;
      readonly amplitude?: number;
    } = {},
  ): number {
    const from = this.shape(x);
    const depth = o.keepNumDims ? from.at(-1)! : from.reduce((a, b) => a * b, 1);
    const w = this.constant(
      [out, depth],
      this.normal(out * depth, (o.amplitude ?? 1) / Math.sqrt(depth)),
      'w',
    );
    const shape = o.keepNumDims ? [...from.slice(0, -1), out] : [1, out];
    return this.keep(
      this.b.add('FULLY_CONNECTED', [x, w, ...this.bias(out, o.bias)], this.float(shape), {
        activation: o.activation ?? 'NONE',
        keepNumDims: o.keepNumDims ?? false,
      }),
      shape,
    );
  }

  pool(kind: 'AVERAGE_POOL_2D' | 'MAX_POOL_2D', x: number, o: Omit<ConvOptions, 'out'>): number {
    const [n, , , c] = this.shape(x);
    const shape = [n!, ...this.window(x, { ...o, out: 0 }), c!];
    const [filterH, filterW] = o.kernel;
    const options = { ...this.spatial({ ...o, out: 0 }), filterH, filterW };
    return this.keep(this.b.add(kind, [x], this.float(shape), options), shape);
  }

  leaky(x: number, alpha: number): number {
    const options = { alpha: Math.fround(alpha) };
    return this.keep(this.b.add('LEAKY_RELU', [x], this.float(this.shape(x)), options), this.shape(x));
  }

  /** A slope per element of `shape`, the dimensions behind the batch. */
  prelu(x: number, ...shape: readonly number[]): number {
    const alpha = this.constant(
      shape,
      this.normal(
        shape.reduce((a, b) => a * b, 1),
        0.4,
      ),
      'alpha',
    );
    return this.keep(this.b.add('PRELU', [x, alpha], this.float(this.shape(x)), {}), this.shape(x));
  }

  transpose(x: number, ...order: readonly number[]): number {
    const shape = order.map((axis) => this.shape(x)[axis]!);
    return this.keep(this.b.add('TRANSPOSE', [x, this.ints(...order)], this.float(shape), {}), shape);
  }

  expand(x: number, axis: number): number {
    const shape = this.shape(x).toSpliced(axis, 0, 1);
    const at = this.b.constant('axis', 'int32', [], [axis]);
    return this.keep(this.b.add('EXPAND_DIMS', [x, at], this.float(shape), {}), shape);
  }

  squeeze(x: number, ...axes: readonly number[]): number {
    const shape = this.shape(x).filter((_, axis) => !axes.includes(axis));
    return this.keep(this.b.add('SQUEEZE', [x], this.float(shape), { axes }), shape);
  }

  unary(kind: 'LOGISTIC' | 'TANH' | 'RELU' | 'RELU6', x: number, name?: string): number {
    return this.keep(this.b.add(kind, [x], this.float(this.shape(x), name), {}), this.shape(x));
  }

  softmax(x: number, name = 'scores'): number {
    return this.keep(this.b.add('SOFTMAX', [x], this.float(this.shape(x), name), { beta: 1 }), this.shape(x));
  }

  binary(kind: 'ADD' | 'SUB' | 'MUL', x: number, y: number, activation: Activation = 'NONE'): number {
    const shape = this.shape(x);
    return this.keep(this.b.add(kind, [x, y], this.float(shape), { activation }), shape);
  }

  reshape(x: number, ...shape: readonly number[]): number {
    return this.keep(this.b.reshape(x, shape), shape);
  }

  concat(axis: number, ...parts: readonly number[]): number {
    const first = this.shape(parts[0]!);
    const size = parts.reduce((sum, id) => sum + this.shape(id).at(axis)!, 0);
    const shape = first.with(axis < 0 ? axis + first.length : axis, size);
    const options = { axis, activation: 'NONE' } as const;
    return this.keep(this.b.add('CONCATENATION', parts, this.float(shape), options), shape);
  }

  /** A constant that can be joined. */
  joinable(shape: readonly number[], values: Float32Array): number {
    return this.keep(this.constant(shape, values), shape);
  }

  slice(x: number, begin: readonly number[], end: readonly number[], stride: readonly number[]): number {
    const shape = begin.map((from, axis) => Math.ceil((end[axis]! - from) / stride[axis]!));
    const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
    return this.keep(
      this.b.add(
        'STRIDED_SLICE',
        [x, this.ints(...begin), this.ints(...end), this.ints(...stride)],
        this.float(shape),
        masks,
      ),
      shape,
    );
  }

  split(x: number, axis: number, ...sizes: readonly number[]): readonly number[] {
    const shapes = sizes.map((size) => this.shape(x).with(axis, size));
    const where = this.b.constant('axis', 'int32', [], [axis]);
    const ids = this.b.addSeveral(
      'SPLIT_V',
      [x, this.ints(...sizes), where],
      shapes.map((shape) => this.float(shape)),
      {},
    );
    return ids.map((id, i) => this.keep(id, shapes[i]!));
  }

  pad(x: number, ...paddings: readonly (readonly [number, number])[]): number {
    const shape = this.shape(x).map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
    const wanted = this.b.constant('paddings', 'int32', [paddings.length, 2], paddings.flat());
    return this.keep(this.b.add('PAD', [x, wanted], this.float(shape), {}), shape);
  }

  mean(x: number, ...axes: readonly number[]): number {
    return this.reduce('MEAN', x, ...axes);
  }

  reduce(kind: 'MEAN' | 'REDUCE_MAX', x: number, ...axes: readonly number[]): number {
    const shape = this.shape(x).filter((_, axis) => !axes.includes(axis));
    return this.keep(
      this.b.add(kind, [x, this.ints(...axes)], this.float(shape), { keepDims: false }),
      shape,
    );
  }

  /** The last `kept` frames (dimension 1) before those of `x`, and them; what is kept moves on. */
  ring(x: number, kept: number, initial: number): number {
    const [n, frames, w, c] = this.shape(x) as [number, number, number, number];
    const state = [n, kept, w, c];
    const values = this.normal(kept * w * c, initial);
    const v = this.b.variable(`ring${this.shapes.size}`, state, {}, values, 'float32');
    const old = this.keep(this.b.read(v), state);
    const all = this.concat(1, old, x);
    this.b.assign(v, this.slice(all, [0, frames, 0, 0], [n, frames + kept, w, c], [1, 1, 1, 1]));
    return all;
  }

  model(...outputs: readonly number[]): Model {
    return describedModel(this.b.build(outputs));
  }
}

function convolutional(): Model {
  const f = new FloatBuilder('convolutional', 11);
  const c1 = f.conv(f.input(1, 12, 10, 3), { kernel: [3, 3], out: 8, stride: [2, 1], activation: 'RELU6' });
  const d1 = f.depthwise(c1, { kernel: [3, 2], padding: 'VALID', multiplier: 2, activation: 'RELU' });
  const c2 = f.conv(f.pool('MAX_POOL_2D', d1, { kernel: [2, 2], stride: [1, 2] }), {
    kernel: [1, 1],
    out: 6,
    bias: 'none',
  });
  const padded = f.pad(c2, [0, 0], [1, 2], [0, 1], [0, 0]);
  const d2 = f.depthwise(padded, {
    kernel: [3, 3],
    bias: 'none',
    padding: 'VALID',
    activation: 'RELU_N1_TO_1',
  });
  const averaged = f.pool('AVERAGE_POOL_2D', d2, { kernel: [2, 2], activation: 'RELU' });
  const c3 = f.conv(averaged, { kernel: [2, 2], out: 5, dilation: 2, activation: 'RELU' });
  return f.model(f.softmax(f.dense(f.mean(c3, 1, 2), 4)));
}

function elementwise(): Model {
  const f = new FloatBuilder('elementwise', 12);
  const x = f.input(1, 4, 6, 8);
  const scaled = f.binary('MUL', x, f.constant([8], f.normal(8)));
  const moved = f.binary('ADD', scaled, f.constant([8], f.normal(8, 2)), 'RELU');
  const [a, b] = f.split(moved, 3, 3, 5) as [number, number];
  const turned = f.concat(3, b, a);
  const some = f.slice(turned, [0, 1, 0, 0], [1, 4, 6, 8], [1, 2, 3, 1]);
  const sum = f.binary('ADD', some, some);
  const product = f.binary('MUL', sum, f.binary('ADD', sum, f.constant([1], f.normal(1)), 'RELU6'));
  const joined = f.concat(-1, f.unary('TANH', product), f.unary('LOGISTIC', product), sum);
  return f.model(f.unary('LOGISTIC', f.reshape(joined, 1, 96)));
}

/** Activations that are operators of their own, with values on both sides of their corners. */
function clamps(): Model {
  const f = new FloatBuilder('clamps', 17);
  const x = f.input(1, 3, 4, 5);
  const wide = f.binary('MUL', x, f.constant([5], Float32Array.of(9, -9, 7, -5, 4)));
  const joined = f.concat(3, f.unary('RELU', wide), f.unary('RELU6', wide), f.unary('TANH', wide));
  return f.model(f.dense(f.unary('RELU6', joined), 3));
}

/** Concatenations that share operands, end in each other, take a constant and the input itself. */
function joining(): Model {
  const f = new FloatBuilder('joining', 13);
  const x = f.input(1, 5, 5, 4);
  const a = f.conv(x, { kernel: [1, 1], out: 3, activation: 'RELU' });
  const b = f.conv(x, { kernel: [3, 3], out: 2, amplitude: 3 });
  const p = f.pool('MAX_POOL_2D', x, { kernel: [3, 3] });
  const first = f.concat(3, a, b, p);
  const c = f.conv(first, { kernel: [1, 1], out: 4, amplitude: 2 });
  const second = f.concat(3, first, c);
  const third = f.concat(3, a, f.joinable([1, 5, 5, 2], f.normal(50, 4)), f.unary('TANH', c));
  const all = f.concat(1, f.mean(second, 1, 2), f.mean(third, 1, 2));
  return f.model(f.softmax(f.dense(all, 3)), all);
}

/** Two rings over one input, a third over what follows; initial state that is no zero. */
function streaming(): Model {
  const f = new FloatBuilder('streaming', 14);
  const x = f.reshape(f.input(1, 3, 8), 1, 3, 1, 8);
  const c1 = f.conv(f.ring(x, 2, 0), { kernel: [5, 1], out: 6, padding: 'VALID', activation: 'RELU' });
  const c2 = f.conv(f.ring(x, 4, 0.5), { kernel: [7, 1], out: 6, padding: 'VALID', activation: 'RELU' });
  const d = f.depthwise(f.ring(f.concat(3, c1, c2), 3, 0.2), {
    kernel: [4, 1],
    padding: 'VALID',
    activation: 'RELU',
  });
  const flat = f.reshape(d, 1, 12);
  return f.model(f.unary('LOGISTIC', f.dense(flat, 1), 'probability'));
}

/** Fully connected layers: higher ranks, with and without a bias. */
function dense(): Model {
  const f = new FloatBuilder('dense', 15);
  const rows = f.dense(f.input(1, 6, 10), 7, { keepNumDims: true, activation: 'RELU' });
  const plain = f.dense(rows, 5, { bias: 'none' });
  return f.model(f.binary('ADD', f.dense(rows, 4), f.dense(plain, 4, { activation: 'RELU6' })));
}

/** A fully connected layer whose bias is beyond the accumulator, and one with next to no weights. */
function extremes(): Model {
  const f = new FloatBuilder('extremes', 18);
  const x = f.input(1, 12);
  const loud = f.dense(x, 5, { bias: 'huge', amplitude: 1e-5 });
  const quiet = f.dense(x, 5, { amplitude: 1e-9, bias: 'none' });
  return f.model(f.dense(loud, 4), f.dense(quiet, 4));
}

/** A convolution one of whose channels is nearly all bias. */
function biased(): Model {
  const f = new FloatBuilder('biased', 16);
  const c = f.conv(f.input(1, 4, 4, 2), { kernel: [2, 2], out: 3, bias: 'huge', amplitude: 1e-5 });
  return f.model(f.dense(f.depthwise(c, { kernel: [2, 2], padding: 'VALID' }), 2));
}

/** Slopes of one value and of many, differences, and what puts values elsewhere. */
function slopes(): Model {
  const f = new FloatBuilder('slopes', 19);
  const x = f.input(1, 6, 4, 3);
  const a = f.leaky(f.conv(x, { kernel: [3, 3], out: 4 }), 0.1);
  const b = f.prelu(f.conv(x, { kernel: [1, 1], out: 4, amplitude: 2 }), 1, 1, 4);
  const difference = f.binary('SUB', a, b, 'RELU6');
  const scaled = f.binary('SUB', difference, f.unary('TANH', a));
  const turned = f.transpose(f.leaky(scaled, -0.5), 0, 2, 3, 1);
  const most = f.reduce('REDUCE_MAX', turned, 3);
  const wide = f.expand(f.prelu(most, 4, 4), 2);
  const narrow = f.squeeze(f.binary('SUB', wide, f.constant([4], f.normal(4))), 2);
  return f.model(f.softmax(f.dense(f.leaky(narrow, 1.5), 3)), f.reduce('REDUCE_MAX', scaled, 1, 2));
}

export const FLOAT_ZOO: readonly Model[] = [
  convolutional(),
  elementwise(),
  joining(),
  streaming(),
  dense(),
  biased(),
  clamps(),
  extremes(),
  slopes(),
];

/** Seeded inputs of a model: `count` items of `windows` inputs each. */
export function zooInputs(model: Model, seed: number, count = 12, windows = 1): CalibrationInput[] {
  const f = new FloatBuilder('inputs', seed);
  const size = model.tensors[model.inputs[0]!]!.shape.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, (_, i) => ({
    name: `input ${i}`,
    values: f.normal(size * (model.variables.length > 0 ? 4 * windows : windows)),
  }));
}
