/** What is left of small networks: kinds of operators, in order, with their fused activations and padding. */
import { describe, expect, test } from 'vitest';
import type { Model, Operator } from '../../../src/model/types.js';
import { simplifyModel } from '../../../src/passes/simplify.js';
import { verifyModel } from '../../../src/verify/verify.js';
import { FloatGraph, relativeDifference } from '../../support/float-graphs.js';

/** `CONV_2D SAME RELU`: what the passes change about an operator. */
function summary({ kind, options }: Operator): string {
  const { padding, activation } = options as { padding?: string; activation?: string };
  return [kind, padding, activation === 'NONE' ? undefined : activation].filter(Boolean).join(' ');
}

/** Simplified, verified, compared with what it was. */
function left(model: Model): readonly string[] {
  const simple = simplifyModel(model);
  verifyModel(simple);
  expect(relativeDifference(model, simple, 1)).toBeLessThan(1e-5);
  expect(simple.tensors.length).toBeLessThanOrEqual(model.tensors.length);
  return simple.operators.map(summary);
}

type Make = (g: FloatGraph, x: number) => number;
const CASES: readonly (readonly [
  name: string,
  shape: readonly number[],
  make: Make,
  wanted: readonly string[],
])[] = [
  [
    'convolution, batch norm, RELU6',
    [1, 6, 5, 2],
    (g, x) => g.unary(g.affine(g.affine(g.conv(x, 4, [3, 3], 'SAME'), 'MUL'), 'ADD'), 'RELU6'),
    ['CONV_2D SAME RELU6'],
  ],
  [
    'depthwise, batch norm with a fused RELU',
    [1, 6, 5, 2],
    (g, x) => g.affine(g.affine(g.depthwise(x, 2, [3, 3], 'SAME'), 'MUL'), 'ADD', undefined, 'RELU'),
    ['DEPTHWISE_CONV_2D SAME RELU'],
  ],
  [
    'dense, batch norm',
    [1, 6],
    (g, x) => g.affine(g.affine(g.dense(x, 4), 'MUL'), 'ADD'),
    ['FULLY_CONNECTED'],
  ],
  [
    'RELU, batch norm, VALID convolution: both fold behind',
    [1, 6, 5, 2],
    (g, x) =>
      g.conv(
        g.affine(g.affine(g.conv(x, 4, [1, 1], 'SAME', { activation: 'RELU' }), 'MUL'), 'ADD'),
        3,
        [3, 2],
        'VALID',
      ),
    ['CONV_2D SAME RELU', 'CONV_2D VALID'],
  ],
  [
    'RELU, batch norm, SAME convolution: the shift stays, the scale folds behind',
    [1, 6, 5, 2],
    (g, x) => g.conv(g.affine(g.affine(g.unary(x, 'RELU'), 'MUL'), 'ADD'), 3, [3, 3], 'SAME'),
    ['RELU', 'ADD', 'CONV_2D SAME'],
  ],
  [
    'SAME padding that pads nothing takes the shift too',
    [1, 6, 6, 2],
    (g, x) => g.conv(g.affine(x, 'ADD'), 3, [2, 2], 'SAME', { stride: 2 }),
    ['CONV_2D SAME'],
  ],
  [
    'normalised input (x - 50) / 80 before a SAME depthwise convolution',
    [1, 6, 5, 1],
    (g, x) => g.depthwise(g.affine(g.affine(x, 'ADD', [-50]), 'MUL', [1 / 80]), 4, [3, 3], 'SAME'),
    ['ADD', 'DEPTHWISE_CONV_2D SAME'],
  ],
  [
    'batch norm, flatten, dense',
    [1, 3, 2, 4],
    (g, x) => g.dense(g.reshape(g.affine(g.affine(g.unary(x, 'RELU'), 'MUL'), 'ADD'), [1, 24]), 5, 'RELU'),
    ['RELU', 'RESHAPE', 'FULLY_CONNECTED RELU'],
  ],
  [
    'RELU, batch norm, maximum, SAME convolution: the scale folds behind, the shift stays with less to do',
    [1, 6, 6, 2],
    (g, x) => {
      const y = g.affine(g.affine(g.unary(x, 'RELU'), 'MUL'), 'ADD');
      return g.conv(g.pool(y, 'MAX_POOL_2D', 2), 3, [3, 3], 'SAME');
    },
    ['RELU', 'MAX_POOL_2D SAME', 'ADD', 'CONV_2D SAME'],
  ],
  [
    'a maximum of negative scales is none',
    [1, 4, 4, 2],
    (g, x) => g.pool(g.affine(x, 'MUL', [1, -1]), 'MAX_POOL_2D', 2),
    ['MUL', 'MAX_POOL_2D SAME'],
  ],
  [
    'RELU, batch norm, global average, dense',
    [1, 4, 3, 2],
    (g, x) => {
      const y = g.affine(g.affine(g.conv(x, 5, [1, 1], 'VALID', { activation: 'RELU' }), 'MUL'), 'ADD');
      const axes = g.builder.constant('axes', 'int32', [2], [1, 2]);
      const mean = g.builder.add('MEAN', [y, axes], { shape: [1, 5], type: 'float32' }, { keepDims: false });
      return g.dense(g.note(mean, [1, 5]), 3);
    },
    ['CONV_2D VALID RELU', 'MEAN', 'FULLY_CONNECTED'],
  ],
  [
    'four constants in a row are two operators',
    [1, 4],
    (g, x) => {
      const y = g.affine(g.affine(g.unary(x, 'TANH'), 'ADD'), 'MUL', [2]);
      return g.affine(g.affine(y, 'ADD', undefined), 'MUL', undefined, 'RELU');
    },
    ['TANH', 'MUL', 'ADD RELU'],
  ],
  [
    'two Conv1D with batch norms: one RESHAPE at either end',
    [1, 9, 3],
    (g, x) => {
      const conv1d = (y: number, to: number) => {
        const [, t, c] = g.shape(y) as [number, number, number];
        const z = g.conv(g.reshape(y, [1, 1, t, c]), to, [1, 3], 'VALID');
        return g.reshape(z, [1, t - 2, to]);
      };
      const block = (y: number, to: number) =>
        g.unary(g.affine(g.affine(conv1d(y, to), 'MUL'), 'ADD'), 'RELU');
      return block(block(x, 4), 5);
    },
    ['RESHAPE', 'CONV_2D VALID RELU', 'CONV_2D VALID RELU', 'RESHAPE'],
  ],
  [
    'Conv1D with RELU, batch norm, average over time, dense',
    [1, 9, 3],
    (g, x) => {
      const y = g.conv(g.reshape(x, [1, 1, 9, 3]), 4, [1, 3], 'SAME', { activation: 'RELU' });
      const z = g.affine(g.affine(g.reshape(y, [1, 9, 4]), 'MUL'), 'ADD');
      const axes = g.builder.constant('axes', 'int32', [1], [-2]);
      const mean = g.builder.add('MEAN', [z, axes], { shape: [1, 4], type: 'float32' }, { keepDims: false });
      return g.dense(g.note(mean, [1, 4]), 3);
    },
    ['RESHAPE', 'CONV_2D SAME RELU', 'MEAN', 'FULLY_CONNECTED'],
  ],
  [
    'a Conv1D that is padded at both sides is a SAME convolution, the residual sum loses its RESHAPEs',
    [1, 8, 3],
    (g, x) => {
      const first = g.reshape(g.conv(g.reshape(x, [1, 1, 8, 3]), 4, [1, 1], 'VALID'), [1, 8, 4]);
      const padded = g.reshape(g.pad(first, [0, 0, 1, 1, 0, 0]), [1, 1, 10, 4]);
      const second = g.reshape(g.conv(padded, 4, [1, 3], 'VALID'), [1, 8, 4]);
      return g.sum(first, second);
    },
    ['RESHAPE', 'CONV_2D VALID', 'CONV_2D SAME', 'ADD', 'RESHAPE'],
  ],
  [
    'RELU that several read is not fused, neither is RELU after a sigmoid',
    [1, 6],
    (g, x) => {
      const y = g.dense(x, 6);
      return g.unary(g.unary(g.sum(g.unary(y, 'RELU'), y), 'LOGISTIC'), 'RELU');
    },
    ['FULLY_CONNECTED', 'RELU', 'ADD', 'LOGISTIC', 'RELU'],
  ],
  [
    'what does nothing is gone',
    [1, 4, 4, 2],
    (g, x) => {
      const y = g.pad(g.affine(g.affine(x, 'MUL', [1, 1]), 'ADD', [0]), [0, 0, 0, 0, 0, 0, 0, 0]);
      return g.unary(g.reshape(g.reshape(g.pool(y, 'MAX_POOL_2D', 1), [1, 32]), [1, 4, 4, 2]), 'TANH');
    },
    ['TANH'],
  ],
];

