/**
 * The tables of a TensorFlow Lite file that we read and write.
 *
 * Specification: tensorflow/compiler/mlir/lite/schema/schema.fbs, schema version 3 (file identifier TFL3).
 * Field order is the id order there. Trailing fields we have no use for are left out; fields in between
 * whose presence changes the meaning are noticed (`presence`).
 */

import type { ValueOf } from './table.js';
import { bytes, nested, presence, scalar, scalars, string, table, tables, union } from './table.js';

export const FILE_IDENTIFIER = 'TFL3';
export const SCHEMA_VERSION = 3;

const activation = scalar('i8');
const padding = scalar('i8');

const window2d = { padding, strideW: scalar('i32'), strideH: scalar('i32') };
const dilation = { dilationW: scalar('i32', 1), dilationH: scalar('i32', 1) };

/** Members of the BuiltinOptions union for the operators we know by name. */
const BUILTIN_OPTIONS = {
  Conv2DOptions: { code: 1, table: table('Conv2DOptions', { ...window2d, activation, ...dilation }) },
  DepthwiseConv2DOptions: {
    code: 2,
    table: table('DepthwiseConv2DOptions', {
      ...window2d,
      depthMultiplier: scalar('i32'),
      activation,
      ...dilation,
    }),
  },
  Pool2DOptions: {
    code: 5,
    table: table('Pool2DOptions', {
      ...window2d,
      filterW: scalar('i32'),
      filterH: scalar('i32'),
      activation,
    }),
  },
  FullyConnectedOptions: {
    code: 8,
    table: table('FullyConnectedOptions', {
      activation,
      weightsFormat: scalar('i8'),
      keepNumDims: scalar('bool'),
      asymmetricQuantizeInputs: scalar('bool'),
    }),
  },
  SoftmaxOptions: { code: 9, table: table('SoftmaxOptions', { beta: scalar('f32') }) },
  ConcatenationOptions: {
    code: 10,
    table: table('ConcatenationOptions', { axis: scalar('i32'), activation }),
  },
  AddOptions: { code: 11, table: table('AddOptions', { activation, potScaleInt16: scalar('bool', 1) }) },
  ResizeBilinearOptions: {
    code: 15,
    table: table('ResizeBilinearOptions', {
      // Before the size became an operand.
      newHeight: scalar('i32'),
      newWidth: scalar('i32'),
      alignCorners: scalar('bool'),
      halfPixelCenters: scalar('bool'),
    }),
  },
  ReshapeOptions: { code: 17, table: table('ReshapeOptions', { newShape: scalars('i32') }) },
  MulOptions: { code: 21, table: table('MulOptions', { activation }) },
  PadOptions: { code: 22, table: table('PadOptions', {}) },
  TransposeOptions: { code: 26, table: table('TransposeOptions', {}) },
  ReducerOptions: { code: 27, table: table('ReducerOptions', { keepDims: scalar('bool') }) },
  SubOptions: { code: 28, table: table('SubOptions', { activation, potScaleInt16: scalar('bool', 1) }) },
  SqueezeOptions: { code: 30, table: table('SqueezeOptions', { squeezeDims: scalars('i32') }) },
  StridedSliceOptions: {
    code: 32,
    table: table('StridedSliceOptions', {
      beginMask: scalar('i32'),
      endMask: scalar('i32'),
      ellipsisMask: scalar('i32'),
      newAxisMask: scalar('i32'),
      shrinkAxisMask: scalar('i32'),
      offset: scalar('bool'),
    }),
  },
  DequantizeOptions: { code: 38, table: table('DequantizeOptions', {}) },
  ExpandDimsOptions: { code: 52, table: table('ExpandDimsOptions', {}) },
  ResizeNearestNeighborOptions: {
    code: 74,
    table: table('ResizeNearestNeighborOptions', {
      alignCorners: scalar('bool'),
      halfPixelCenters: scalar('bool'),
    }),
  },
  LeakyReluOptions: { code: 75, table: table('LeakyReluOptions', { alpha: scalar('f32') }) },
  SplitVOptions: { code: 79, table: table('SplitVOptions', { numSplits: scalar('i32') }) },
  QuantizeOptions: { code: 89, table: table('QuantizeOptions', {}) },
  CallOnceOptions: { code: 103, table: table('CallOnceOptions', { subgraph: scalar('i32') }) },
  VarHandleOptions: {
    code: 111,
    table: table('VarHandleOptions', { container: string, sharedName: string }),
  },
  ReadVariableOptions: { code: 112, table: table('ReadVariableOptions', {}) },
  AssignVariableOptions: { code: 113, table: table('AssignVariableOptions', {}) },
} as const;

