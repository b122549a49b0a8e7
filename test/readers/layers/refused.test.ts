import { describe, expect, test } from 'vitest';
import { KwsError } from '../../../src/diagnostics/errors.js';
import { constantInts } from '../../../src/model/elements.js';
import { lowerLayers } from '../../../src/readers/layers/lower.js';
import type { Weight, WeightSource } from '../../../src/readers/layers/weights.js';
import { inputErrorOf } from '../../support/errors.js';

type Json = Readonly<Record<string, unknown>>;

const layer = (className: string, config: Json = {}): Json => ({
  class_name: className,
  config: { name: className.toLowerCase(), ...config },
});
const input = (...shape: (number | null)[]) => layer('InputLayer', { batch_shape: [null, ...shape] });
const sequential = (...layers: readonly Json[]) => ({
  class_name: 'Sequential',
  config: { name: 's', layers },
});
const dense = layer('Dense', { units: 2 });

/** A functional model of named layers, each called once on those it names. */
function functional(
  nodes: Readonly<Record<string, readonly [Json, ...string[]]>>,
  outputs: readonly string[],
) {
  const inputs = Object.keys(nodes).filter((name) => nodes[name]![0].class_name === 'InputLayer');
  const layers = Object.entries(nodes).map(([name, [json, ...from]]) => ({
    ...json,
    name,
    inbound_nodes: from.length === 0 ? [] : [from.map((one) => [one, 0, 0, {}])],
  }));
  const refs = (names: readonly string[]) => names.map((name) => [name, 0, 0]);
  return {
    class_name: 'Functional',
    config: { layers, input_layers: refs(inputs), output_layers: refs(outputs) },
  };
}

function weight(name: string, shape: readonly number[], value = 0.5): Weight {
  const count = shape.reduce((product, dim) => product * dim, 1);
  return { name, shape, values: () => new Float32Array(count).fill(value) };
}
const DENSE = [weight('kernel', [4, 2]), weight('bias', [2])];
const source = (weights: readonly Weight[] = DENSE): WeightSource => ({ of: () => weights });
const lower = (topology: unknown, weights = source()) =>
  lowerLayers(topology, weights, { name: 'm', file: 'm.h5' });