describe('what is left', () => {
  test.each(CASES)('%s', (_, shape, make, wanted) => {
    const g = new FloatGraph(7);
    expect(left(g.model(make(g, g.input(shape))))).toEqual(wanted);
  });

  test('operators keep the index of the source', () => {
    const g = new FloatGraph(1);
    const y = g.unary(
      g.affine(g.conv(g.affine(g.input([1, 4, 4, 2]), 'MUL'), 3, [2, 2], 'SAME'), 'ADD'),
      'RELU',
    );
    const simple = simplifyModel(g.model(y));
    expect(simple.operators.map(({ kind, index }) => [kind, index])).toEqual([['CONV_2D', 1]]);
  });

  test('weights that two operators share are folded apart', () => {
    const g = new FloatGraph(1);
    const x = g.input([1, 4]);
    const w = g.constant('w', [4, 4]);
    const options = { activation: 'NONE', keepNumDims: false } as const;
    const dense = (from: number) =>
      g.note(
        g.builder.add('FULLY_CONNECTED', [from, w, -1], { shape: [1, 4], type: 'float32' }, options),
        [1, 4],
      );
    const y = dense(g.unary(g.affine(dense(x), 'MUL', [3]), 'TANH'));
    expect(left(g.model(y))).toEqual(['FULLY_CONNECTED', 'TANH', 'FULLY_CONNECTED']);
  });
});
