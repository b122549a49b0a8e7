/**
 * The rows that every implementation of the kernels runs: one-operator models with seeded contents, covering
 * what public models contain and the corners of the arithmetic.
 */
import { slidingWindow } from '../../src/model/arithmetic.js';
import { elementCount } from '../../src/model/elements.js';
import type { Activation, Model, Padding } from '../../src/model/types.js';
import type { TypedArray } from '../../src/reference/engine.js';
import { random } from '../support/random.js';
import { int32Tensor, oneOperator, type TensorSpec } from '../support/small-model.js';

export interface KernelTestRow {
  readonly name: string;
  readonly model: Model;
  readonly inputs: readonly TypedArray[];
  /** TensorFlow Lite's C++ leaves the outcome open here, ours is defined. */
  readonly ours?: true;
}

const next = random(20_231_121);
const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
const between = (low: number, high: number): number => low + next(high - low + 1);
/** Log-uniform, as float32. */
const scaleBetween = (low: number, high: number): number =>
  Math.fround(low * (high / low) ** (next(0x10000) / 0x10000));
const zeroPoint = (): number => (next(5) === 0 ? pick([-128, 127, 0]) : between(-60, 60));
const affine = (): readonly [number, number] => [scaleBetween(0.003, 0.5), zeroPoint()];

const int8s = (count: number): Int8Array => Int8Array.from({ length: count }, () => next(256));
/** Uniform, or only extreme values. */
const activations = (count: number): Int8Array =>
  next(8) === 0 ? Int8Array.from({ length: count }, () => pick([-128, 127])) : int8s(count);
const weights = (count: number): Int8Array => Int8Array.from({ length: count }, () => between(-127, 127));

function dataFor({ tensors, inputs }: Model): TypedArray[] {
  return inputs.map((id) => {
    const { type, shape } = tensors[id]!;
    const count = elementCount(shape);
    if (type === 'uint8') return Uint8Array.from(activations(count));
    if (type === 'float32') return Float32Array.from({ length: count }, floatValue);
    return activations(count);
  });
}

/** Some on the halves between two steps of the scale 1/32. */
function floatValue(): number {
  return next(4) === 0 ? (between(-200, 200) + 0.5) / 32 : ((next(0x10000) - 0x8000) / 0x8000) * 3;
}

const row = (name: string, model: Model): KernelTestRow => ({ name, model, inputs: dataFor(model) });
const repeat = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

interface ConvCase {
  readonly input: readonly [h: number, w: number, c: number];
  readonly kernel: readonly [h: number, w: number];
  readonly stride?: readonly [h: number, w: number];
  readonly dilation?: readonly [h: number, w: number];
  readonly padding?: Padding;
  readonly activation?: Activation;
  /** Output channels; per input channel for a depthwise convolution. */
  readonly channels: number;
  readonly batches?: number;
  readonly bias?: boolean;
  readonly perTensor?: boolean;
  /** Output scale over what the sum typically needs: small saturates, large rounds everything away. */
  readonly gain?: number;
  readonly hugeBias?: boolean;
}

