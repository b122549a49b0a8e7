/**
 * Operator attributes: the file's option tables to and from the model's, one codec per operator kind.
 *
 * Specification: the option tables of tensorflow/compiler/mlir/lite/schema/schema.fbs.
 */
import type { Activation, OperatorKind, OperatorOptions, Padding } from '../model/types.js';
import { ACTIVATIONS, PADDINGS } from './codes.js';
import type { TfliteOptions } from './schema.js';

/** Kinds whose attributes are an option table; the others refer to resources or are not ours. */
export type CodedKind = Exclude<OperatorKind, 'FOREIGN' | 'READ_VARIABLE' | 'ASSIGN_VARIABLE'>;

/** An option we cannot represent: why the operator is refused. */
export class UnreadableOption extends Error {}

interface OptionCodec<K extends CodedKind> {
  readonly read: (options: TfliteOptions) => OperatorOptions[K];
  readonly write: (options: OperatorOptions[K], context: WriteContext) => TfliteOptions;
}

/** What some tables repeat of the operator's tensors. */
interface WriteContext {
  readonly outputShape: readonly number[];
  readonly outputCount: number;
}

type Table<N> = Extract<TfliteOptions, { readonly type: N }>;

/** The option table, which must be the one the operator has. */
function expectTable<N extends TfliteOptions['type']>(options: TfliteOptions, type: N): Table<N> {
  if (options.type !== type)
    throw new UnreadableOption(
      options.type === 'none' ? `it has no ${type}` : `it has ${options.type} in place of ${type}`,
    );
  return options as Table<N>;
}

function readActivation(code: number): Activation {
  const name = ACTIVATIONS[code];
  if (name === undefined)
    throw new UnreadableOption(`it has the fused activation ${code === 4 ? 'TANH' : code}`);
  return name;
}

function readPadding(code: number): Padding {
  const name = PADDINGS[code];
  if (name === undefined) throw new UnreadableOption(`it has the padding ${code}`);
  return name;
}

const activationCode = (activation: Activation) => ACTIVATIONS.indexOf(activation);

interface Window2d {
  readonly padding: Padding;
  readonly strideH: number;
  readonly strideW: number;
  readonly activation: Activation;
}
interface RawWindow2d {
  readonly padding: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly activation: number;
}
const readWindow = (raw: RawWindow2d): Window2d => ({
  padding: readPadding(raw.padding),
  strideH: raw.strideH,
  strideW: raw.strideW,
  activation: readActivation(raw.activation),
});
const writeWindow = (options: Window2d): RawWindow2d => ({
  padding: PADDINGS.indexOf(options.padding),
  strideH: options.strideH,
  strideW: options.strideW,
  activation: activationCode(options.activation),
});

/** Kinds without attributes of their own; `type` is the table converters write, if any. */
const empty = (
  type?: 'PadOptions' | 'QuantizeOptions' | 'DequantizeOptions' | 'ExpandDimsOptions' | 'TransposeOptions',
) => ({
  read: () => ({}),
  write: (): TfliteOptions => ({ type: type ?? 'none' }),
});

const pool = {
  read: (options: TfliteOptions) => {
    const raw = expectTable(options, 'Pool2DOptions');
    return { ...readWindow(raw), filterH: raw.filterH, filterW: raw.filterW };
  },
  write: (options: OperatorOptions['AVERAGE_POOL_2D']): TfliteOptions => ({
    type: 'Pool2DOptions',
    ...writeWindow(options),
    filterH: options.filterH,
    filterW: options.filterW,
  }),
};

const reducer = {
  read: (options: TfliteOptions) => ({ keepDims: expectTable(options, 'ReducerOptions').keepDims }),
  write: (o: { readonly keepDims: boolean }): TfliteOptions => ({
    type: 'ReducerOptions',
    keepDims: o.keepDims,
  }),
};

