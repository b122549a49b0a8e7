/** Layers without an operator of their own: what they compute, by their definitions. */
import { describe, expect, test } from 'vitest';
import { describedModel } from '../../../src/model/builder.js';
import { simplifyModel } from '../../../src/passes/simplify.js';
import { lowerLayers } from '../../../src/readers/layers/lower.js';
import type { Weight } from '../../../src/readers/layers/weights.js';
import { inputErrorOf } from '../../support/errors.js';
import { runFloat } from '../fixture-models.js';

type Json = Readonly<Record<string, unknown>>;

const layer = (className: string, config: Json = {}, module = 'keras.layers'): Json => ({
  class_name: className,
  module,
  config: { name: className.toLowerCase(), ...config },
});

function weight(name: string, shape: readonly number[], values: readonly number[]): Weight {
  return { name, shape, values: () => Float32Array.from(values) };
}

interface Options {
  readonly keras?: 2 | 3;
  readonly weights?: readonly Weight[];
}

function lowered(
  shape: readonly number[],
  layers: readonly Json[],
  { keras = 3, weights = [] }: Options = {},
) {
  const input = { class_name: 'InputLayer', config: { name: 'in', batch_shape: [null, ...shape] } };
  const topology = { class_name: 'Sequential', config: { name: 's', layers: [input, ...layers] } };
  return describedModel(lowerLayers(topology, { of: () => weights }, { name: 'm', file: 'm.keras', keras }));
}

const values = (shape: readonly number[], layers: readonly Json[], x: readonly number[], options?: Options) =>
  [...runFloat(lowered(shape, layers, options), x)].map((value) => Math.round(1e5 * value) / 1e5);

describe('functions', () => {
  const X = [-4, -1, 0, 1, 2, 8];
  const round = (list: readonly number[]) => list.map((value) => Math.round(1e5 * value) / 1e5);
  const hard3 = (x: number) => Math.min(6, Math.max(0, x + 3)) / 6;
  const hard2 = (x: number) => Math.min(1, Math.max(0, 0.2 * x + 0.5));
  test.each<[string, Json, readonly number[], Options]>([
    ['hard_sigmoid of Keras 3', layer('Activation', { activation: 'hard_sigmoid' }), X.map(hard3), {}],
    [
      'hard_sigmoid of Keras 2',
      layer('Activation', { activation: 'hard_sigmoid' }),
      X.map(hard2),
      { keras: 2 },
    ],
    ['hard_silu', layer('Activation', { activation: 'hard_silu' }), X.map((x) => x * hard3(x)), {}],
    [
      'leaky_relu',
      layer('Activation', { activation: 'leaky_relu' }),
      X.map((x) => (x < 0 ? 0.2 * x : x)),
      {},
    ],
    ['LeakyReLU', layer('LeakyReLU', { negative_slope: 0.1 }), X.map((x) => (x < 0 ? 0.1 * x : x)), {}],
    ['ReLU with a slope', layer('ReLU', { negative_slope: 0.5 }), X.map((x) => (x < 0 ? 0.5 * x : x)), {}],
    ['LeakyReLU of Keras 2', layer('LeakyReLU', { alpha: 0.4 }), X.map((x) => (x < 0 ? 0.4 * x : x)), {}],
    [
      'PReLU with a slope per element',
      layer('PReLU'),
      X.map((x, i) => (x < 0 ? (i + 1) * 0.1 * x : x)),
      { weights: [weight('alpha', [3, 2], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])] },
    ],
    [
      'PReLU with a slope per channel',
      layer('PReLU', { shared_axes: [1] }),
      X.map((x, i) => (x < 0 ? (i % 2 === 0 ? 0.5 : 0.25) * x : x)),
      { weights: [weight('alpha', [1, 2], [0.5, 0.25])] },
    ],
  ])('%s', (_, one, wanted, options) => {
    expect(values([3, 2], [one], X, options)).toEqual(round(wanted));
  });
});

