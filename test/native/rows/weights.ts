/** Rows of the sliding-window and multiply-accumulate operators. */
import { slidingWindow } from '../../../src/model/arithmetic.js';
import { elementCount } from '../../../src/model/elements.js';
import type { Activation, Padding } from '../../../src/model/types.js';
import { oneOperator, type TensorSpec } from '../../support/small-model.js';
import {
  affine,
  between,
  type KernelTestRow,
  next,
  pick,
  repeat,
  row,
  scaleBetween,
  weights,
  zeroPoint,
} from './draw.js';

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

export function convolutions(): KernelTestRow[] {
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

export function fullyConnected(): KernelTestRow[] {
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

export function pools(): KernelTestRow[] {
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
