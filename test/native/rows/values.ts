/** Rows of the operators on single values, and of MEAN. */
import { int32Tensor, oneOperator, type TensorSpec } from '../../support/small-model.js';
import { Draw, type KernelTestRow, repeat, row } from './draw.js';

export function functions(): KernelTestRow[] {
  const every = Int8Array.from({ length: 256 }, (_, i) => i - 128);
  const lookups = (['LOGISTIC', 'TANH', 'RELU', 'RELU6'] as const).flatMap((kind) =>
    repeat(6, (i) => {
      const name = `${kind} of every value (${i})`;
      const draw = new Draw(name);
      const input = [draw.scaleBetween(0.0005, 2), draw.zeroPoint()] as const;
      const output = {
        LOGISTIC: [1 / 256, -128],
        TANH: [1 / 128, 0],
        RELU: draw.affine(),
        RELU6: input,
      } as const;
      const model = oneOperator(
        kind,
        {},
        [{ shape: [256], affine: input }],
        [{ shape: [256], affine: output[kind] }],
      );
      return { name, model, inputs: [every] };
    }),
  );
  const softmaxes = repeat(24, (i) =>
    row(`SOFTMAX (${i})`, (draw) => {
      const [rows, depth] = [draw.between(1, 3), draw.pick([1, 2, 3, 4, 12, 100, 1000])];
      const scale = i === 0 ? 1e-6 : i === 1 ? 1000 : draw.scaleBetween(0.001, 0.2);
      return oneOperator(
        'SOFTMAX',
        { beta: draw.pick([1, 1, 0.5]) },
        [{ shape: [rows, depth], affine: [scale, draw.zeroPoint()] }],
        [{ shape: [rows, depth], affine: [1 / 256, -128] }],
      );
    }),
  );
  return [...lookups, ...softmaxes];
}

type Shape = readonly number[];
/** Of both inputs and the output. */
const BROADCASTS: readonly (readonly [a: Shape, b: Shape, y: Shape])[] = [
  [
    [2, 3, 4, 5],
    [2, 3, 4, 5],
    [2, 3, 4, 5],
  ],
  [[2, 3, 4, 5], [5], [2, 3, 4, 5]],
  [
    [1, 3, 1, 5],
    [2, 1, 4, 1],
    [2, 3, 4, 5],
  ],
  [
    [4, 1],
    [1, 6],
    [4, 6],
  ],
  [[], [3, 2], [3, 2]],
  [[1, 1, 7], [], [1, 1, 7]],
  [[1], [1], [1]],
];

const MEANS: readonly (readonly [x: Shape, axes: Shape, y: Shape])[] = [
  [
    [2, 3, 4, 5],
    [1, 2],
    [2, 5],
  ],
  [[2, 3, 4, 5], [3], [2, 3, 4]],
  [
    [2, 3, 4, 5],
    [-1, 0],
    [3, 4],
  ],
  [[2, 3, 4, 5], [0, 1, 2, 3], []],
  [[7, 3], [0], [3]],
  [[6], [0], []],
  [
    [1, 25, 5, 4],
    [1, 2],
    [1, 1, 1, 4],
  ],
];

export function elementwise(): KernelTestRow[] {
  const binary = (['ADD', 'MUL'] as const).flatMap((kind) =>
    BROADCASTS.flatMap(([a, b, y]) =>
      [1, 0.7, 2, 0.003, 300].map((gain) =>
        row(`${kind} [${a}] and [${b}], gain ${gain}`, (draw) => {
          const [inA, inB] = [draw.affine(), draw.affine()];
          const natural = kind === 'ADD' ? inA[0] + inB[0] : inA[0] * inB[0] * 100;
          return oneOperator(
            kind,
            { activation: draw.activation() },
            [
              { shape: a, affine: inA },
              { shape: b, affine: inB },
            ],
            [{ shape: y, affine: [gain * natural, draw.zeroPoint()] }],
          );
        }),
      ),
    ),
  );
  const means = MEANS.flatMap(([shape, axes, output]) =>
    [1, 0.5, 3, 0.01, 100].map((gain) =>
      row(`MEAN of [${shape}] over ${axes}, gain ${gain}`, (draw) => {
        const input = draw.affine();
        return oneOperator(
          'MEAN',
          { keepDims: shape.length === output.length },
          [{ shape, affine: input }, int32Tensor(...axes)],
          [{ shape: output, affine: [gain * input[0], draw.zeroPoint()] }],
        );
      }),
    ),
  );
  return [...binary, ...means];
}

export function conversions(): KernelTestRow[] {
  const integer = (
    [
      ['int8', 'int8'],
      ['int8', 'uint8'],
      ['uint8', 'int8'],
    ] as const
  ).flatMap(([from, to]) =>
    [1, 1, 0.37, 500, 1e-4].map((ratio, i) =>
      row(`QUANTIZE ${from} to ${to}, scale ratio ${ratio} (${i})`, (draw) => {
        const zero = (type: 'int8' | 'uint8'): number => draw.zeroPoint() + (type === 'uint8' ? 128 : 0);
        const scale = draw.scaleBetween(0.001, 1);
        const zeros = i === 0 ? { int8: -128, uint8: 0 } : { int8: zero('int8'), uint8: zero('uint8') };
        return oneOperator(
          'QUANTIZE',
          {},
          [{ shape: [300], type: from, affine: [scale, zeros[from]] }],
          [{ shape: [300], type: to, affine: [scale / ratio, i === 2 ? zero(to) : zeros[to]] }],
        );
      }),
    ),
  );
  const float = (['int8', 'uint8'] as const).flatMap((type) =>
    repeat(3, (i) => {
      const real: TensorSpec = { shape: [200], type: 'float32' };
      const integers = (draw: Draw): TensorSpec => ({
        shape: [200],
        type,
        affine: [
          i === 0 ? 1 / 32 : draw.scaleBetween(0.003, 0.1),
          draw.zeroPoint() + (type === 'uint8' ? 128 : 0),
        ],
      });
      return [
        row(`QUANTIZE float32 to ${type} (${i})`, (draw) =>
          oneOperator('QUANTIZE', {}, [real], [integers(draw)]),
        ),
        row(`DEQUANTIZE ${type} (${i})`, (draw) => oneOperator('DEQUANTIZE', {}, [integers(draw)], [real])),
      ];
    }).flat(),
  );
  const spec: TensorSpec = { shape: [8], affine: [0.05, 3] };
  const special = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30, -1e30, 1e-40];
  const extremes: KernelTestRow = {
    name: 'QUANTIZE of floats that are no integers',
    model: oneOperator('QUANTIZE', {}, [{ shape: [8], type: 'float32' }], [spec]),
    inputs: [Float32Array.from(special)],
    ours: true,
  };
  return [...integer, ...float, extremes];
}
