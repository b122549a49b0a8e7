/** Small seeded models that use every operator we compute: what the tests of formats and passes work on. */
import type { ModelDescription } from '../../src/model/builder.js';
import { ModelBuilder } from '../../src/model/builder.js';

/** Numerical Recipes' LCG; the upper byte as int8. */
export function seededBytes(seed: number, count: number): Int8Array {
  let state = seed >>> 0;
  return Int8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 24) - 128;
  });
}

const S = { scale: 0.1, zeroPoint: 3 };
const conv = { padding: 'SAME', strideH: 1, strideW: 1, activation: 'RELU' } as const;
const ramp = (count: number) => Array.from({ length: count }, (_, i) => 0.01 * (i + 1));

/** T1: [1,8,6,2] int8 → three labels. */
export function cnn(): ModelDescription {
  const b = new ModelBuilder('cnn', { labels: ['yes', 'no', 'other'], description: 'a test' });
  const x = b.input('features', [1, 8, 6, 2], S);
  const w1 = b.constant('w1', 'int8', [4, 3, 3, 2], seededBytes(1, 72), { scales: ramp(4), axis: 0 });
  const b1 = b.constant('b1', 'int32', [4], [1, -2, 3, -4], { scales: ramp(4), axis: 0 });
  const c1 = b.add(
    'CONV_2D',
    [x, w1, b1],
    { shape: [1, 4, 3, 4], ...S },
    { ...conv, strideH: 2, strideW: 2, dilationH: 1, dilationW: 1 },
  );
  const w2 = b.constant('w2', 'int8', [1, 2, 2, 8], seededBytes(2, 32), { scales: ramp(8), axis: 3 });
  const c2 = b.add(
    'DEPTHWISE_CONV_2D',
    [c1, w2],
    { shape: [1, 3, 2, 8], ...S },
    { ...conv, padding: 'VALID', depthMultiplier: 2, dilationH: 1, dilationW: 1, activation: 'RELU6' },
  );
  const paddings = b.constant('paddings', 'int32', [4, 2], [0, 0, 1, 0, 0, 2, 0, 0]);
  const p = b.add('PAD', [c2, paddings], { shape: [1, 4, 4, 8], ...S }, {});
  const pool = { ...conv, filterH: 2, filterW: 2, strideH: 2, strideW: 2, activation: 'NONE' } as const;
  const p1 = b.add('MAX_POOL_2D', [p], { shape: [1, 2, 2, 8], ...S }, pool);
  const p2 = b.add('AVERAGE_POOL_2D', [p], { shape: [1, 2, 2, 8], ...S }, pool);
  const sum = b.add('ADD', [p1, p2], { shape: [1, 2, 2, 8], scale: 0.2 }, { activation: 'NONE' });
  const gain = b.constant('gain', 'int8', [8], seededBytes(3, 8), { scale: 0.02 });
  const product = b.add('MUL', [sum, gain], { shape: [1, 2, 2, 8], scale: 0.3 }, { activation: 'NONE' });
  const relu = b.add('RELU', [product], { shape: [1, 2, 2, 8], scale: 0.15, zeroPoint: -128 }, {});
  const relu6 = b.add('RELU6', [relu], { shape: [1, 2, 2, 8], scale: 0.15, zeroPoint: -128 }, {});
  const axes = b.constant('axes', 'int32', [2], [1, 2]);
  const mean = b.add('MEAN', [relu6, axes], { shape: [1, 8], scale: 0.02 }, { keepDims: false });
  const w3 = b.constant('w3', 'int8', [3, 8], seededBytes(4, 24), { scale: 0.05 });
  const b3 = b.constant('b3', 'int32', [3], [100, 0, -100], { scale: 0.001 });
  const fc = b.add(
    'FULLY_CONNECTED',
    [b.reshape(mean, [8, 1].reverse()), w3, b3],
    { shape: [1, 3], ...S },
    { activation: 'NONE', keepNumDims: false },
  );
  const tanh = b.add('TANH', [fc], { shape: [1, 3], scale: 1 / 128 }, {});
  const y = b.add('SOFTMAX', [tanh], { shape: [1, 3], scale: 1 / 256, zeroPoint: -128 }, { beta: 1 });
  return b.build([y]);
}