describe('layers that are one operator', () => {
  const kindsOf = (...given: Parameters<typeof lowered>) =>
    lowered(...given)
      .operators.map(({ kind }) => kind)
      .join(' ');
  const twelve = Array.from({ length: 12 }, (_, i) => i);
  test.each<[string, Json, Options, string, readonly number[]]>([
    ['LeakyReLU', layer('LeakyReLU'), {}, 'LEAKY_RELU', twelve],
    [
      'PReLU',
      layer('PReLU', { shared_axes: [1, 2] }),
      { weights: [weight('alpha', [1, 1, 2], [1, 2])] },
      'PRELU',
      twelve,
    ],
    [
      'Permute',
      layer('Permute', { dims: [2, 1, 3] }),
      {},
      'TRANSPOSE',
      [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11],
    ],
    [
      'Permute of the channels',
      layer('Permute', { dims: [3, 1, 2] }),
      {},
      'TRANSPOSE',
      [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11],
    ],
    ['ExpandDims', layer('ExpandDims', { axis: 1 }), {}, 'EXPAND_DIMS', twelve],
    ['GlobalMaxPooling2D', layer('GlobalMaxPooling2D'), {}, 'REDUCE_MAX', [10, 11]],
    ['GlobalMaxPooling2D, kept', layer('GlobalMaxPooling2D', { keepdims: true }), {}, 'REDUCE_MAX', [10, 11]],
  ])('%s', (_, one, options, kind, wanted) => {
    expect(kindsOf([2, 3, 2], [one], options)).toBe(kind);
    expect(values([2, 3, 2], [one], twelve, options)).toEqual(wanted);
  });

  test('Squeeze', () => {
    expect(kindsOf([1, 3], [layer('Squeeze', { axis: 1 })])).toBe('SQUEEZE');
    expect(values([1, 3], [layer('Squeeze', { axis: 1 })], [1, 2, 3])).toEqual([1, 2, 3]);
  });

  test('GlobalMaxPooling1D is a pool once the model is simplified', () => {
    const model = lowered([4, 3], [layer('GlobalMaxPooling1D')]);
    expect(simplifyModel(model).operators.map(({ kind }) => kind)).toContain('MAX_POOL_2D');
  });
});

describe('Normalization over everything at once', () => {
  test.each([
    ['null', null],
    ['an empty list', []],
  ])('axis is %s', (_, axis) => {
    const weights = [weight('mean', [], [2]), weight('variance', [], [4])];
    expect(values([2, 2], [layer('Normalization', { axis })], [2, 4, 0, -2], { weights })).toEqual([
      0, 1, -1, -2,
    ]);
    const given = layer('Normalization', { axis, mean: 1, variance: 0.25 });
    expect(values([2, 2], [given], [1, 2, 0, 3])).toEqual([0, 2, -2, 4]);
  });
});

describe('layers of two inputs', () => {
  const both = (join: Json) => {
    const at = (name: string) => [name, 0, 0, {}];
    const plain = (name: string, negative: boolean): Json => ({
      ...layer('Rescaling', { scale: negative ? -3 : 1, name }),
      name,
      inbound_nodes: [[at('in')]],
    });
    const input = {
      class_name: 'InputLayer',
      name: 'in',
      config: { batch_shape: [null, 2] },
      inbound_nodes: [],
    };
    const last = { ...join, name: 'last', inbound_nodes: [[at('a'), at('b')]] };
    const layers = [input, plain('a', false), plain('b', true), last];
    const ends = { input_layers: [['in', 0, 0]], output_layers: [['last', 0, 0]] };
    const topology = { class_name: 'Functional', config: { layers, ...ends } };
    const model = lowerLayers(topology, { of: () => [] }, { name: 'm', file: 'm.keras', keras: 3 });
    return [...runFloat(describedModel(model), [1, -2])];
  };

  test.each([
    ['Subtract', layer('Subtract'), [4, -8]],
    ['x - y of Keras 3', layer('Subtract', {}, 'keras.src.ops.numpy'), [4, -8]],
    ['Average', layer('Average'), [-1, 2]],
  ])('%s', (_, join, wanted) => {
    expect(both(join)).toEqual(wanted);
  });

  test('an output that no layer gives is an input error', () => {
    const layers = [
      { class_name: 'InputLayer', name: 'in', config: { batch_shape: [null, 2] }, inbound_nodes: [] },
      { ...layer('ReLU'), name: 'r', inbound_nodes: [[['in', 0, 0, {}]]] },
    ];
    for (const [node, tensor] of [
      [0, 7],
      [0, -1],
      [5, 0],
    ]) {
      const ends = { input_layers: [['in', 0, 0]], output_layers: [['r', node, tensor]] };
      const topology = { class_name: 'Functional', config: { layers, ...ends } };
      const message = inputErrorOf(() =>
        lowerLayers(topology, { of: () => [] }, { name: 'm', file: 'm.h5' }),
      );
      expect(message).toMatch(/^m\.h5: (names an output that none of its layers gives|.*)\n {2}next: /);
    }
  });
});

