/** Nodes of TensorFlow graphs one by one: what they compute, and what of them is refused. */
import { describe, expect, test } from 'vitest';
import { inputErrorOf } from '../support/errors.js';
import { runFloat } from './fixture-models.js';
import { readFiles } from './graph-fixtures.js';
import type { Graph, Node, Weight } from './graph-json.js';
import { floats, graphModel, ints, list, s, scalar, shape, texts } from './graph-json.js';

const read = (graph: Graph) => readFiles(graphModel(graph), 'model.json');

async function refusal(graph: Graph): Promise<string> {
  const error: unknown = await read(graph).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return inputErrorOf(() => {
    throw error;
  });
}

const single = (input: readonly number[], node: Node, weights?: Readonly<Record<string, Weight>>): Graph => ({
  input,
  nodes: { y: node },
  ...(weights === undefined ? {} : { weights }),
});

const spatial = { strides: list(1, 1, 1, 1), padding: s('VALID') };
const kernel: Weight = { shape: [1, 1, 2, 2], values: [1, 2, 3, 4] };

describe('nodes compute what TensorFlow defines', () => {
  test.each<[string, Graph, readonly number[], readonly number[]]>([
    ['x + c', single([-1, 3], ['AddV2', ['x', 'c']], { c: floats(1, 2, 3) }), [1, 1, 1], [2, 3, 4]],
    ['c - x', single([-1, 3], ['Sub', ['c', 'x']], { c: floats(1, 2, 3) }), [1, 1, 5], [0, 1, -2]],
    ['x - c', single([-1, 2], ['Sub', ['x', 'c']], { c: floats(1, 2) }), [1, 1], [0, -1]],
    ['x / c', single([-1, 2], ['RealDiv', ['x', 'c']], { c: floats(2, 4) }), [1, 1], [0.5, 0.25]],
    ['x - x', single([1, 2], ['Sub', ['x', 'x']]), [3, 4], [0, 0]],
    ['-x', single([-1, 2], ['Neg', ['x']]), [3, -4], [-3, 4]],
    ['x or a tenth', single([-1, 2], ['LeakyRelu', ['x'], { alpha: { f: 0.1 } }]), [3, -4], [3, -0.4]],
    ['x or a fifth', single([-1, 2], ['LeakyRelu', ['x']]), [3, -4], [3, -0.8]],
    [
      'x or a slope each',
      single([-1, 3], ['Prelu', ['x', 'a']], { a: floats(0.5, 0.25, 2) }),
      [-1, -1, 1],
      [-0.5, -0.25, 1],
    ],
    [
      'rows and columns swapped',
      single([-1, 2, 3], ['Transpose', ['x', 'p']], { p: ints(0, 2, 1) }),
      [1, 2, 3, 4, 5, 6],
      [1, 4, 2, 5, 3, 6],
    ],
    [
      'an image of other rows, by centres',
      single([-1, 2, 1, 1], ['ResizeBilinear', ['x', 'p'], { half_pixel_centers: { b: true } }], {
        p: ints(4, 1),
      }),
      [0, 4],
      [0, 1, 3, 4],
    ],
    [
      'an image of other columns, by corners, of two channels',
      single([-1, 1, 2, 2], ['ResizeBilinear', ['x', 'p'], { align_corners: { b: true } }], {
        p: ints(1, 3),
      }),
      [0, 10, 4, 20],
      [0, 10, 2, 15, 4, 20],
    ],
    [
      'the nearest rows',
      single([-1, 3, 1, 1], ['ResizeNearestNeighbor', ['x', 'p']], { p: ints(2, 1) }),
      [1, 2, 3],
      [1, 2],
    ],
    [
      'the greatest of the channels',
      single([-1, 2, 3], ['Max', ['x', 'p'], { keep_dims: { b: true } }], { p: ints(-1) }),
      [1, 7, 3, 9, 5, 6],
      [7, 9],
    ],
    [
      'a fused slope',
      single(
        [-1, 1, 1, 2],
        [
          '_FusedConv2D',
          ['x', 'k', 'b'],
          { ...spatial, fused_ops: texts('BiasAdd', 'LeakyRelu'), leakyrelu_alpha: { f: 0.5 } },
        ],
        { k: kernel, b: floats(0, -10) },
      ),
      [1, 1],
      [4, -2],
    ],
    [
      'fused slopes',
      single(
        [-1, 1, 1, 2],
        ['_FusedConv2D', ['x', 'k', 'b', 'a'], { ...spatial, fused_ops: texts('BiasAdd', 'Prelu') }],
        { k: kernel, b: floats(-8, -10), a: { shape: [1, 1, 2], values: [0.5, 0.25] } },
      ),
      [1, 1],
      [-2, -1],
    ],
    ['x²', single([-1, 2], ['Square', ['x']]), [3, -4], [9, 16]],
    [
      'slice',
      single([-1, 4], ['Slice', ['x', 'b', 'n']], { b: ints(0, 1), n: ints(-1, 2) }),
      [1, 2, 3, 4],
      [2, 3],
    ],
    [
      'one row',
      single(
        [-1, 2, 3],
        [
          'StridedSlice',
          ['x', 'b', 'e', 'd'],
          { begin_mask: { i: '1' }, end_mask: { i: '1' }, shrink_axis_mask: { i: '2' } },
        ],
        {
          b: ints(0, 1),
          e: ints(0, 2),
          d: ints(1, 1),
        },
      ),
      [1, 2, 3, 4, 5, 6],
      [4, 5, 6],
    ],
    [
      'a constant joined',
      single([-1, 2], ['ConcatV2', ['c', 'x', 'axis']], {
        c: { shape: [1, 1], values: [7] },
        axis: scalar(-1),
      }),
      [1, 2],
      [7, 1, 2],
    ],
    [
      'transposed matrix',
      single([-1, 2], ['MatMul', ['x', 'c'], { transpose_b: { b: true } }], {
        c: { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] },
      }),
      [1, 10],
      [21, 43, 65],
    ],
    [
      'fused batch norm',
      single(
        [-1, 1, 1, 2],
        [
          '_FusedConv2D',
          ['x', 'k', 'g', 'b', 'm', 'v'],
          { ...spatial, fused_ops: texts('FusedBatchNorm', 'Relu'), epsilon: { f: 0 } },
        ],
        { k: kernel, g: floats(2, 2), b: floats(1, -100), m: floats(3, 0), v: floats(4, 1) },
      ),
      [1, 1],
      // (1 + 3 - 3) * 2 / 2 + 1; (2 + 4) * 2 - 100, cut at 0
      [2, 0],
    ],
    [
      'a fused activation that the operator does not fuse',
      single(
        [-1, 1, 1, 2],
        ['_FusedConv2D', ['x', 'k', 'b'], { ...spatial, fused_ops: texts('BiasAdd', 'Tanh') }],
        {
          k: kernel,
          b: floats(0.5, -6),
        },
      ),
      [0, 1],
      [Math.tanh(3.5), Math.tanh(-2)],
    ],
    [
      'a batch norm out of arithmetic',
      {
        input: [-1, 2],
        nodes: {
          sum: ['AddV2', ['v', 'e']],
          root: ['Rsqrt', ['sum']],
          factor: ['Mul', ['root', 'g']],
          scaled: ['Mul', ['x', 'factor']],
          mean: ['Mul', ['m', 'factor']],
          shift: ['Sub', ['b', 'mean']],
          y: ['AddV2', ['scaled', 'shift', '^root']],
        },
        weights: {
          v: floats(3, 15),
          e: { shape: [], values: [1] },
          g: floats(2, 4),
          m: floats(1, 2),
          b: floats(5, 6),
        },
      },
      [1, 3],
      [5, 7],
    ],
    [
      'a shape out of the input',
      {
        input: [-1, 2, 3],
        nodes: {
          s: ['Shape', ['x']],
          all: ['GatherV2', ['s', 'i', 'zero']],
          product: ['Prod', ['all', 'zero']],
          wanted: ['Pack', ['minus', 'product']],
          flat: ['Reshape', ['x', 'wanted']],
          y: ['Relu', ['flat']],
        },
        weights: { i: ints(1, 2), zero: scalar(0), minus: scalar(-1) },
      },
      [1, -2, 3, -4, 5, -6],
      [1, 0, 3, 0, 5, 0],
    ],
  ])('%s', async (_, graph, input, output) => {
    const found = runFloat(await read(graph), input);
    expect(found).toHaveLength(output.length);
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(output[i]!, 5);
  });

  test('models of the first converters have no signature', async () => {
    const model = await read({ ...single([-1, 2], ['Relu', ['x']]), over: { signature: undefined } });
    expect(runFloat(model, [-1, 2])).toEqual([0, 2]);
    expect(model.tensors[model.inputs[0]!]!.name).toBe('x');
  });
});