function convolution(kind: 'CONV_2D' | 'DEPTHWISE_CONV_2D', c: ConvCase): KernelTestRow {
  const { input, kernel, stride = [1, 1], dilation = [1, 1], padding = 'SAME', activation = 'NONE' } = c;
  const depthwise = kind === 'DEPTHWISE_CONV_2D';
  const [h, w, inC] = input;
  const outC = depthwise ? inC * c.channels : c.channels;
  const batches = c.batches ?? 1;
  const filterShape = depthwise ? [1, ...kernel, outC] : [outC, ...kernel, inC];
  const outH = slidingWindow(padding, h, kernel[0], stride[0], dilation[0]).output;
  const outW = slidingWindow(padding, w, kernel[1], stride[1], dilation[1]).output;
  const [inScale, inZero] = affine();
  const scales = repeat(c.perTensor ? 1 : outC, () => scaleBetween(0.001, 0.02));
  const taps = kernel[0] * kernel[1] * (depthwise ? 1 : inC);
  const outScale = (c.gain ?? 1) * inScale * 0.005 * 80 * Math.sqrt(taps);
  const bias: TensorSpec = {
    shape: [outC],
    type: 'int32',
    values: Int32Array.from({ length: outC }, () =>
      c.hugeBias ? pick([0x7fffffff, -0x80000000, 0x40000000]) : between(-5000, 5000),
    ),
  };
  const spatial = {
    padding,
    strideH: stride[0],
    strideW: stride[1],
    dilationH: dilation[0],
    dilationW: dilation[1],
    activation,
  };
  const filter: TensorSpec = {
    shape: filterShape,
    values: weights(elementCount(filterShape)),
    scales: { values: scales, axis: depthwise ? 3 : 0 },
  };
  const name = `${kind} ${input.join('x')} by ${kernel.join('x')}, ${c.channels} channels, stride ${stride.join('x')}, dilation ${dilation.join('x')}, ${padding}, ${activation}, gain ${c.gain ?? 1}${c.bias === false ? ', no bias' : ''}${c.perTensor ? ', per tensor' : ''}${c.hugeBias ? ', huge bias' : ''}`;
  const operands = [
    { shape: [batches, h, w, inC], affine: [inScale, inZero] as const },
    filter,
    c.bias === false ? undefined : bias,
  ];
  const output: TensorSpec = { shape: [batches, outH, outW, outC], affine: [outScale, zeroPoint()] };
  return row(
    name,
    depthwise
      ? oneOperator('DEPTHWISE_CONV_2D', { ...spatial, depthMultiplier: c.channels }, operands, [output])
      : oneOperator('CONV_2D', spatial, operands, [output]),
  );
}

const SHARED_CASES: readonly Omit<ConvCase, 'channels'>[] = [
  { input: [5, 4, 3], kernel: [1, 1] },
  { input: [5, 4, 3], kernel: [3, 3], activation: 'RELU' },
  { input: [5, 4, 3], kernel: [3, 3], padding: 'VALID', activation: 'RELU6' },
  { input: [6, 5, 2], kernel: [3, 3], stride: [2, 2], activation: 'RELU_N1_TO_1' },
  { input: [6, 5, 2], kernel: [3, 3], stride: [2, 1] },
  { input: [9, 1, 4], kernel: [5, 1], stride: [3, 1], padding: 'VALID' },
  { input: [9, 1, 4], kernel: [2, 1], stride: [3, 1] },
  { input: [1, 320, 1], kernel: [1, 160], stride: [1, 160], padding: 'VALID' },
  { input: [7, 7, 2], kernel: [3, 3], dilation: [2, 2] },
  { input: [7, 6, 2], kernel: [3, 2], dilation: [2, 3], padding: 'VALID' },
  { input: [2, 1, 2], kernel: [3, 2], dilation: [5, 3] },
  { input: [3, 2, 3], kernel: [5, 7] },
  { input: [49, 10, 1], kernel: [10, 4], stride: [2, 2], activation: 'RELU' },
  { input: [4, 4, 3], kernel: [3, 3], batches: 2 },
  { input: [4, 4, 3], kernel: [3, 3], bias: false, perTensor: true },
  { input: [4, 4, 3], kernel: [3, 3], gain: 1e-3 },
  { input: [4, 4, 3], kernel: [3, 3], gain: 1e-6 },
  { input: [4, 4, 3], kernel: [3, 3], gain: 1e6 },
  { input: [4, 4, 3], kernel: [3, 3], gain: 1e12 },
  { input: [4, 4, 3], kernel: [3, 3], hugeBias: true },
  { input: [4, 4, 3], kernel: [3, 3], hugeBias: true, gain: 1e6 },
];

function convolutions(): KernelTestRow[] {
  const activation = (): Activation => pick(['NONE', 'NONE', 'RELU', 'RELU6', 'RELU_N1_TO_1']);
  const randomCase = (): ConvCase => ({
    input: [between(1, 9), between(1, 9), between(1, 5)],
    kernel: [between(1, 4), between(1, 4)],
    stride: [between(1, 3), between(1, 3)],
    dilation: pick([
      [1, 1],
      [1, 1],
      [2, 1],
      [1, 3],
    ] as const),
    activation: activation(),
    channels: between(1, 5),
    bias: next(4) > 0,
    perTensor: next(4) === 0,
  });
  return [
    ...SHARED_CASES.map((c) => convolution('CONV_2D', { ...c, channels: 5 })),
    ...SHARED_CASES.map((c, i) => convolution('DEPTHWISE_CONV_2D', { ...c, channels: [1, 8, 2][i % 3]! })),
    convolution('DEPTHWISE_CONV_2D', { input: [6, 5, 1], kernel: [3, 3], channels: 32 }),
    ...repeat(25, () => convolution('CONV_2D', randomCase())),
    ...repeat(25, () => convolution('DEPTHWISE_CONV_2D', randomCase())),
  ];
}

