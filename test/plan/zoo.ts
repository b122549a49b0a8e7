/** Seeded models that between them use every operator of the compiled runtime. */
import type { Model } from '../../src/model/types.js';
import { random } from '../support/random.js';
import { ModelBuilder } from './models.js';

type Draw = (below: number) => number;

class ZooBuilder extends ModelBuilder {
  readonly #draw: Draw;

  constructor(seed: number) {
    super();
    this.#draw = random(seed);
  }

  /** An activation with a scale and zero point of its own. */
  activation(shape: readonly number[]): number {
    const scale = Math.fround(0.02 + this.#draw(1000) / 5000);
    return this.tensor(shape, {
      quantization: { scales: [scale], zeroPoints: [this.#draw(256) - 128], axis: 0 },
    });
  }

  like(x: number, shape: readonly number[]): number {
    const { type, quantization } = this.tensors[x]!;
    return this.tensor(shape, { type, ...(quantization === undefined ? {} : { quantization }) });
  }

  weights(shape: readonly number[], axis?: number): number {
    const count = shape.reduce((product, size) => product * size, 1);
    const values = Array.from({ length: count }, () => this.#draw(255) - 127);
    const channels = axis === undefined ? 1 : shape[axis]!;
    const scales = Array.from({ length: channels }, () => Math.fround(0.001 + this.#draw(1000) / 200_000));
    const quantization = { scales, zeroPoints: scales.map(() => 0), axis: axis ?? 0 };
    return this.bytes(shape, values, { quantization });
  }

  bias(channels: number): number {
    const values = Int32Array.from({ length: channels }, () => this.#draw(4001) - 2000);
    return this.tensor([channels], { type: 'int32', data: new Uint8Array(values.buffer) });
  }

  same(x: number, kind: 'AVERAGE_POOL_2D' | 'MAX_POOL_2D', size: number, out: readonly number[]): number {
    return this.op(kind, [x], [this.like(x, out)], {
      padding: 'SAME',
      strideH: 2,
      strideW: 1,
      filterH: size,
      filterW: size,
      activation: 'RELU',
    });
  }
}

const CONV = { strideH: 2, strideW: 1, dilationH: 1, dilationW: 1 } as const;

/** Convolutions, pools, padding, mean, softmax. */
function convolutional(seed: number): Model {
  const b = new ZooBuilder(seed);
  const x = b.activation([1, 9, 7, 3]);
  const c1 = b.op('CONV_2D', [x, b.weights([5, 3, 2, 3], 0), b.bias(5)], [b.activation([1, 5, 7, 5])], {
    ...CONV,
    padding: 'SAME',
    activation: 'RELU6',
  });
  const d1 = b.op(
    'DEPTHWISE_CONV_2D',
    [c1, b.weights([1, 3, 3, 10], 3), b.bias(10)],
    [b.activation([1, 2, 5, 10])],
    {
      ...CONV,
      padding: 'VALID',
      depthMultiplier: 2,
      activation: 'NONE',
    },
  );
  const pooled = b.same(d1, 'MAX_POOL_2D', 2, [1, 1, 5, 10]);
  const padded = b.op('PAD', [pooled, b.ints(0, 0, 1, 1, 0, 2, 0, 0)], [b.like(pooled, [1, 3, 7, 10])], {});
  const averaged = b.same(padded, 'AVERAGE_POOL_2D', 3, [1, 2, 7, 10]);
  const point = b.op('CONV_2D', [averaged, b.weights([6, 1, 1, 10]), -1], [b.activation([1, 2, 7, 6])], {
    ...CONV,
    strideH: 1,
    padding: 'VALID',
    activation: 'RELU',
  });
  const mean = b.op('MEAN', [point, b.ints(1, 2)], [b.activation([1, 6])], { keepDims: false });
  const dense = b.op('FULLY_CONNECTED', [mean, b.weights([4, 6], 0), b.bias(4)], [b.activation([1, 4])], {
    activation: 'NONE',
    keepNumDims: false,
  });
  return b.model([x], [b.op('SOFTMAX', [dense], [b.sigmoid([1, 4])], { beta: 1 })]);
}

/** Element-wise operators with broadcasting, lookups, slices, splits and concatenations along every axis. */
function elementwise(seed: number): Model {
  const b = new ZooBuilder(seed);
  const x = b.activation([1, 4, 6, 8]);
  const flag = { activation: 'NONE' } as const;
  const scaled = b.op('MUL', [x, b.weights([8])], [b.activation([1, 4, 6, 8])], flag);
  const parts = [b.like(scaled, [1, 4, 6, 3]), b.like(scaled, [1, 4, 6, 5])];
  b.op('SPLIT_V', [scaled, b.ints(3, 5), b.ints(3)], parts, {});
  const turned = b.op('CONCATENATION', [parts[1]!, parts[0]!], [b.like(scaled, [1, 4, 6, 8])], {
    axis: 3,
    ...flag,
  });
  const backwards = b.op(
    'STRIDED_SLICE',
    [turned, b.ints(0, 3, 5, 0), b.ints(1, 0, 0, 8), b.ints(1, -1, -2, 1)],
    [b.like(turned, [1, 4, 3, 8])],
    { beginMask: 0, endMask: 2, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 },
  );
  const rows = [b.like(backwards, [1, 1, 3, 8]), b.like(backwards, [1, 3, 3, 8])];
  b.op('SPLIT_V', [backwards, b.ints(1, 3), b.ints(1)], rows, {});
  const sum = b.op('ADD', [rows[1]!, rows[0]!], [b.activation([1, 3, 3, 8])], { activation: 'RELU' });
  const twice = b.op('ADD', [sum, sum], [b.activation([1, 3, 3, 8])], flag);
  const curved = b.op(
    'TANH',
    [twice],
    [b.tensor([1, 3, 3, 8], { quantization: { scales: [1 / 128], zeroPoints: [0], axis: 0 } })],
    {},
  );
  const clipped = b.op('RELU6', [curved], [b.like(curved, [1, 3, 3, 8])], {});
  const straight = b.op('RELU', [curved], [b.like(curved, [1, 3, 3, 8])], {});
  const joined = b.op('CONCATENATION', [clipped, straight, curved], [b.like(curved, [1, 9, 3, 8])], {
    axis: -3,
    ...flag,
  });
  const flat = b.op('RESHAPE', [joined], [b.like(joined, [1, 216])], {});
  const tail = b.op(
    'STRIDED_SLICE',
    [flat, b.ints(0, 100), b.ints(1, 0), b.ints(1, 1)],
    [b.like(flat, [1, 116])],
    {
      beginMask: 0,
      endMask: 2,
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: 0,
    },
  );
  const odds = b.op('LOGISTIC', [tail], [b.sigmoid([1, 116])], {});
  const requantized = b.op('QUANTIZE', [odds], [b.activation([1, 116])], {});
  const bytes = b.tensor([1, 116], {
    type: 'uint8',
    quantization: { scales: [1 / 256], zeroPoints: [3], axis: 0 },
  });
  return b.model([x], [b.op('QUANTIZE', [requantized], [bytes], {})]);
}

/** Float in and out. */
function floats(seed: number): Model {
  const b = new ZooBuilder(seed);
  const x = b.tensors.push({ name: 'x', type: 'float32', shape: [1, 20] }) - 1;
  const q = b.op('QUANTIZE', [x], [b.activation([1, 20])], {});
  const dense = b.op('FULLY_CONNECTED', [q, b.weights([6, 20]), b.bias(6)], [b.activation([1, 6])], {
    activation: 'RELU',
    keepNumDims: false,
  });
  const y = b.tensors.push({ name: 'y', type: 'float32', shape: [1, 6] }) - 1;
  return b.model([x], [b.op('DEQUANTIZE', [dense], [y], {})]);
}

/** Two layers of causal convolution over state, with initial values of every sort. */
function streaming(seed: number): Model {
  const b = new ZooBuilder(seed);
  const draw = random(seed + 1);
  const x = b.activation([1, 2, 8]);
  const layer = (input: number, frames: number, kept: number, out: number): number => {
    const channels = b.tensors[input]!.shape[3]!;
    const size = kept * channels;
    const initial = Array.from({ length: size }, () => (out === 5 ? draw(256) - 128 : -7));
    const v = b.variable([1, kept, 1, channels], initial);
    const old = b.op('READ_VARIABLE', [], [b.like(input, [1, kept, 1, channels])], { variable: v });
    const all = b.op('CONCATENATION', [old, input], [b.like(input, [1, kept + frames, 1, channels])], {
      axis: 1,
      activation: 'NONE',
    });
    const next = b.like(all, [1, kept, 1, channels]);
    const operands = [b.ints(0, frames, 0, 0), b.ints(1, 0, 1, channels), b.ints(1, 1, 1, 1)];
    b.op('STRIDED_SLICE', [all, ...operands], [next], {
      beginMask: 13,
      endMask: 15,
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: 0,
    });
    b.assign(v, next);
    return b.op(
      'CONV_2D',
      [all, b.weights([out, kept + 1, 1, channels], 0), b.bias(out)],
      [b.activation([1, frames, 1, out])],
      {
        ...CONV,
        strideH: 1,
        padding: 'VALID',
        activation: 'RELU',
      },
    );
  };
  const image = b.op('RESHAPE', [x], [b.like(x, [1, 2, 1, 8])], {});
  const hidden = layer(layer(image, 2, 3, 4), 2, 5, 5);
  const flat = b.op('RESHAPE', [hidden], [b.like(hidden, [1, 10])], {});
  const dense = b.op('FULLY_CONNECTED', [flat, b.weights([1, 10]), b.bias(1)], [b.activation([1, 1])], {
    activation: 'NONE',
    keepNumDims: false,
  });
  const odds = b.op('LOGISTIC', [dense], [b.sigmoid([1, 1])], {});
  const bytes = b.tensor([1, 1], {
    type: 'uint8',
    quantization: { scales: [1 / 256], zeroPoints: [0], axis: 0 },
  });
  return b.model([x], [b.op('QUANTIZE', [odds], [bytes], {})]);
}

export const ZOO: readonly { readonly id: string; readonly model: Model }[] = [
  { id: 'convolutional', model: convolutional(7) },
  { id: 'convolutional_2', model: convolutional(20) },
  { id: 'elementwise', model: elementwise(3) },
  { id: 'elementwise_2', model: elementwise(40) },
  { id: 'floats', model: floats(5) },
  { id: 'streaming', model: streaming(6) },
];