const QUANTIZATION = table('QuantizationParameters', {
  min: scalars('f32'),
  max: scalars('f32'),
  scales: scalars('f32'),
  zeroPoints: scalars('i64'),
  /** Block-wise or multi-axis quantization stands here instead: code other than 0. */
  details: union({}),
  axis: scalar('i32'),
});

const VARIANT_SUBTYPE = table('VariantSubType', {
  shape: scalars('i32'),
  type: scalar('i8'),
  hasRank: scalar('bool'),
});

const TENSOR = table('Tensor', {
  shape: scalars('i32'),
  type: scalar('i8'),
  buffer: scalar('u32'),
  name: string,
  quantization: nested(QUANTIZATION),
  isVariable: scalar('bool'),
  sparsity: presence,
  shapeSignature: scalars('i32'),
  hasRank: scalar('bool'),
  variantTensors: tables(VARIANT_SUBTYPE),
  externalBuffer: scalar('u32'),
});

const OPERATOR_CODE = table('OperatorCode', {
  deprecatedBuiltinCode: scalar('i8'),
  customCode: string,
  version: scalar('i32', 1),
  builtinCode: scalar('i32'),
});

const OPERATOR = table('Operator', {
  opcodeIndex: scalar('u32'),
  inputs: scalars('i32'),
  outputs: scalars('i32'),
  options: union(BUILTIN_OPTIONS),
  customOptions: bytes(),
  customOptionsFormat: scalar('i8'),
  mutatingVariableInputs: scalars('i8'),
  intermediates: scalars('i32'),
  largeCustomOptionsOffset: scalar('u64'),
  largeCustomOptionsSize: scalar('u64'),
  /** The second union of options (StableHLO operators). */
  options2: union({}),
});

const SUBGRAPH = table('SubGraph', {
  tensors: tables(TENSOR),
  inputs: scalars('i32'),
  outputs: scalars('i32'),
  operators: tables(OPERATOR),
  name: string,
});

const BUFFER = table('Buffer', { data: bytes(16), offset: scalar('u64'), size: scalar('u64') });
const METADATA = table('Metadata', { name: string, buffer: scalar('u32') });
const TENSOR_MAP = table('TensorMap', { name: string, tensor: scalar('u32') });
const SIGNATURE = table('SignatureDef', {
  inputs: tables(TENSOR_MAP),
  outputs: tables(TENSOR_MAP),
  key: string,
  deprecatedTag: presence,
  subgraph: scalar('u32'),
});

export const MODEL = table('Model', {
  version: scalar('u32'),
  operatorCodes: tables(OPERATOR_CODE),
  subgraphs: tables(SUBGRAPH),
  description: string,
  buffers: tables(BUFFER),
  metadataBuffer: scalars('i32'),
  metadata: tables(METADATA),
  signatures: tables(SIGNATURE),
});

export type RawModel = ValueOf<typeof MODEL>;
export type TfliteTensor = ValueOf<typeof TENSOR>;
export type TfliteQuantization = ValueOf<typeof QUANTIZATION>;
export type TfliteSubgraph = ValueOf<typeof SUBGRAPH>;
export type TfliteOperator = ValueOf<typeof OPERATOR>;
export type TfliteOptions = TfliteOperator['options'];
export type TfliteSignature = ValueOf<typeof SIGNATURE>;
type TfliteMetadata = ValueOf<typeof METADATA>;

export interface TfliteOperatorCode {
  /** The larger of the file's two fields: older files have only the deprecated one. */
  readonly builtinCode: number;
  /** Name of a custom operator (builtin code 32), otherwise empty. */
  readonly customCode: string;
  readonly version: number;
}

/** A whole file as plain values. Buffers are views of the file's bytes, wherever the file keeps them. */
export interface TfliteFile {
  readonly version: number;
  readonly description: string;
  readonly operatorCodes: readonly TfliteOperatorCode[];
  /** The first is the main graph. */
  readonly subgraphs: readonly TfliteSubgraph[];
  /** Index 0 is empty by convention: tensors without data name it. */
  readonly buffers: readonly Uint8Array[];
  readonly metadata: readonly TfliteMetadata[];
  readonly signatures: readonly TfliteSignature[];
}