function fullyConnected(): KernelTestRow[] {
  return repeat(24, (i) => {
    const [batches, inN, outN] = [pick([1, 1, 3]), between(1, 70), between(3, 12)];
    const perChannel = i % 3 === 1;
    const filterZero = i % 6 === 0 ? between(-5, 5) : 0;
    const [inScale, inZero] = affine();
    const filterScale = scaleBetween(0.001, 0.02);
    const bias: TensorSpec = {
      shape: [outN],
      type: 'int32',
      affine: [inScale * filterScale, 0],
      values: Int32Array.from({ length: outN }, () => between(-9000, 9000)),
    };
    const gain = pick([1, 1, 1, 1, 0.001, 1e5]);
    const filter: TensorSpec = {
      shape: [outN, inN],
      values: weights(outN * inN),
      ...(perChannel
        ? { scales: { values: repeat(outN, () => scaleBetween(0.001, 0.02)), axis: 0 } }
        : { affine: [filterScale, filterZero] as const }),
    };
    const activation = pick(['NONE', 'RELU', 'RELU6'] as const);
    return row(
      `FULLY_CONNECTED ${batches}x${inN} to ${outN}, ${perChannel ? 'per channel' : `filter zero point ${filterZero}`}, ${activation}, gain ${gain} (${i})`,
      oneOperator(
        'FULLY_CONNECTED',
        { activation, keepNumDims: false },
        [{ shape: [batches, inN], affine: [inScale, inZero] }, filter, i % 4 === 3 ? undefined : bias],
        [{ shape: [batches, outN], affine: [gain * inScale * 0.3 * Math.sqrt(inN), zeroPoint()] }],
      ),
    );
  });
}

function pools(): KernelTestRow[] {
  return (['AVERAGE_POOL_2D', 'MAX_POOL_2D'] as const).flatMap((kind) =>
    repeat(16, (i) => {
      const [h, w, c, filterH, filterW] = [
        between(1, 8),
        between(1, 8),
        between(1, 4),
        between(1, 4),
        between(1, 4),
      ];
      const padding: Padding = i % 2 === 0 || filterH > h || filterW > w ? 'SAME' : 'VALID';
      const [strideH, strideW] = [between(1, 3), between(1, 3)];
      const activation = pick(['NONE', 'NONE', 'RELU', 'RELU6', 'RELU_N1_TO_1'] as const);
      const quantization = affine();
      const outH = slidingWindow(padding, h, filterH, strideH).output;
      const outW = slidingWindow(padding, w, filterW, strideW).output;
      return row(
        `${kind} ${h}x${w}x${c} by ${filterH}x${filterW}, stride ${strideH}x${strideW}, ${padding}, ${activation} (${i})`,
        oneOperator(
          kind,
          { padding, strideH, strideW, filterH, filterW, activation },
          [{ shape: [2, h, w, c], affine: quantization }],
          [{ shape: [2, outH, outW, c], affine: quantization }],
        ),
      );
    }),
  );
}

