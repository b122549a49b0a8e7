/** Float operators against values computed by hand, or by the plainest loops that say what they mean. */
import { describe, expect, test } from 'vitest';
import type { OperatorKind, OperatorOptions } from '../../../src/model/types.js';
import { createEngine } from '../../../src/reference/engine.js';
import { random } from '../../support/random.js';
import { int32Tensor, oneOperator, type TensorSpec } from '../../support/small-model.js';

const float = (...shape: number[]): TensorSpec => ({ shape, type: 'float32' });
const constant = (shape: readonly number[], ...values: number[]): TensorSpec => ({
  shape,
  type: 'float32',
  values: Float32Array.from(values),
});

interface Row<K extends OperatorKind> {
  readonly name: string;
  readonly kind: K;
  readonly options: OperatorOptions[K];
  readonly inputs: readonly (TensorSpec | undefined)[];
  readonly values: readonly (readonly number[])[];
  readonly output: readonly number[];
  readonly wanted: readonly number[];
}
const row = <K extends OperatorKind>(given: Row<K>): Row<OperatorKind> => given as Row<OperatorKind>;

const pool = {
  padding: 'VALID',
  strideH: 2,
  strideW: 2,
  filterH: 2,
  filterW: 2,
  activation: 'NONE',
} as const;
const slice = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };

const ROWS = [
  row({
    name: 'FULLY_CONNECTED, five rows (four together and one alone), RELU',
    kind: 'FULLY_CONNECTED',
    options: { activation: 'RELU', keepNumDims: false },
    inputs: [float(2, 2), constant([5, 2], 1, 0, 0, 1, 1, 1, -1, 2, 3, -3), constant([5], 0.5, 0, 0, 0, 1)],
    values: [[1, 2, -1, 4]],
    output: [2, 5],
    wanted: [1.5, 2, 3, 3, 0, 0, 4, 3, 9, 0],
  }),
  row({
    name: 'average pool counts only what is inside',
    kind: 'AVERAGE_POOL_2D',
    options: { ...pool, padding: 'SAME' },
    inputs: [float(1, 3, 3, 1)],
    values: [[1, 2, 3, 4, 5, 6, 7, 8, 10]],
    output: [1, 2, 2, 1],
    wanted: [3, 4.5, 7.5, 10],
  }),
  row({
    name: 'max pool of negative numbers',
    kind: 'MAX_POOL_2D',
    options: { ...pool, padding: 'SAME', activation: 'RELU_N1_TO_1' },
    inputs: [float(1, 3, 3, 1)],
    values: [[-1, -2, -3, -4, -0.5, -6, -7, -8, 9]],
    output: [1, 2, 2, 1],
    wanted: [-0.5, -1, -1, 1],
  }),
  row({
    name: 'softmax of large numbers, beta 2',
    kind: 'SOFTMAX',
    options: { beta: 2 },
    inputs: [float(2, 2)],
    values: [[1000, 999.5, -1000, -1000]],
    output: [2, 2],
    wanted: [1 / (1 + Math.exp(-1)), 1 / (1 + Math.E), 0.5, 0.5],
  }),
  row({
    name: 'logistic to its ends',
    kind: 'LOGISTIC',
    options: {},
    inputs: [float(3)],
    values: [[0, -1000, 1000]],
    output: [3],
    wanted: [0.5, 0, 1],
  }),
  row({
    name: 'RELU6',
    kind: 'RELU6',
    options: {},
    inputs: [float(3)],
    values: [[-1, 3, 7]],
    output: [3],
    wanted: [0, 3, 6],
  }),
  row({
    name: 'ADD broadcasts along the channels',
    kind: 'ADD',
    options: { activation: 'RELU' },
    inputs: [float(1, 2, 2), constant([2], 10, -2)],
    values: [[1, 1, 2, 3]],
    output: [1, 2, 2],
    wanted: [11, 0, 12, 1],
  }),
  row({
    name: 'MUL broadcasts both ways',
    kind: 'MUL',
    options: { activation: 'NONE' },
    inputs: [float(2, 1), float(1, 3)],
    values: [
      [2, 3],
      [1, 10, 100],
    ],
    output: [2, 3],
    wanted: [2, 20, 200, 3, 30, 300],
  }),
  row({
    name: 'MEAN over height and width',
    kind: 'MEAN',
    options: { keepDims: false },
    inputs: [float(1, 2, 2, 2), int32Tensor(1, -2)],
    values: [[1, 10, 2, 20, 3, 30, 6, 60]],
    output: [1, 2],
    wanted: [3, 30],
  }),
  row({
    name: 'PAD',
    kind: 'PAD',
    options: {},
    inputs: [float(1, 2), { ...int32Tensor(1, 0, 0, 2), shape: [2, 2] }],
    values: [[1, 2]],
    output: [2, 4],
    wanted: [0, 0, 0, 0, 1, 2, 0, 0],
  }),
  row({
    name: 'STRIDED_SLICE backwards, an axis shrunk away',
    kind: 'STRIDED_SLICE',
    options: { ...slice, endMask: 2, shrinkAxisMask: 1 },
    inputs: [float(2, 4), int32Tensor(1, -1), int32Tensor(2, 0), int32Tensor(1, -2)],
    values: [[1, 2, 3, 4, 5, 6, 7, 8]],
    output: [2],
    wanted: [8, 6],
  }),
  row({
    name: 'CONCATENATION along the middle',
    kind: 'CONCATENATION',
    options: { axis: -2, activation: 'NONE' },
    inputs: [float(2, 1, 2), float(2, 2, 2)],
    values: [
      [1, 2, 3, -4],
      [5, 6, 7, 8, 9, 10, 11, 12],
    ],
    output: [2, 3, 2],
    wanted: [1, 2, 5, 6, 7, 8, 3, -4, 9, 10, 11, 12],
  }),
];

