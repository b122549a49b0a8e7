/**
 * How each kernel of kws_kernels.h is called: its parameter struct, the order of its fields, the order of its
 * arguments. A test holds this table and the header together.
 *
 * Owns: the table. Leaves to others: values (`plan/`), spelling (`c.ts`).
 */
import type { KernelName, KernelParams } from '../lowering/call.js';
import type { CType } from './types.js';

export type PointerType = CType | 'float' | 'void';

/** A parameter outside the struct: a number, or an array of the host's that becomes a pointer. */
export interface LooseParameter<K extends KernelName> {
  readonly field: keyof KernelParams[K] & string;
  /** `list`: an array of int32_t that is preceded by its length. */
  readonly as: 'int' | 'array' | 'list';
}

export interface KernelSignature<K extends KernelName> {
  readonly struct?: { readonly name: string; readonly fields: readonly (keyof KernelParams[K] & string)[] };
  /** Parameters after the struct and before the data. */
  readonly loose?: readonly LooseParameter<K>[];
  readonly input: PointerType;
  readonly output: PointerType;
  /** Which side is an array of pointers. */
  readonly many?: 'inputs' | 'outputs';
  /** Whether the last argument is scratch memory, of the bytes that the call says. */
  readonly scratch?: true;
}

const image = ['batches', 'inH', 'inW'] as const;
const window = ['strideH', 'strideW', 'dilationH', 'dilationW', 'padTop', 'padLeft'] as const;
const clamped = ['outputOffset', 'activationMin', 'activationMax'] as const;
const weights = ['filter', 'bias', 'multipliers', 'shifts'] as const;
const recordWeights = ['filter', 'constants'] as const;
const packedWeights = ['filter', 'constants', 'shifts'] as const;
const kernelSize = ['kernelH', 'kernelW'] as const;
const broadcast = ['aOffset', 'bOffset', 'outputOffset'] as const;
const s8 = { input: 'int8_t', output: 'int8_t' } as const;

const pool = {
  struct: {
    name: 'Pool2dS8',
    fields: [
      ...image,
      ...([
        'channels',
        'outH',
        'outW',
        'filterH',
        'filterW',
        'strideH',
        'strideW',
        'padTop',
        'padLeft',
      ] as const),
      ...(['activationMin', 'activationMax'] as const),
    ],
  },
  ...s8,
} satisfies KernelSignature<'average_pool_2d_s8'>;
const requantize = {
  struct: { name: 'Requantize', fields: ['count', 'inputZeroPoint', 'outputZeroPoint', 'output'] },
} as const;
const affine = { struct: { name: 'Affine', fields: ['count', 'scale', 'zeroPoint'] } } as const;
const rows = {
  loose: [
    { field: 'outer', as: 'int' },
    { field: 'bytes', as: 'list' },
  ],
  input: 'void',
  output: 'void',
} as const;