function functions(): KernelTestRow[] {
  const every = Int8Array.from({ length: 256 }, (_, i) => i - 128);
  const lookups = (['LOGISTIC', 'TANH', 'RELU', 'RELU6'] as const).flatMap((kind) =>
    repeat(6, (i) => {
      const input = [scaleBetween(0.0005, 2), zeroPoint()] as const;
      const output = { LOGISTIC: [1 / 256, -128], TANH: [1 / 128, 0], RELU: affine(), RELU6: input } as const;
      const model = oneOperator(
        kind,
        {},
        [{ shape: [256], affine: input }],
        [{ shape: [256], affine: output[kind] }],
      );
      return {
        name: `${kind} of every value, scale ${input[0]}, zero point ${input[1]} (${i})`,
        model,
        inputs: [every],
      };
    }),
  );
  const softmaxes = repeat(24, (i) => {
    const [rows, depth] = [between(1, 3), pick([1, 2, 3, 4, 12, 100, 1000])];
    const scale = i === 0 ? 1e-6 : i === 1 ? 1000 : scaleBetween(0.001, 0.2);
    const beta = pick([1, 1, 0.5]);
    return row(
      `SOFTMAX ${rows}x${depth}, scale ${scale}, beta ${beta} (${i})`,
      oneOperator(
        'SOFTMAX',
        { beta },
        [{ shape: [rows, depth], affine: [scale, zeroPoint()] }],
        [{ shape: [rows, depth], affine: [1 / 256, -128] }],
      ),
    );
  });
  return [...lookups, ...softmaxes];
}

const BROADCASTS = [
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
] as const;

function elementwise(): KernelTestRow[] {
  const binary = (['ADD', 'MUL'] as const).flatMap((kind) =>
    BROADCASTS.flatMap(([a, b, y]) =>
      repeat(5, (i) => {
        const activation = pick(['NONE', 'NONE', 'RELU', 'RELU6', 'RELU_N1_TO_1'] as const);
        const gain = [1, 0.7, 2, 0.003, 300][i]!;
        const [inA, inB] = [affine(), affine()];
        const natural = kind === 'ADD' ? inA[0] + inB[0] : inA[0] * inB[0] * 100;
        return row(
          `${kind} [${a}] and [${b}], ${activation}, gain ${gain}`,
          oneOperator(
            kind,
            { activation },
            [
              { shape: a, affine: inA },
              { shape: b, affine: inB },
            ],
            [{ shape: y, affine: [gain * natural, zeroPoint()] }],
          ),
        );
      }),
    ),
  );
  const means = (
    [
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
    ] as const
  ).flatMap(([shape, axes, output]) =>
    repeat(5, (i) => {
      const input = affine();
      const gain = [1, 0.5, 3, 0.01, 100][i]!;
      return row(
        `MEAN of [${shape}] over ${axes}, gain ${gain}`,
        oneOperator(
          'MEAN',
          { keepDims: shape.length === output.length },
          [{ shape, affine: input }, int32Tensor(...axes)],
          [{ shape: output, affine: [gain * input[0], zeroPoint()] }],
        ),
      );
    }),
  );
  return [...binary, ...means];
}