describe('float operators', () => {
  test.each(ROWS)('$kind: $name', ({ kind, options, inputs, values, output, wanted }) => {
    const model = oneOperator(kind, options, inputs, [float(...output)]);
    const engine = createEngine(model);
    // Twice: what is kept between inferences must not show.
    engine.invoke(values.map((list) => Float32Array.from(list, (value) => value + 1)));
    const [y] = engine.invoke(values.map((list) => Float32Array.from(list)));
    expect([...(y as Float32Array)]).toEqual(wanted.map((value) => expect.closeTo(value, 5)));
  });

  test('SPLIT_V', () => {
    const model = oneOperator(
      'SPLIT_V',
      {},
      [float(2, 3), int32Tensor(1, 2), { ...int32Tensor(-1), shape: [] }],
      [float(2, 1), float(2, 2)],
    );
    expect(createEngine(model).invoke([Float32Array.of(1, 2, 3, 4, 5, 6)])).toEqual([
      Float32Array.of(1, 4),
      Float32Array.of(2, 3, 5, 6),
    ]);
  });

  test('DEQUANTIZE of float16, and of int8 per channel', () => {
    const half = oneOperator('DEQUANTIZE', {}, [{ shape: [4], type: 'float16' }], [float(4)]);
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff);
    expect(createEngine(half).invoke([bits])[0]).toEqual(Float32Array.of(1, -2, 2 ** -24, 65504));
    const scales = { values: [0.5, 2], axis: 1 };
    const stored = { shape: [2, 2], values: Int8Array.of(1, -2, 3, 4), scales };
    const sum = oneOperator('ADD', { activation: 'NONE' }, [float(2, 2), float(2, 2)], [float(2, 2)]);
    const { tensors, operators } = oneOperator('DEQUANTIZE', {}, [stored], [float(2, 2)]);
    const add = { ...sum.operators[0]!, inputs: [1, 2], outputs: [3] };
    const model = {
      ...sum,
      tensors: [tensors[0]!, sum.tensors[0]!, sum.tensors[1]!, sum.tensors[2]!],
      operators: [{ ...operators[0]!, inputs: [0], outputs: [2] }, add],
      inputs: [1],
      outputs: [3],
    };
    expect(createEngine(model).invoke([new Float32Array(4)])[0]).toEqual(Float32Array.of(0.5, -4, 1.5, 8));
  });
});

/** Taps of a window with TensorFlow's padding, said as plainly as possible (tf.nn's documentation). */
function placed(padding: 'SAME' | 'VALID', size: number, taps: number, stride: number, dilation: number) {
  const extent = (taps - 1) * dilation + 1;
  const count = padding === 'SAME' ? Math.ceil(size / stride) : Math.ceil((size - extent + 1) / stride);
  const total = padding === 'SAME' ? Math.max((count - 1) * stride + extent - size, 0) : 0;
  return { count, before: Math.floor(total / 2) };
}