describe('shapes', () => {
  test.each<[string, readonly number[], Json, readonly number[]]>([
    ['ExpandDims', [2, 3], layer('ExpandDims', { axis: 1 }, 'keras.src.ops.numpy'), [1, 1, 2, 3]],
    ['ExpandDims at the end', [2, 3], layer('ExpandDims', { axis: -1 }, 'keras.src.ops.numpy'), [1, 2, 3, 1]],
    ['Squeeze', [2, 1, 3], layer('Squeeze', { axis: 2 }, 'keras.src.ops.numpy'), [1, 2, 3]],
    ['Squeeze of all', [1, 3, 1], layer('Squeeze', {}, 'keras.src.ops.numpy'), [1, 3]],
  ])('%s', (_, shape, one, wanted) => {
    const model = lowered(shape, [one, layer('ReLU')]);
    expect(model.tensors[model.outputs[0]!]!.shape).toEqual(wanted);
  });

  test('a batch cannot be given a dimension in front of it', () => {
    expect(inputErrorOf(() => lowered([2], [layer('ExpandDims', { axis: 0 })]))).toContain(
      'adds a dimension where',
    );
  });
});

describe('Resizing', () => {
  test('bilinear: half pixel centres, edges repeated', () => {
    // Columns 0 to 3 of two rows → 2 columns: the mean of two neighbours each.
    const one = layer('Resizing', { height: 2, width: 2, interpolation: 'bilinear' });
    expect(values([2, 4, 1], [one], [0, 1, 2, 3, 10, 11, 12, 13])).toEqual([0.5, 2.5, 10.5, 12.5]);
    // Twice as many: quarters between neighbours.
    const more = layer('Resizing', { height: 4, width: 1 });
    expect(values([2, 1, 1], [more], [0, 4])).toEqual([0, 1, 3, 4]);
  });

  test('nearest', () => {
    const one = layer('Resizing', { height: 1, width: 3, interpolation: 'nearest' });
    expect(values([1, 5, 1], [one], [1, 2, 3, 4, 5])).toEqual([1, 3, 5]);
  });

  test('of several channels: one operator, each channel by itself', () => {
    const one = layer('Resizing', { height: 1, width: 3, interpolation: 'bilinear' });
    expect(lowered([1, 2, 2], [one]).operators.map(({ kind }) => kind)).toEqual(['RESIZE_BILINEAR']);
    expect(values([1, 2, 2], [one], [0, 6, 3, 0])).toEqual([0, 6, 1.5, 3, 3, 0]);
  });

  test('to the same size is nothing', () => {
    const same = layer('Resizing', { height: 2, width: 2 });
    expect(lowered([2, 2, 3], [same, layer('ReLU')]).operators.map(({ kind }) => kind)).toEqual(['RELU']);
  });

  test('UpSampling repeats, or interpolates', () => {
    const twice = layer('UpSampling1D', { size: 2 });
    expect(values([2, 2], [twice], [1, 2, 3, 4])).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
    const image = layer('UpSampling2D', { size: [1, 2] });
    expect(values([1, 2, 1], [image], [5, 7])).toEqual([5, 5, 7, 7]);
    const smooth = layer('UpSampling2D', { size: [2, 1], interpolation: 'bilinear' });
    expect(values([2, 1, 1], [smooth], [0, 4])).toEqual([0, 1, 3, 4]);
  });

  test('RepeatVector gives a sequence', () => {
    const repeated = layer('RepeatVector', { n: 3 });
    expect(values([2], [repeated], [1, 2])).toEqual([1, 2, 1, 2, 1, 2]);
    expect(lowered([2], [repeated]).tensors.at(-1)!.shape).toEqual([1, 3, 2]);
  });

  test.each([{ interpolation: 'bicubic' }, { crop_to_aspect_ratio: true }, { antialias: true }])(
    '%o',
    (config) => {
      const one = layer('Resizing', { height: 2, width: 2, ...config });
      expect(inputErrorOf(() => lowered([4, 4, 1], [one]))).toContain('which kws-gen does not read');
    },
  );
});