function conversions(): KernelTestRow[] {
  const integer = (
    [
      ['int8', 'int8'],
      ['int8', 'uint8'],
      ['uint8', 'int8'],
    ] as const
  ).flatMap(([from, to]) =>
    repeat(5, (i) => {
      const zero = (type: 'int8' | 'uint8'): number => zeroPoint() + (type === 'uint8' ? 128 : 0);
      const scale = scaleBetween(0.001, 1);
      const ratio = [1, 1, 0.37, 500, 1e-4][i]!;
      const zeros = i === 0 ? { int8: -128, uint8: 0 } : { int8: zero('int8'), uint8: zero('uint8') };
      return row(
        `QUANTIZE ${from} to ${to}, scale ratio ${ratio}`,
        oneOperator(
          'QUANTIZE',
          {},
          [{ shape: [300], type: from, affine: [scale, zeros[from]] }],
          [{ shape: [300], type: to, affine: [scale / ratio, i === 2 ? zero(to) : zeros[to]] }],
        ),
      );
    }),
  );
  const float = (['int8', 'uint8'] as const).flatMap((type) =>
    repeat(3, (i) => {
      const spec: TensorSpec = {
        shape: [200],
        type,
        affine: [i === 0 ? 1 / 32 : scaleBetween(0.003, 0.1), zeroPoint() + (type === 'uint8' ? 128 : 0)],
      };
      const real: TensorSpec = { shape: [200], type: 'float32' };
      return [
        row(`QUANTIZE float32 to ${type} (${i})`, oneOperator('QUANTIZE', {}, [real], [spec])),
        row(`DEQUANTIZE ${type} (${i})`, oneOperator('DEQUANTIZE', {}, [spec], [real])),
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

function movement(): KernelTestRow[] {
  const quantization = affine();
  const tensor = (...shape: number[]): TensorSpec => ({ shape, affine: quantization });
  const concat = (axis: number, inputs: readonly TensorSpec[], output: TensorSpec): KernelTestRow =>
    row(
      `CONCATENATION of ${inputs.length} along ${axis}`,
      oneOperator('CONCATENATION', { axis, activation: 'NONE' }, inputs, [output]),
    );
  const split = (axis: number, input: TensorSpec, outputs: readonly TensorSpec[]): KernelTestRow =>
    row(
      `SPLIT_V into ${outputs.length} along ${axis}`,
      oneOperator('SPLIT_V', {}, [input, int32Tensor(...outputs.map(() => -1)), int32Tensor(axis)], outputs),
    );
  const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
  const slice = (
    shape: readonly number[],
    begin: readonly number[],
    end: readonly number[],
    strides: readonly number[],
    output: readonly number[],
    options: Partial<typeof masks> = {},
  ): KernelTestRow =>
    row(
      `STRIDED_SLICE [${shape}] from ${begin} to ${end} by ${strides}, masks ${JSON.stringify(options)}`,
      oneOperator(
        'STRIDED_SLICE',
        { ...masks, ...options },
        [tensor(...shape), int32Tensor(...begin), int32Tensor(...end), int32Tensor(...strides)],
        [tensor(...output)],
      ),
    );
  const pad = (shape: readonly number[], paddings: readonly number[]): KernelTestRow =>
    row(
      `PAD [${shape}] by ${paddings}`,
      oneOperator(
        'PAD',
        {},
        [tensor(...shape), int32Tensor(...paddings)],
        [tensor(...shape.map((size, axis) => size + paddings[2 * axis]! + paddings[2 * axis + 1]!))],
      ),
    );
  return [
    row('RESHAPE', oneOperator('RESHAPE', {}, [tensor(2, 3, 4)], [tensor(4, 6)])),
    row(
      'RESHAPE of floats',
      oneOperator('RESHAPE', {}, [{ shape: [3, 2], type: 'float32' }], [{ shape: [6], type: 'float32' }]),
    ),
    concat(-1, [tensor(2, 3, 1), tensor(2, 3, 4)], tensor(2, 3, 5)),
    concat(1, [tensor(1, 2, 1, 4), tensor(1, 3, 1, 4)], tensor(1, 5, 1, 4)),
    concat(3, [tensor(1, 2, 2, 1), tensor(1, 2, 2, 2), tensor(1, 2, 2, 3)], tensor(1, 2, 2, 6)),
    concat(0, [tensor(5)], tensor(5)),
    split(2, tensor(1, 4, 7, 2), [tensor(1, 4, 3, 2), tensor(1, 4, 4, 2)]),
    split(-1, tensor(3, 6), [tensor(3, 1), tensor(3, 2), tensor(3, 3)]),
    split(0, tensor(4, 2), [tensor(1, 2), tensor(3, 2)]),
    slice([1, 5, 1, 8], [0, 1, 0, 0], [0, 5, 0, 0], [1, 1, 1, 1], [1, 4, 1, 8], {
      beginMask: 13,
      endMask: 13,
    }),
    slice([1, 5, 1, 8], [0, -2, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1], [1, 2, 1, 8], {
      beginMask: 13,
      endMask: 15,
    }),
    slice([4, 6], [3, 5], [-9, -9], [-1, -2], [4, 3]),
    slice([4, 6], [0, 0], [4, 6], [3, 2], [2, 3]),
    slice([9], [-1], [0], [-3], [3], { endMask: 1 }),
    slice([3, 4, 5], [1, 1, 0], [0, 3, 5], [1, 1, 2], [2, 3], { shrinkAxisMask: 1 }),
    pad([2, 3], [1, 0, 0, 2]),
    pad([1, 4, 5, 3], [0, 0, 1, 2, 3, 0, 0, 0]),
    pad([2, 2, 2, 2], [1, 1, 0, 1, 2, 0, 1, 3]),
    pad([4], [0, 0]),
  ];
}

export const KERNEL_ROWS: readonly KernelTestRow[] = [
  ...convolutions(),
  ...fullyConnected(),
  ...pools(),
  ...functions(),
  ...elementwise(),
  ...conversions(),
  ...movement(),
];