export const OPTION_CODECS: { readonly [K in CodedKind]: OptionCodec<K> } = {
  CONV_2D: {
    read: (options) => {
      const raw = expectTable(options, 'Conv2DOptions');
      return { ...readWindow(raw), dilationH: raw.dilationH, dilationW: raw.dilationW };
    },
    write: (o) => ({
      type: 'Conv2DOptions',
      ...writeWindow(o),
      dilationH: o.dilationH,
      dilationW: o.dilationW,
    }),
  },
  DEPTHWISE_CONV_2D: {
    read: (options) => {
      const raw = expectTable(options, 'DepthwiseConv2DOptions');
      const { depthMultiplier, dilationH, dilationW } = raw;
      return { ...readWindow(raw), depthMultiplier, dilationH, dilationW };
    },
    write: (o) => ({
      type: 'DepthwiseConv2DOptions',
      ...writeWindow(o),
      depthMultiplier: o.depthMultiplier,
      dilationH: o.dilationH,
      dilationW: o.dilationW,
    }),
  },
  FULLY_CONNECTED: {
    read: (options) => {
      const raw = expectTable(options, 'FullyConnectedOptions');
      if (raw.weightsFormat !== 0) throw new UnreadableOption('its weights are shuffled');
      return { activation: readActivation(raw.activation), keepNumDims: raw.keepNumDims };
    },
    write: (o) => ({
      type: 'FullyConnectedOptions',
      activation: activationCode(o.activation),
      weightsFormat: 0,
      keepNumDims: o.keepNumDims,
      asymmetricQuantizeInputs: false,
    }),
  },
  AVERAGE_POOL_2D: pool,
  MAX_POOL_2D: pool,
  RESHAPE: {
    read: () => ({}),
    write: (_, context) => ({ type: 'ReshapeOptions', newShape: context.outputShape }),
  },
  EXPAND_DIMS: empty('ExpandDimsOptions'),
  SQUEEZE: {
    read: (options) => ({ axes: [...expectTable(options, 'SqueezeOptions').squeezeDims] }),
    write: (o) => ({ type: 'SqueezeOptions', squeezeDims: o.axes }),
  },
  TRANSPOSE: empty('TransposeOptions'),
  SOFTMAX: {
    read: (options) => ({ beta: expectTable(options, 'SoftmaxOptions').beta }),
    write: (o) => ({ type: 'SoftmaxOptions', beta: o.beta }),
  },
  LOGISTIC: empty(),
  TANH: empty(),
  RELU: empty(),
  RELU6: empty(),
  ADD: {
    read: (options) => ({ activation: readActivation(expectTable(options, 'AddOptions').activation) }),
    write: (o) => ({ type: 'AddOptions', activation: activationCode(o.activation), potScaleInt16: true }),
  },
  LEAKY_RELU: {
    read: (options) => ({ alpha: expectTable(options, 'LeakyReluOptions').alpha }),
    write: (o) => ({ type: 'LeakyReluOptions', alpha: o.alpha }),
  },
  HARD_SWISH: empty(),
  PRELU: empty(),
  SUB: {
    read: (options) => ({ activation: readActivation(expectTable(options, 'SubOptions').activation) }),
    write: (o) => ({ type: 'SubOptions', activation: activationCode(o.activation), potScaleInt16: true }),
  },
  MUL: {
    read: (options) => ({ activation: readActivation(expectTable(options, 'MulOptions').activation) }),
    write: (o) => ({ type: 'MulOptions', activation: activationCode(o.activation) }),
  },
  MEAN: reducer,
  REDUCE_MAX: reducer,
  RESIZE_BILINEAR: {
    read: (options) => {
      const { alignCorners, halfPixelCenters } = expectTable(options, 'ResizeBilinearOptions');
      return { alignCorners, halfPixelCenters };
    },
    write: (o) => ({ type: 'ResizeBilinearOptions', newHeight: 0, newWidth: 0, ...o }),
  },
  RESIZE_NEAREST_NEIGHBOR: {
    read: (options) => {
      const { alignCorners, halfPixelCenters } = expectTable(options, 'ResizeNearestNeighborOptions');
      return { alignCorners, halfPixelCenters };
    },
    write: (o) => ({ type: 'ResizeNearestNeighborOptions', ...o }),
  },
  PAD: empty('PadOptions'),
  QUANTIZE: empty('QuantizeOptions'),
  DEQUANTIZE: empty('DequantizeOptions'),
  CONCATENATION: {
    read: (options) => {
      const raw = expectTable(options, 'ConcatenationOptions');
      return { axis: raw.axis, activation: readActivation(raw.activation) };
    },
    write: (o) => ({
      type: 'ConcatenationOptions',
      axis: o.axis,
      activation: activationCode(o.activation),
    }),
  },
  STRIDED_SLICE: {
    read: (options) => {
      const { type: _, offset, ...masks } = expectTable(options, 'StridedSliceOptions');
      if (offset) throw new UnreadableOption('its end is an offset from its begin');
      return masks;
    },
    write: (o) => ({ type: 'StridedSliceOptions', ...o, offset: false }),
  },
  SPLIT_V: {
    read: () => ({}),
    write: (_, context) => ({ type: 'SplitVOptions', numSplits: context.outputCount }),
  },
};