/** T2: a streaming model with two variables, one of which starts at other bytes than its zero point. */
export function streaming(): ModelDescription {
  const b = new ModelBuilder('streaming');
  const x = b.input('features', [1, 2, 4], S);
  const frames = b.reshape(x, [1, 2, 1, 4]);
  const history = b.variable('stream/states', [1, 2, 1, 4], S);
  const biased = b.variable('stream_1/states', [1, 1, 1, 4], S, [1, 2, 3, 4]);
  const joined = b.add(
    'CONCATENATION',
    [b.read(history), frames],
    { shape: [1, 4, 1, 4], ...S },
    { axis: 1, activation: 'NONE' },
  );
  const begin = b.constant('begin', 'int32', [4], [0, -2, 0, 0]);
  const end = b.constant('end', 'int32', [4], [0, 0, 0, 0]);
  const ones = b.constant('ones', 'int32', [4], [1, 1, 1, 1]);
  const masks = { beginMask: 13, endMask: 15, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
  b.assign(history, b.add('STRIDED_SLICE', [joined, begin, end, ones], { shape: [1, 2, 1, 4], ...S }, masks));
  const sizes = b.constant('sizes', 'int32', [2], [3, -1]);
  const axis = b.constant('axis', 'int32', [], [1]);
  const [, last] = b.addSeveral(
    'SPLIT_V',
    [joined, sizes, axis],
    [
      { shape: [1, 3, 1, 4], ...S },
      { shape: [1, 1, 1, 4], ...S },
    ],
    {},
  );
  const sum = b.add('ADD', [b.read(biased), last!], { shape: [1, 1, 1, 4], ...S }, { activation: 'NONE' });
  b.assign(biased, sum);
  const w = b.constant('w', 'int8', [1, 4], seededBytes(5, 4), { scale: 0.05 });
  const fc = b.add(
    'FULLY_CONNECTED',
    [sum, w],
    { shape: [1, 1], ...S },
    { activation: 'NONE', keepNumDims: false },
  );
  const p = b.add('LOGISTIC', [fc], { shape: [1, 1], scale: 1 / 256, zeroPoint: -128 }, {});
  return b.build([b.add('QUANTIZE', [p], { shape: [1, 1], type: 'uint8', scale: 1 / 256 }, {})]);
}

/** float32 at both ends, int8 between. */
export function floatEnds(): ModelDescription {
  const b = new ModelBuilder('ends');
  const x = b.input('x', [1, 4], {}, 'float32');
  const q = b.add('QUANTIZE', [x], { shape: [1, 4], ...S }, {});
  const w = b.constant('w', 'int8', [2, 4], seededBytes(6, 8), { scale: 0.05 });
  const fc = b.add(
    'FULLY_CONNECTED',
    [q, w],
    { shape: [1, 2], ...S },
    { activation: 'NONE', keepNumDims: true },
  );
  return b.build([b.add('DEQUANTIZE', [fc], { shape: [1, 2], type: 'float32' }, {})]);
}

/** One FULLY_CONNECTED with weights and activations of the given types. */
export function dense(activations: 'float32' | 'int16', weights: 'float32' | 'int8'): ModelDescription {
  const b = new ModelBuilder('dense');
  const scale = activations === 'float32' ? {} : { scale: 0.1 };
  const x = b.input('x', [1, 4], scale, activations);
  const w = b.constant('w', weights, [2, 4], seededBytes(7, 8), weights === 'int8' ? { scale: 0.05 } : {});
  return b.build([
    b.add(
      'FULLY_CONNECTED',
      [x, w],
      { shape: [1, 2], type: activations, ...scale },
      { activation: 'NONE', keepNumDims: false },
    ),
  ]);
}

export const SAMPLES: readonly (readonly [string, () => ModelDescription])[] = [
  ['cnn', cnn],
  ['streaming', streaming],
  ['ends', floatEnds],
];
