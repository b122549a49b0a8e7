/** Small float models of every operator kind and option, for what runs whole models. */
import { describedModel, ModelBuilder } from '../../src/model/builder.js';
import type { Activation, Model, Padding } from '../../src/model/types.js';
import { FloatGraph } from './float-graphs.js';

export interface FloatRow {
  readonly name: string;
  readonly model: Model;
}

const float = (...shape: number[]) => ({ shape, type: 'float32' }) as const;
const ACTIVATIONS: readonly Activation[] = ['NONE', 'RELU', 'RELU6', 'RELU_N1_TO_1'];
const PADDINGS: readonly Padding[] = ['SAME', 'VALID'];

function row(name: string, shape: readonly number[], make: (g: FloatGraph, x: number) => number): FloatRow {
  const g = new FloatGraph(name.length + shape.length, name);
  return { name, model: g.model(make(g, g.input(shape))) };
}

const convolutions = PADDINGS.flatMap((padding) =>
  (
    [
      [1, 1, 3, 3],
      [2, 1, 3, 2],
      [1, 2, 2, 3],
      [3, 1, 4, 1],
    ] as const
  ).flatMap(([stride, dilation, kh, kw]) => [
    row(`CONV_2D ${padding} stride ${stride} dilation ${dilation} ${kh}x${kw}`, [2, 9, 8, 3], (g, x) =>
      g.conv(x, 5, [kh, kw], padding, { stride, dilation, activation: 'NONE' }),
    ),
    row(`DEPTHWISE_CONV_2D ${padding} stride ${stride} ${kh}x${kw}`, [1, 9, 8, 3], (g, x) =>
      g.depthwise(x, dilation, [kh, kw], padding, { stride }),
    ),
  ]),
);

const activations = ACTIVATIONS.flatMap((activation) => [
  row(`CONV_2D ${activation}`, [1, 5, 4, 2], (g, x) =>
    g.conv(x, 4, [2, 2], 'SAME', { activation, bias: false }),
  ),
  row(`DEPTHWISE_CONV_2D ${activation}`, [1, 5, 4, 2], (g, x) =>
    g.depthwise(x, 1, [2, 2], 'SAME', { activation }),
  ),
  row(`FULLY_CONNECTED ${activation}`, [2, 7], (g, x) => g.dense(x, 6, activation)),
  row(`ADD ${activation}`, [2, 3, 4], (g, x) => g.affine(x, 'ADD', undefined, activation)),
  row(`MUL ${activation}`, [2, 3, 4], (g, x) => g.affine(x, 'MUL', undefined, activation, true)),
  ...(['AVERAGE_POOL_2D', 'MAX_POOL_2D'] as const).flatMap((kind) =>
    PADDINGS.map((padding) =>
      row(`${kind} ${padding} ${activation}`, [1, 7, 6, 3], (g, x) => {
        const same = padding === 'SAME';
        const options = { padding, activation, filterH: 3, filterW: 2, strideH: 2, strideW: 3 };
        return g.builder.add(kind, [x], float(1, same ? 4 : 3, 2, 3), options);
      }),
    ),
  ),
]);

const unary = (['RELU', 'RELU6', 'LOGISTIC', 'TANH'] as const).map((kind) =>
  row(kind, [2, 9], (g, x) => g.unary(g.affine(x, 'MUL', [9]), kind)),
);

const SLICE = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
const ints = (g: FloatGraph, ...values: number[]) =>
  g.builder.constant('ints', 'int32', [values.length], values);