export const KERNEL_SIGNATURES: { readonly [K in KernelName]: KernelSignature<K> } = {
  conv_2d_s8: {
    struct: {
      name: 'Conv2dS8',
      fields: [
        ...image,
        ...(['inC', 'outH', 'outW', 'outC', 'kernelH', 'kernelW'] as const),
        ...window,
        'inputOffset',
        ...clamped,
        ...weights,
      ],
    },
    ...s8,
  },
  depthwise_conv_2d_s8: {
    struct: {
      name: 'DepthwiseConv2dS8',
      fields: [
        ...image,
        ...(['inC', 'outH', 'outW', 'multiplier', 'kernelH', 'kernelW'] as const),
        ...window,
        'inputOffset',
        ...clamped,
        ...weights,
      ],
    },
    ...s8,
  },
  fully_connected_s8: {
    struct: {
      name: 'FullyConnectedS8',
      fields: ['batches', 'inN', 'outN', 'inputOffset', 'filterOffset', ...clamped, ...weights],
    },
    ...s8,
  },
  average_pool_2d_s8: pool,
  max_pool_2d_s8: pool,
  lookup_s8: {
    loose: [
      { field: 'table', as: 'array' },
      { field: 'count', as: 'int' },
    ],
    ...s8,
  },
  softmax_s8: {
    struct: { name: 'SoftmaxS8', fields: ['rows', 'depth', 'inputMultiplier', 'inputLeftShift', 'diffMin'] },
    ...s8,
  },
  add_s8: {
    struct: {
      name: 'AddS8',
      fields: ['shape', 'leftShift', ...broadcast, 'a', 'b', 'output', 'activationMin', 'activationMax'],
    },
    ...s8,
  },
  sub_s8: {
    struct: {
      name: 'AddS8',
      fields: ['shape', 'leftShift', ...broadcast, 'a', 'b', 'output', 'activationMin', 'activationMax'],
    },
    ...s8,
  },
  prelu_s8: {
    struct: {
      name: 'PreluS8',
      fields: ['shape', 'inputOffset', 'alphaOffset', 'outputOffset', 'identity', 'negative'],
    },
    ...s8,
  },
  mul_s8: {
    struct: { name: 'MulS8', fields: ['shape', ...broadcast, 'output', 'activationMin', 'activationMax'] },
    ...s8,
  },
  mean_s8: {
    struct: { name: 'MeanS8', fields: ['dims', 'reduce', 'inputOffsetTimesCount', 'outputOffset', 'output'] },
    ...s8,
  },
  reduce_max_s8: { struct: { name: 'ReduceMaxS8', fields: ['dims', 'reduce'] }, ...s8 },
  resize_s8: {
    struct: {
      name: 'ResizeS8',
      fields: [...image, ...(['channels', 'outH', 'outW', 'rows', 'columns'] as const)],
    },
    ...s8,
  },
  pad_8: {
    struct: { name: 'Pad4', fields: ['inDims', 'before', 'after'] },
    loose: [{ field: 'value', as: 'int' }],
    input: 'uint8_t',
    output: 'uint8_t',
  },
  requantize_s8_s8: { ...requantize, ...s8 },
  requantize_s8_u8: { ...requantize, input: 'int8_t', output: 'uint8_t' },
  requantize_u8_s8: { ...requantize, input: 'uint8_t', output: 'int8_t' },
  quantize_f32_s8: { ...affine, input: 'float', output: 'int8_t' },
  quantize_f32_u8: { ...affine, input: 'float', output: 'uint8_t' },
  dequantize_s8_f32: { ...affine, input: 'int8_t', output: 'float' },
  dequantize_u8_f32: { ...affine, input: 'uint8_t', output: 'float' },
  concat: { ...rows, many: 'inputs' },
  split: { ...rows, many: 'outputs' },
  strided_slice_8: {
    struct: { name: 'StridedSlice4', fields: ['inDims', 'begin', 'stride', 'outDims'] },
    input: 'uint8_t',
    output: 'uint8_t',
  },
  transpose_8: {
    struct: { name: 'Transpose4', fields: ['outDims', 'strides'] },
    input: 'uint8_t',
    output: 'uint8_t',
  },
  copy: { loose: [{ field: 'bytes', as: 'int' }], input: 'void', output: 'void' },
  conv_1x1_s8_scalar: {
    struct: {
      name: 'Conv1x1S8Scalar',
      fields: ['pixels', 'descending', 'inC', 'outC', ...clamped, 'rounding', ...recordWeights],
    },
    scratch: true,
    ...s8,
  },
  conv_2d_s8_scalar: {
    struct: {
      name: 'Conv2dS8Scalar',
      fields: [
        ...image,
        ...(['inC', 'outH', 'outW', 'outC'] as const),
        ...kernelSize,
        ...window,
        'inputZeroPoint',
        ...clamped,
        'rounding',
        ...recordWeights,
      ],
    },
    scratch: true,
    ...s8,
  },
  depthwise_conv_2d_s8_scalar: {
    struct: {
      name: 'DepthwiseConv2dS8Scalar',
      fields: [
        ...image,
        ...(['inC', 'outH', 'outW'] as const),
        ...kernelSize,
        ...window,
        'inputZeroPoint',
        ...clamped,
        'rounding',
        ...recordWeights,
      ],
    },
    scratch: true,
    ...s8,
  },
  fully_connected_s8_scalar: {
    struct: {
      name: 'FullyConnectedS8Scalar',
      fields: ['batches', 'inN', 'outN', ...clamped, 'rounding', ...recordWeights],
    },
    ...s8,
  },
  conv_1x1_s8_dsp: {
    struct: {
      name: 'Conv1x1S8Dsp',
      fields: ['pixels', 'descending', 'inC', 'outC', ...clamped, ...packedWeights],
    },
    scratch: true,
    ...s8,
  },
  conv_2d_s8_dsp: {
    struct: {
      name: 'Conv2dS8Dsp',
      fields: [
        ...image,
        ...(['inC', 'outH', 'outW', 'outC'] as const),
        ...kernelSize,
        ...window,
        'inputZeroPoint',
        ...clamped,
        ...packedWeights,
      ],
    },
    scratch: true,
    ...s8,
  },
  depthwise_conv_2d_s8_dsp: {
    struct: {
      name: 'DepthwiseConv2dS8Dsp',
      fields: [
        ...image,
        ...(['inC', 'outH', 'outW'] as const),
        ...kernelSize,
        ...window,
        'inputZeroPoint',
        ...clamped,
        ...packedWeights,
      ],
    },
    scratch: true,
    ...s8,
  },
  depthwise_conv_3x3_s8_dsp: {
    struct: {
      name: 'DepthwiseConv3x3S8Dsp',
      fields: [
        ...image,
        ...(['inC', 'outH', 'outW', 'padTop', 'padLeft'] as const),
        'inputZeroPoint',
        ...clamped,
        ...(['constants', 'shifts'] as const),
      ],
    },
    scratch: true,
    ...s8,
  },
  fully_connected_s8_dsp: {
    struct: { name: 'FullyConnectedS8Dsp', fields: ['batches', 'inN', 'outN', ...clamped, ...packedWeights] },
    ...s8,
  },
  conv_1x1_s8_helium: {
    struct: {
      name: 'Conv1x1S8Helium',
      fields: ['pixels', 'descending', 'inC', 'outC', ...clamped, ...recordWeights],
    },
    scratch: true,
    ...s8,
  },
  conv_2d_s8_helium: {
    struct: {
      name: 'Conv2dS8Helium',
      fields: [
        ...image,
        ...(['inC', 'outH', 'outW', 'outC'] as const),
        ...kernelSize,
        ...window,
        'inputZeroPoint',
        ...clamped,
        ...recordWeights,
      ],
    },
    scratch: true,
    ...s8,
  },
  depthwise_conv_2d_s8_helium: {
    struct: {
      name: 'DepthwiseConv2dS8Helium',
      fields: [
        ...image,
        ...(['inC', 'outH', 'outW'] as const),
        ...kernelSize,
        ...window,
        'inputZeroPoint',
        ...clamped,
        ...recordWeights,
      ],
    },
    scratch: true,
    ...s8,
  },
};

/** Fields of nested structs, in the header's order. */
export const NESTED_FIELDS: readonly (readonly string[])[] = [
  ['multiplier', 'shift'],
  ['dims', 'aStrides', 'bStrides'],
];

/** The few fields that are real numbers. */
export const FLOAT_FIELDS: ReadonlySet<string> = new Set(['scale']);

/** `aStrides` as the header writes it: `a_strides`. */
export function fieldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