describe('what is not read is named, with the node', () => {
  const relu = single([-1, 2], ['Relu', ['x']]);
  test.each<[string, Graph, RegExp]>([
    [
      'an image resized otherwise',
      single([-1, 2, 2, 1], ['ResizeBicubic', ['x', 'p']], { p: ints(4, 4) }),
      /ResizeBicubic[\s\S]*method "bilinear"/,
    ],
    [
      'an operation',
      single([-1, 2], ['Elu', ['x']]),
      /model.json, node y \(Elu\): is an operation of the kind Elu[\s\S]*next: use Relu/,
    ],
    [
      'an unknown operation',
      single([-1, 2], ['Conv9', ['x']]),
      /node y \(Conv9\)[\s\S]*next: build the model without it/,
    ],
    ['a loop', single([-1, 2], ['While', ['x']]), /recurrent layers and conditions have no operator/],
    ['a division', single([-1, 2], ['RealDiv', ['x', 'x']]), /divides by what it computes/],
    [
      'training',
      single([-1, 1, 1, 1], ['FusedBatchNormV3', ['x', 'c', 'c', 'c', 'c']], { c: floats(1) }),
      /as in training/,
    ],
    [
      'channels first',
      single([-1, 1, 1, 2], ['Conv2D', ['x', 'k'], { ...spatial, data_format: s('NCHW') }], { k: kernel }),
      /data_format NCHW/,
    ],
    [
      'groups',
      single([-1, 1, 1, 4], ['Conv2D', ['x', 'k'], spatial], { k: kernel }),
      /kernels over all channels are read/,
    ],
    [
      'NaN',
      single([-1, 2], ['AddV2', ['x', 'c']], { c: floats(1, Number.NaN) }),
      /node c \(Const\): its weight c holds NaN at position 1/,
    ],
    [
      'infinity',
      single([-1, 2], ['AddV2', ['x', 'c']], { c: floats(1, -Infinity) }),
      /its weight c holds -Infinity at position 1/,
    ],
    [
      'the batch in a permutation',
      single([-1, 2, 3], ['Transpose', ['x', 'p']], { p: ints(1, 0, 2) }),
      /moves the batch/,
    ],
    [
      'the batch in a maximum',
      single([-1, 2, 3], ['Max', ['x', 'p']], { p: ints(0, 1) }),
      /reduces the batch/,
    ],
    [
      'slopes that do not fit',
      single([-1, 2], ['Prelu', ['x', 'a']], { a: floats(1, 2, 3) }),
      /joins 1x2 and 3/,
    ],
    [
      'padding of ones',
      single([-1, 2], ['PadV2', ['x', 'p', 'v']], {
        p: { ...ints(0, 0, 1, 1), shape: [2, 2] },
        v: floats(1),
      }),
      /pads with another value than 0/,
    ],
    ['a computed kernel', single([-1, 2], ['MatMul', ['x', 'x']]), /computes its kernel from the input/],
    [
      'a shape that does not fit',
      single([-1, 6], ['Reshape', ['x', 'n']], { n: ints(-1, 4) }),
      /cannot give 1x6 the shape -1x4/,
    ],
    [
      'an open dimension',
      single([-1, -1, 3], ['Relu', ['x']]),
      /dynamic input shape \?x\?x3; only the batch/,
    ],
    ['a batch', single([8, 3], ['Relu', ['x']]), /takes batches of 8/],
    ['a missing node', single([-1, 2], ['Relu', ['z']]), /model.json: refers to "z", which is not there/],
    [
      'a cycle',
      { input: [-1, 2], nodes: { y: ['AddV2', ['x', 'z']], z: ['Relu', ['y']] } },
      /wait for each other/,
    ],
    [
      'a cycle of identities',
      { input: [-1, 2], nodes: { y: ['Identity', ['z']], z: ['Identity', ['y']] } },
      /wait for each other/,
    ],
    ['an input missing', single([-1, 2], ['AddV2', ['x']]), /node y \(AddV2\): has no input 1/],
    ['nothing computed', single([-1, 2], ['Identity', ['x']]), /no node that computes anything/],
    ['constants alone', single([-1, 2], ['Neg', ['c']], { c: floats(1) }), /from constants alone/],
    ['a second output', single([-1, 1, 1, 1], ['Relu', ['x:1']]), /takes output {2}1 of x/],
    [
      'no values',
      { ...relu, nodes: { c: ['Const', []], y: ['AddV2', ['x', 'c']] } },
      /node c \(Const\): has no values in the file/,
    ],
    [
      'two inputs',
      {
        ...relu,
        nodes: { z: ['Placeholder', [], { dtype: { type: 'DT_FLOAT' } }], y: ['AddV2', ['x', 'z']] },
      },
      /has 2 inputs: x, z; models with one are read/,
    ],
    [
      'two outputs',
      { ...relu, over: { signature: { outputs: { a: { name: 'y' }, b: { name: 'x' } } } } },
      /has 2 outputs: a, b; models with one are read/,
    ],
    [
      'two nodes of one name',
      {
        ...relu,
        over: {
          modelTopology: {
            node: [
              { name: 'a', op: 'b' },
              { name: 'a', op: 'b' },
            ],
          },
        },
      },
      /two nodes of the same name/,
    ],
    [
      'integers in',
      {
        input: [-1, 2],
        nodes: {
          z: ['Placeholder', [], { dtype: { type: 'DT_INT32' }, shape: shape(1, 2) }],
          y: ['Relu', ['z']],
        },
      },
      /takes something else than float32/,
    ],
    [
      'blocks put together otherwise',
      {
        input: [-1, 4, 4, 1],
        nodes: { b: ['SpaceToBatchND', ['x', 'two', 'p']], y: ['BatchToSpaceND', ['b', 'three', 'p']] },
        weights: { two: ints(2, 2), three: ints(3, 3), p: { ...ints(0, 0, 0, 0), shape: [2, 2] } },
      },
      /puts blocks together that were not made/,
    ],
  ])('%s', async (_, graph, message) => {
    expect(await refusal(graph)).toMatch(message);
  });

  test('every node with a problem of its own', async () => {
    const message = await refusal({
      input: [-1, 2],
      nodes: { a: ['Elu', ['x']], b: ['Selu', ['x']], c: ['AddV2', ['a', 'b']], y: ['Erf', ['c']] },
    });
    expect(message.match(/node \w+/g)).toEqual(['node a', 'node b', 'node y']);
  });

  test('constants are bounded before they are computed', async () => {
    const long = 4096;
    const values = new Array<number>(long).fill(1);
    const message = await refusal({
      input: [-1, 1],
      nodes: {
        square: ['Mul', ['row', 'column']],
        cube: ['Mul', ['square', 'square']],
        more: ['Mul', ['cube', 'square']],
        y: ['AddV2', ['x', 'more']],
      },
      weights: { row: { shape: [1, long], values }, column: { shape: [long, 1], values } },
    });
    expect(message).toMatch(/leads to more than 33554432 constant numbers/);
  });
});