const others = [
  row('SOFTMAX, beta 1 and 0.5', [3, 5], (g, x) => {
    const first = g.builder.add('SOFTMAX', [g.affine(x, 'MUL', [8])], float(3, 5), { beta: 1 });
    return g.builder.add('SOFTMAX', [first], float(3, 5), { beta: 0.5 });
  }),
  row('FULLY_CONNECTED that keeps its dimensions', [2, 3, 4], (g, x) => {
    const operands = [x, g.constant('w', [5, 4]), -1];
    return g.builder.add('FULLY_CONNECTED', operands, float(2, 3, 5), {
      activation: 'NONE',
      keepNumDims: true,
    });
  }),
  row('ADD that broadcasts both ways', [2, 1, 4], (g, x) => {
    const options = { activation: 'NONE' } as const;
    return g.builder.add('ADD', [x, g.constant('c', [3, 1])], float(2, 3, 4), options);
  }),
  row('MUL of two computed tensors', [1, 4, 3, 2], (g, x) => {
    const options = { activation: 'NONE' } as const;
    return g.builder.add('MUL', [g.unary(x, 'TANH'), g.unary(x, 'LOGISTIC')], float(1, 4, 3, 2), options);
  }),
  row('MEAN over height and width', [1, 4, 3, 2], (g, x) =>
    g.builder.add('MEAN', [x, ints(g, 1, 2)], float(1, 2), { keepDims: false }),
  ),
  row('MEAN over time, dimensions kept', [1, 5, 3], (g, x) =>
    g.builder.add('MEAN', [x, ints(g, -2)], float(1, 1, 3), { keepDims: true }),
  ),
  row('REDUCE_MAX over height and width', [1, 4, 3, 2], (g, x) =>
    g.builder.add('REDUCE_MAX', [x, ints(g, 1, 2)], float(1, 2), { keepDims: false }),
  ),
  row('LEAKY_RELU', [2, 9], (g, x) => g.builder.add('LEAKY_RELU', [x], float(2, 9), { alpha: 0.3 })),
  row('HARD_SWISH', [2, 9], (g, x) => g.builder.add('HARD_SWISH', [x], float(2, 9), {})),
  row('PRELU per channel', [1, 2, 3, 4], (g, x) =>
    g.builder.add('PRELU', [x, g.constant('alpha', [1, 1, 4])], float(1, 2, 3, 4), {}),
  ),
  ...ACTIVATIONS.map((activation) =>
    row(`SUB ${activation} that broadcasts`, [2, 3, 4], (g, x) =>
      g.builder.add('SUB', [x, g.constant('c', [4])], float(2, 3, 4), { activation }),
    ),
  ),
  row('TRANSPOSE', [2, 3, 4, 5], (g, x) =>
    g.builder.add('TRANSPOSE', [x, ints(g, 3, 0, 2, 1)], float(5, 2, 4, 3), {}),
  ),
  row('EXPAND_DIMS and SQUEEZE', [1, 3, 4], (g, x) => {
    const axis = g.builder.constant('axis', 'int32', [], [2]);
    const wide = g.builder.add('EXPAND_DIMS', [x, axis], float(1, 3, 1, 4), {});
    return g.builder.add('SQUEEZE', [wide], float(3, 4), { axes: [0, 2] });
  }),
  ...([true, false] as const).flatMap((alignCorners) =>
    (['RESIZE_BILINEAR', 'RESIZE_NEAREST_NEIGHBOR'] as const).map((kind) =>
      row(`${kind}, ${alignCorners ? 'corners aligned' : 'centres'}`, [1, 5, 4, 3], (g, x) =>
        g.builder.add(kind, [x, ints(g, 7, 9)], float(1, 7, 9, 3), {
          alignCorners,
          halfPixelCenters: !alignCorners,
        }),
      ),
    ),
  ),
  row('PAD', [1, 3, 2, 2], (g, x) => g.pad(x, [0, 0, 2, 1, 0, 3, 1, 0])),
  row('RESHAPE', [1, 3, 4], (g, x) => g.reshape(x, [2, 6])),
  row('CONCATENATION along the middle', [2, 3, 2], (g, x) => {
    const options = { axis: 1, activation: 'NONE' } as const;
    return g.builder.add(
      'CONCATENATION',
      [x, g.unary(x, 'RELU'), g.constant('c', [2, 1, 2])],
      float(2, 7, 2),
      options,
    );
  }),
  row('STRIDED_SLICE: masks, steps, a shrunk axis', [2, 6, 5], (g, x) => {
    const bounds = [ints(g, 1, 1, -1), ints(g, 2, 0, 0), ints(g, 1, 2, -2)];
    const options = { ...SLICE, shrinkAxisMask: 1, endMask: 0b110 };
    return g.builder.add('STRIDED_SLICE', [x, ...bounds], float(3, 3), options);
  }),
];

/** Two outputs, one of them from the larger part. */
function split(): FloatRow {
  const g = new FloatGraph(5, 'SPLIT_V');
  const x = g.input([1, 7, 2]);
  const axis = g.builder.constant('axis', 'int32', [], [1]);
  const parts = g.builder.addSeveral(
    'SPLIT_V',
    [x, ints(g, 3, 4), axis],
    [float(1, 3, 2), float(1, 4, 2)],
    {},
  );
  return { name: 'SPLIT_V', model: g.model(...parts) };
}

/** The last three frames with the new one behind: a streaming convolution's state. */
function streaming(): FloatRow {
  const g = new FloatGraph(6, 'streaming');
  const x = g.input([1, 1, 3]);
  const state = g.builder.variable('v', [1, 2, 3], {}, [1, 2, 3, 4, 5, 6], 'float32');
  const options = { axis: 1, activation: 'NONE' } as const;
  const joined = g.builder.add('CONCATENATION', [g.builder.read(state), x], float(1, 3, 3), options);
  const bounds = [ints(g, 0, 1, 0), ints(g, 0, 0, 0), ints(g, 1, 1, 1)];
  const kept = { ...SLICE, beginMask: 0b101, endMask: 0b111 };
  g.builder.assign(state, g.builder.add('STRIDED_SLICE', [joined, ...bounds], float(1, 2, 3), kept));
  const four = g.note(g.builder.reshape(joined, [1, 3, 1, 3]), [1, 3, 1, 3]);
  return { name: 'streaming state', model: g.model(g.conv(four, 2, [3, 1], 'VALID')) };
}

/** Float ends around integers, and weights as float16. */
function stored(): FloatRow {
  const b = new ModelBuilder('stored');
  const x = b.input('x', [1, 3], {}, 'float32');
  const small = b.tensor(
    { name: 'w16', shape: [2, 3], type: 'float16' },
    new Uint8Array(Uint16Array.of(0x3c01, 0xb800, 0x2e66, 0xc500, 0x3555, 0x0000).buffer),
  );
  const w = b.add('DEQUANTIZE', [small], float(2, 3), {});
  const y = b.add('FULLY_CONNECTED', [x, w, -1], float(1, 2), { activation: 'NONE', keepNumDims: false });
  const q = b.add('QUANTIZE', [y], { shape: [1, 2], scale: 1 / 16, zeroPoint: 3 }, {});
  const d = b.add('DEQUANTIZE', [q], float(1, 2), {});
  return { name: 'float16 weights, QUANTIZE and DEQUANTIZE', model: describedModel(b.build([d])) };
}

export const FLOAT_ROWS: readonly FloatRow[] = [
  ...convolutions,
  ...activations,
  ...unary,
  ...others,
  split(),
  streaming(),
  stored(),
];