describe('a layer that is not read is named, with what to do', () => {
  test.each<[string, readonly Json[], RegExp]>([
    [
      'recurrent',
      [input(4), layer('LSTM')],
      /layer lstm \(LSTM\): .*not read\n {2}next: train a model of convol/,
    ],
    ['code', [input(4), layer('Lambda')], /layer lambda \(Lambda\): [\s\S]*its code is not in the file/],
    ['custom', [input(4), layer('Mine>Own')], /layer mine>own \(Mine>Own\)[\s\S]*replace it by layers/],
    ['a name of every object', [input(4), layer('constructor')], /\(constructor\): is a layer of the class/],
    [
      'custom of a known name',
      [input(4), { ...dense, module: 'mine.layers' }],
      /layer dense \(Dense\): is a layer/,
    ],
    [
      'unknown activation',
      [input(4), layer('Dense', { units: 2, activation: 'mish' })],
      /"mish"[\s\S]*one of linear/,
    ],
    [
      'channels first',
      [input(4, 4, 1), layer('Flatten', { data_format: 'channels_first' })],
      /channels_first/,
    ],
    [
      'leaky ReLU with a greatest value',
      [input(4), layer('ReLU', { negative_slope: 0.1, max_value: 6 })],
      /negative_slope 0.1 and a max_value/,
    ],
    ['ReLU to 4', [input(4), layer('ReLU', { max_value: 4 })], /max_value 4; 6 and none/],
    ['grouped', [input(4, 4, 2), layer('Conv2D', { filters: 2, kernel_size: 3, groups: 2 })], /2 groups/],
    ['rank', [input(4), layer('Conv2D', { filters: 2, kernel_size: 3 })], /takes 4 dimensions .* given 1x4/],
    [
      'too large a window',
      [input(4, 4, 1), layer('MaxPooling2D', { pool_size: 5 })],
      /leaves nothing of its input/,
    ],
    ['no size', [input(4, 4, 1), layer('Conv2D', { filters: 2 })], /its kernel_size is/],
    [
      'negative stride',
      [input(4, 1), layer('MaxPooling1D', { strides: -1 })],
      /its strides is -1; a positive/,
    ],
    ['reshape', [input(4), layer('Reshape', { target_shape: [3, -1] })], /cannot give 1x4 the shape 3x-1/],
    ['softmax elsewhere', [input(4, 3), layer('Softmax', { axis: 1 })], /another dimension than the last/],
    ['normalised elsewhere', [input(4, 3), layer('BatchNormalization', { axis: 1 })], /another dimension/],
    [
      'huge',
      [input(1 << 20, 4), layer('ZeroPadding1D', { padding: 1 << 24 })],
      /more than the 16777216 elements/,
    ],
  ])('%s', (_, layers, message) => {
    expect(inputErrorOf(() => lower(sequential(...layers)))).toMatch(message);
  });

  test('all of them at once, and not those that only hang on them', () => {
    const model = sequential(input(4), layer('GRU'), dense, layer('Lambda'));
    const message = inputErrorOf(() => lower(model, source([])));
    expect(message.match(/layer \w+(?= \()/g)).toEqual(['layer gru', 'layer lambda']);
    const many = Array.from({ length: 50 }, (_, i) => layer('GRU', { name: `g${i}` }));
    expect(inputErrorOf(() => lower(sequential(input(4), ...many)))).toMatch(/30 more layers have problems$/);
  });
});

describe('weights', () => {
  test.each<[string, readonly Weight[], RegExp]>([
    ['missing', [weight('kernel', [4, 2])], /layer dense \(Dense\): its weight bias \(2\) is missing/],
    ['none', [], /its weight kernel \(4x2\) is missing/],
    ['shape', [weight('kernel', [2, 4]), weight('bias', [2])], /kernel has the shape 2x4; 4x2 follows/],
    ['NaN', [weight('kernel', [4, 2], Number.NaN), weight('bias', [2])], /kernel holds NaN at position 0/],
    [
      'infinity',
      [weight('kernel', [4, 2]), weight('bias', [2], -1 / 0)],
      /bias holds -Infinity at position 0/,
    ],
    ['by number', [weight('0', [4, 2]), weight('1', [3])], /bias has the shape 3; 2 follows/],
  ])('%s', (_, weights, message) => {
    expect(inputErrorOf(() => lower(sequential(input(4), dense), source(weights)))).toMatch(message);
  });
});

test('more weights than any model has are refused before they are read', () => {
  const model = sequential(input(8192), layer('Dense', { units: 8192 }));
  const never = () => expect.fail('the weights were read');
  const weights = source([
    { name: 'kernel', shape: [8192, 8192], values: never },
    { name: 'bias', shape: [8192], values: never },
  ]);
  expect(inputErrorOf(() => lower(model, weights))).toMatch(/more than 67108864 weights/);
});

describe('topologies that are no model of one input and one output', () => {
  const two = { a: [input(4)], b: [input(4)], c: [layer('Add'), 'a', 'b'] } as const;
  test.each<[string, unknown, RegExp]>([
    ['nothing', {}, /does not describe a model of layers/],
    ['null', null, /does not describe a model of layers/],
    ['subclassed', { class_name: 'MyModel', config: {} }, /class MyModel; Sequential and Functional/],
    ['no layers', sequential(), /has no layers/],
    ['nothing to compute', sequential(input(4), layer('Dropout')), /no layer that computes/],
    ['several inputs', functional(two, ['c']), /has 2 inputs: a, b; models with one/],
    ['several outputs', functional({ a: [input(4)], b: [dense, 'a'] }, ['a', 'b']), /has 2 outputs/],
    [
      'dynamic',
      sequential(input(null, 40), layer('Flatten')),
      /dynamic input shape \?x\?x40; only the batch/,
    ],
    ['no shape', sequential(dense), /layer dense_input \(InputLayer\): does not say what shape/],
    [
      'text input',
      sequential(layer('InputLayer', { batch_shape: [null, 1], dtype: 'string' }), dense),
      /takes string/,
    ],
    [
      'a circle',
      functional({ a: [input(4)], b: [layer('Add'), 'a', 'c'], c: [dense, 'b'] }, ['c']),
      /wait for each/,
    ],
    [
      'a missing layer',
      functional({ a: [input(4)], b: [dense, 'x'] }, ['b']),
      /the layer "x", which is not there/,
    ],
    ['two of a name', sequential(input(4), dense, dense), /two layers of the same name/],
    ['100,000 layers', sequential(...new Array<Json>(100_000).fill(dense)), /more than 5000 layers/],
  ])('%s', (_, topology, message) => {
    expect(inputErrorOf(() => lower(topology))).toMatch(message);
  });

  test('models inside of models without end, and calls without end, are bounded', () => {
    let deep: Json = sequential(input(4), dense);
    for (let i = 0; i < 5000; i++)
      deep = sequential(input(4), { ...deep, config: { ...(deep.config as Json) } });
    expect(inputErrorOf(() => lower(deep))).toMatch(/nests models deeper than 8/);

    // Each model calls the one inside of it 20 times: 20^6 calls of the innermost layer.
    let wide: Json = { ...sequential(input(4), layer('ReLU')), name: 'm0' };
    for (let level = 1; level <= 6; level++) {
      const inner = `m${level - 1}`;
      const calls = Array.from({ length: 20 }, (_, i) => [i === 0 ? ['in', 0, 0] : [inner, i - 1, 0]]);
      const layers = [
        { ...input(4), name: 'in', inbound_nodes: [] },
        { ...wide, inbound_nodes: calls },
      ];
      const config = {
        name: `m${level}`,
        layers,
        input_layers: [['in', 0, 0]],
        output_layers: [[inner, 19, 0]],
      };
      wide = { class_name: 'Functional', name: `m${level}`, config };
    }
    expect(inputErrorOf(() => lower(wide))).toMatch(/calls its layers more than 5000 times/);
  });
});

describe('forms of the same model', () => {
  const nodes = { a: [input(4)], b: [dense, 'a'], c: [layer('ReLU'), 'b'] } as const;
  const straight = functional(nodes, ['c']);
  const kinds = (topology: unknown) => lower(topology).operators.map(({ kind }) => kind);

  test('layers out of order', () => {
    const { layers } = straight.config;
    const turned = { ...straight, config: { ...straight.config, layers: [...layers].reverse() } };
    expect(kinds(turned)).toEqual(['FULLY_CONNECTED', 'RELU']);
    expect(kinds(straight)).toEqual(['FULLY_CONNECTED', 'RELU']);
  });

  test.each<[string, unknown]>([
    ['the class of Keras before 2.4', { ...straight, class_name: 'Model' }],
    ['below model_config', { model_config: straight }],
    [
      'a list of layers (before 2.2.3)',
      { class_name: 'Sequential', config: [input(4), dense, layer('ReLU')] },
    ],
    [
      'the shape in the first layer',
      sequential(layer('Dense', { units: 2, batch_input_shape: [null, 4] }), layer('ReLU')),
    ],
    [
      'the shape beside the layers',
      { class_name: 'Sequential', config: { layers: [dense, layer('ReLU')], build_input_shape: [null, 4] } },
    ],
    [
      'tuples, references without lists and an activation as an object',
      {
        class_name: 'Functional',
        config: {
          layers: [
            {
              ...layer('InputLayer', { batch_shape: { class_name: '__tuple__', items: [null, 4] } }),
              name: 'a',
            },
            {
              ...layer('Dense', { units: 2, activation: { class_name: 'function', config: 'linear' } }),
              name: 'b',
              module: 'keras.layers',
              inbound_nodes: [
                {
                  args: [{ class_name: '__keras_tensor__', config: { keras_history: ['a', 0, 0] } }],
                  kwargs: {},
                },
              ],
            },
            { ...layer('ReLU'), name: 'c', inbound_nodes: [['b', 0, 0, {}]] },
          ],
          input_layers: ['a', 0, 0],
          output_layers: { out: ['c', 0, 0] },
        },
      },
    ],
  ])('%s', (_, topology) => {
    expect(kinds(topology)).toEqual(['FULLY_CONNECTED', 'RELU']);
  });

  test('a layer that is called twice has its constants once', () => {
    const square = layer('Dense', { units: 4 });
    const calls = { inbound_nodes: [[['a', 0, 0, {}]], [['b', 0, 0, {}]]] };
    const layers = [
      { ...input(4), name: 'a', inbound_nodes: [] },
      { ...square, name: 'b', ...calls },
    ];
    const config = { layers, input_layers: [['a', 0, 0]], output_layers: [['b', 1, 0]] };
    const weights = source([weight('kernel', [4, 4]), weight('bias', [4])]);
    const model = lower({ class_name: 'Functional', config }, weights);
    expect(model.operators.map(({ kind }) => kind)).toEqual(['FULLY_CONNECTED', 'FULLY_CONNECTED']);
    expect(model.tensors.filter(({ data }) => data !== undefined)).toHaveLength(2);
  });

  test('a layer that is called on two shapes cuts each as it is', () => {
    const crop = { ...layer('Cropping1D', { cropping: [1, 2] }), name: 'c' };
    const calls = { inbound_nodes: [[['a', 0, 0, {}]], [['c', 0, 0, {}]]] };
    const layers = [
      { ...input(9, 1), name: 'a', inbound_nodes: [] },
      { ...crop, ...calls },
    ];
    const config = { layers, input_layers: [['a', 0, 0]], output_layers: [['c', 1, 0]] };
    const model = lower({ class_name: 'Functional', config });
    expect(model.tensors[model.outputs[0]!]!.shape).toEqual([1, 3, 1]);
    const ends = model.operators.map(({ inputs }) => constantInts(model.tensors[inputs[2]!]));
    expect(ends).toEqual([
      [1, 7, 1],
      [1, 4, 1],
    ]);
  });

  test('changed JSON is a model or an input error', () => {
    const text = JSON.stringify(straight);
    const values = ['null', '-1', '1e99', '"x"', '[]', '{}', '[[]]', 'true'];
    let read = 0;
    for (const match of text.matchAll(/:("[^"]*"|-?\d+|\[[^[\]{}]*\]|\{[^{}]*\})/g))
      for (const value of values) {
        const at = match.index + 1;
        const changed = text.slice(0, at) + value + text.slice(at + match[1]!.length);
        try {
          lower(JSON.parse(changed));
          read++;
        } catch (error) {
          expect(error, changed).toBeInstanceOf(KwsError);
        }
      }
    expect(read).toBeGreaterThan(0);
  });
});
