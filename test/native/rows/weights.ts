/** Rows of the sliding-window and multiply-accumulate operators. */
import { slidingWindow } from '../../../src/model/arithmetic.js';
import { elementCount } from '../../../src/model/elements.js';
import type { Activation, Model, Padding } from '../../../src/model/types.js';
import { oneOperator, type TensorSpec } from '../../support/small-model.js';
import { type Draw, type KernelTestRow, repeat, row } from './draw.js';

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

type Convolution = 'CONV_2D' | 'DEPTHWISE_CONV_2D';

function convolution(draw: Draw, kind: Convolution, c: ConvCase): Model {
  const { input, kernel, stride = [1, 1], dilation = [1, 1], padding = 'SAME', activation = 'NONE' } = c;
  const depthwise = kind === 'DEPTHWISE_CONV_2D';
  const [h, w, inC] = input;
  const outC = depthwise ? inC * c.channels : c.channels;
  const filterShape = depthwise ? [1, ...kernel, outC] : [outC, ...kernel, inC];
  const outH = slidingWindow(padding, h, kernel[0], stride[0], dilation[0]).output;
  const outW = slidingWindow(padding, w, kernel[1], stride[1], dilation[1]).output;
  const inAffine = draw.affine();
  const scales = repeat(c.perTensor ? 1 : outC, () => draw.scaleBetween(0.001, 0.02));
  const taps = kernel[0] * kernel[1] * (depthwise ? 1 : inC);
  const outScale = (c.gain ?? 1) * inAffine[0] * 0.005 * 80 * Math.sqrt(taps);
  const bias: TensorSpec = {
    shape: [outC],
    type: 'int32',
    values: Int32Array.from({ length: outC }, () =>
      c.hugeBias ? draw.pick([0x7fffffff, -0x80000000, 0x40000000]) : draw.between(-5000, 5000),
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
    values: draw.weights(elementCount(filterShape)),
    scales: { values: scales, axis: depthwise ? 3 : 0 },
  };
  const batches = c.batches ?? 1;
  const operands = [
    { shape: [batches, h, w, inC], affine: inAffine },
    filter,
    c.bias === false ? undefined : bias,
  ];
  const output: TensorSpec = { shape: [batches, outH, outW, outC], affine: [outScale, draw.zeroPoint()] };
  return depthwise
    ? oneOperator('DEPTHWISE_CONV_2D', { ...spatial, depthMultiplier: c.channels }, operands, [output])
    : oneOperator('CONV_2D', spatial, operands, [output]);
}

function convolutionRow(kind: Convolution, c: ConvCase): KernelTestRow {
  const { input, kernel, stride = [1, 1], dilation = [1, 1], padding = 'SAME', activation = 'NONE' } = c;
  const what = `${kind} ${input.join('x')} by ${kernel.join('x')}, ${c.channels} channels`;
  const window = `stride ${stride.join('x')}, dilation ${dilation.join('x')}, ${padding}, ${activation}`;
  const rest = [
    c.bias === false ? ', no bias' : '',
    c.perTensor ? ', per tensor' : '',
    c.hugeBias ? ', huge bias' : '',
    c.batches === undefined ? '' : `, batch of ${c.batches}`,
  ];
  const name = `${what}, ${window}, gain ${c.gain ?? 1}${rest.join('')}`;
  return row(name, (draw) => convolution(draw, kind, c));
}

function randomConvolution(kind: Convolution, i: number): KernelTestRow {
  return row(`${kind} of a random shape (${i})`, (draw) =>
    convolution(draw, kind, {
      input: [draw.between(1, 9), draw.between(1, 9), draw.between(1, 5)],
      kernel: [draw.between(1, 4), draw.between(1, 4)],
      stride: [draw.between(1, 3), draw.between(1, 3)],
      dilation: draw.pick([
        [1, 1],
        [1, 1],
        [2, 1],
        [1, 3],
      ] as const),
      activation: draw.activation(),
      channels: draw.between(1, 5),
      bias: !draw.chance(4),
      perTensor: draw.chance(4),
    }),
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

/** Rows of a kernel of whole words, of none, and with bytes beyond them; borders on each side. */
const ROW_CASES: readonly Omit<ConvCase, 'channels'>[] = [
  { input: [9, 8, 1], kernel: [5, 5], stride: [2, 2], activation: 'RELU' },
  { input: [6, 7, 1], kernel: [3, 7] },
  { input: [5, 5, 2], kernel: [3, 3], activation: 'RELU' },
  { input: [5, 9, 1], kernel: [2, 8] },
  { input: [4, 6, 3], kernel: [3, 5], padding: 'VALID', activation: 'RELU6' },
  { input: [3, 3, 5], kernel: [2, 2] },
  { input: [7, 9, 1], kernel: [3, 5], dilation: [2, 2] },
  { input: [8, 8, 1], kernel: [5, 3], stride: [2, 1], batches: 2 },
  { input: [2, 2, 1], kernel: [5, 5] },
  { input: [4, 4, 17], kernel: [1, 1], activation: 'RELU' },
  { input: [4, 4, 36], kernel: [1, 1] },
];

/** One channel per channel of the input, channels in words of four, as kernels of instruction sets take them. */
const DEPTHWISE_CASES: readonly Omit<ConvCase, 'channels' | 'kernel'>[] = [
  { input: [5, 4, 4] },
  { input: [6, 5, 8], activation: 'RELU' },
  { input: [3, 3, 4], padding: 'VALID' },
  { input: [4, 7, 12], padding: 'VALID', activation: 'RELU6' },
  { input: [1, 1, 8] },
  { input: [1, 6, 4], activation: 'RELU_N1_TO_1' },
  { input: [7, 1, 4], activation: 'RELU' },
  { input: [2, 2, 4] },
  { input: [6, 6, 8], stride: [2, 2] },
  { input: [7, 5, 4], stride: [2, 2], activation: 'RELU' },
  { input: [8, 7, 4], stride: [2, 2], padding: 'VALID' },
  { input: [1, 2, 4], stride: [2, 2] },
  { input: [6, 5, 4], stride: [2, 1] },
  { input: [6, 5, 4], stride: [3, 3] },
  { input: [9, 8, 4], dilation: [2, 2] },
  { input: [4, 5, 8], batches: 2 },
  { input: [5, 4, 8], batches: 2, stride: [2, 2], activation: 'RELU' },
  { input: [4, 4, 8], gain: 1e-3 },
  { input: [4, 4, 8], gain: 1e6 },
  { input: [4, 4, 4], hugeBias: true, gain: 1e6 },
];

export function convolutions(): KernelTestRow[] {
  return [
    ...SHARED_CASES.map((c) => convolutionRow('CONV_2D', { ...c, channels: 5 })),
    ...SHARED_CASES.map((c, i) => convolutionRow('DEPTHWISE_CONV_2D', { ...c, channels: [1, 8, 2][i % 3]! })),
    convolutionRow('DEPTHWISE_CONV_2D', { input: [6, 5, 1], kernel: [3, 3], channels: 32 }),
    ...ROW_CASES.map((c) => convolutionRow('CONV_2D', { ...c, channels: 6 })),
    ...DEPTHWISE_CASES.map((c) => convolutionRow('DEPTHWISE_CONV_2D', { ...c, kernel: [3, 3], channels: 1 })),
    ...repeat(25, (i) => randomConvolution('CONV_2D', i)),
    ...repeat(25, (i) => randomConvolution('DEPTHWISE_CONV_2D', i)),
  ];
}

export function fullyConnected(): KernelTestRow[] {
  return repeat(24, (i) => {
    const perChannel = i % 3 === 1;
    return row(`FULLY_CONNECTED ${perChannel ? 'per channel' : 'per tensor'} (${i})`, (draw) => {
      const [batches, inN, outN] = [draw.pick([1, 1, 3]), draw.between(1, 70), draw.between(3, 12)];
      const filterZero = i % 6 === 0 ? draw.between(-5, 5) : 0;
      const [inScale, inZero] = draw.affine();
      const filterScale = draw.scaleBetween(0.001, 0.02);
      const bias: TensorSpec = {
        shape: [outN],
        type: 'int32',
        affine: [inScale * filterScale, 0],
        values: Int32Array.from({ length: outN }, () => draw.between(-9000, 9000)),
      };
      const gain = draw.pick([1, 1, 1, 1, 0.001, 1e5]);
      const filter: TensorSpec = {
        shape: [outN, inN],
        values: draw.weights(outN * inN),
        ...(perChannel
          ? { scales: { values: repeat(outN, () => draw.scaleBetween(0.001, 0.02)), axis: 0 } }
          : { affine: [filterScale, filterZero] as const }),
      };
      return oneOperator(
        'FULLY_CONNECTED',
        { activation: draw.pick(['NONE', 'RELU', 'RELU6']), keepNumDims: false },
        [{ shape: [batches, inN], affine: [inScale, inZero] }, filter, i % 4 === 3 ? undefined : bias],
        [{ shape: [batches, outN], affine: [gain * inScale * 0.3 * Math.sqrt(inN), draw.zeroPoint()] }],
      );
    });
  });
}

export function pools(): KernelTestRow[] {
  return (['AVERAGE_POOL_2D', 'MAX_POOL_2D'] as const).flatMap((kind) =>
    repeat(16, (i) =>
      row(`${kind} of a random shape (${i})`, (draw) => {
        const [h, w, c] = [draw.between(1, 8), draw.between(1, 8), draw.between(1, 4)];
        const [filterH, filterW] = [draw.between(1, 4), draw.between(1, 4)];
        const padding: Padding = i % 2 === 0 || filterH > h || filterW > w ? 'SAME' : 'VALID';
        const [strideH, strideW] = [draw.between(1, 3), draw.between(1, 3)];
        const quantization = draw.affine();
        const outH = slidingWindow(padding, h, filterH, strideH).output;
        const outW = slidingWindow(padding, w, filterW, strideW).output;
        return oneOperator(
          kind,
          { padding, strideH, strideW, filterH, filterW, activation: draw.activation() },
          [{ shape: [2, h, w, c], affine: quantization }],
          [{ shape: [2, outH, outW, c], affine: quantization }],
        );
      }),
    ),
  );
}