describe('convolutions', () => {
  const CASES = (['SAME', 'VALID'] as const).flatMap((padding) =>
    [
      { h: 5, w: 6, kh: 3, kw: 2, strideH: 1, strideW: 1, dilationH: 1, dilationW: 1 },
      { h: 7, w: 4, kh: 2, kw: 4, strideH: 2, strideW: 3, dilationH: 1, dilationW: 1 },
      { h: 8, w: 9, kh: 3, kw: 2, strideH: 1, strideW: 1, dilationH: 2, dilationW: 3 },
      { h: 1, w: 1, kh: 1, kw: 1, strideH: 3, strideW: 2, dilationH: 1, dilationW: 1 },
    ].flatMap((sizes) => [1, 3].map((multiplier) => ({ padding, multiplier, ...sizes }))),
  );
  test.each(CASES)(
    '$padding $h x $w by $kh x $kw, strides $strideH $strideW, dilation $dilationH $dilationW, multiplier $multiplier',
    (given) => {
      const { padding, multiplier, h, w, kh, kw, strideH, strideW, dilationH, dilationW } = given;
      const draw = random(h * 100 + w);
      const values = (count: number) => Array.from({ length: count }, () => draw(2000) / 1000 - 1);
      const [inC, outC] = [2, 5];
      const [x, filter, bias] = [values(2 * h * w * inC), values(outC * kh * kw * inC), values(outC)];
      const taps = values(kh * kw * inC * multiplier);
      const rows = placed(padding, h, kh, strideH, dilationH);
      const columns = placed(padding, w, kw, strideW, dilationW);
      const at = (
        [b, oy, ky, ox, kx]: readonly [number, number, number, number, number],
        c: number,
      ): number => {
        const [row, column] = [
          oy * strideH - rows.before + ky * dilationH,
          ox * strideW - columns.before + kx * dilationW,
        ];
        return row < 0 || row >= h || column < 0 || column >= w
          ? 0
          : x[((b * h + row) * w + column) * inC + c]!;
      };
      const wanted: number[] = [];
      const depthwise: number[] = [];
      for (let b = 0; b < 2; b++)
        for (let oy = 0; oy < rows.count; oy++)
          for (let ox = 0; ox < columns.count; ox++) {
            for (let o = 0; o < outC; o++) {
              let sum = bias[o]!;
              for (let ky = 0; ky < kh; ky++)
                for (let kx = 0; kx < kw; kx++)
                  for (let c = 0; c < inC; c++)
                    sum += at([b, oy, ky, ox, kx], c) * filter[((o * kh + ky) * kw + kx) * inC + c]!;
              wanted.push(Math.max(0, Math.min(6, sum)));
            }
            for (let o = 0; o < inC * multiplier; o++) {
              let sum = 0;
              for (let ky = 0; ky < kh; ky++)
                for (let kx = 0; kx < kw; kx++)
                  sum +=
                    at([b, oy, ky, ox, kx], Math.floor(o / multiplier)) *
                    taps[(ky * kw + kx) * inC * multiplier + o]!;
              depthwise.push(sum);
            }
          }
      const spatial = { padding, strideH, strideW, dilationH, dilationW };
      const conv = oneOperator(
        'CONV_2D',
        { ...spatial, activation: 'RELU6' },
        [float(2, h, w, inC), constant([outC, kh, kw, inC], ...filter), constant([outC], ...bias)],
        [float(2, rows.count, columns.count, outC)],
      );
      const dw = oneOperator(
        'DEPTHWISE_CONV_2D',
        { ...spatial, activation: 'NONE', depthMultiplier: multiplier },
        [float(2, h, w, inC), constant([1, kh, kw, inC * multiplier], ...taps), undefined],
        [float(2, rows.count, columns.count, inC * multiplier)],
      );
      const run = (model: typeof conv) => [
        ...(createEngine(model).invoke([Float32Array.from(x)])[0] as Float32Array),
      ];
      expect(run(conv)).toEqual(wanted.map((value) => expect.closeTo(value, 5)));
      expect(run(dw)).toEqual(depthwise.map((value) => expect.closeTo(value, 5)));
    },
  );
});
