/**
 * Kernel calls: what the compiled runtime executes in place of an operator.
 *
 * The parameter records are the structs of templates/lib/kws_kernels/include/kws_kernels/kws_kernels.h, field
 * by field and in their order (camelCase here); a test holds them together. The reference engine interprets
 * them, the planner places their operands, the emitter prints them.
 */
import type { Four, Multiplier } from '../model/arithmetic.js';
import type { DspParams } from './dsp-params.js';
import type { HeliumParams } from './helium-params.js';
import type { ScalarParams } from './scalar-params.js';
import type { WindowGeometry } from './window-geometry.js';

export interface Conv2d extends WindowGeometry {
  readonly batches: number;
  readonly outC: number;
  readonly inputOffset: number;
  readonly outputOffset: number;
  readonly activationMin: number;
  readonly activationMax: number;
  /** [outC][kernelH][kernelW][inC] */
  readonly filter: Int8Array;
  readonly bias: Int32Array | null;
  readonly multipliers: Int32Array;
  readonly shifts: Int8Array;
}

export interface DepthwiseConv2d extends Omit<Conv2d, 'outC'> {
  /** Depth multiplier: the output has inC * multiplier channels. Filter: [kernelH][kernelW][outC]. */
  readonly multiplier: number;
}

export interface FullyConnected {
  readonly batches: number;
  readonly inN: number;
  readonly outN: number;
  readonly inputOffset: number;
  readonly filterOffset: number;
  readonly outputOffset: number;
  readonly activationMin: number;
  readonly activationMax: number;
  /** [outN][inN] */
  readonly filter: Int8Array;
  readonly bias: Int32Array | null;
  readonly multipliers: Int32Array;
  readonly shifts: Int8Array;
}

export interface Pool2d {
  readonly batches: number;
  readonly inH: number;
  readonly inW: number;
  readonly channels: number;
  readonly outH: number;
  readonly outW: number;
  readonly filterH: number;
  readonly filterW: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly activationMin: number;
  readonly activationMax: number;
}

export interface Lookup {
  /** `table[q & 255]` */
  readonly table: Int8Array;
  readonly count: number;
}

export interface Softmax {
  readonly rows: number;
  readonly depth: number;
  readonly inputMultiplier: number;
  readonly inputLeftShift: number;
  readonly diffMin: number;
}

export interface Broadcast4 {
  readonly dims: Four;
  readonly aStrides: Four;
  readonly bStrides: Four;
}

export interface Add {
  readonly shape: Broadcast4;
  readonly leftShift: number;
  readonly aOffset: number;
  readonly bOffset: number;
  readonly outputOffset: number;
  readonly a: Multiplier;
  readonly b: Multiplier;
  readonly output: Multiplier;
  readonly activationMin: number;
  readonly activationMax: number;
}

export interface Mul {
  readonly shape: Broadcast4;
  readonly aOffset: number;
  readonly bOffset: number;
  readonly outputOffset: number;
  readonly output: Multiplier;
  readonly activationMin: number;
  readonly activationMax: number;
}

/** `left - right`; the parameters of ADD. */
export type Sub = Add;

export interface Prelu {
  /** a is x, b is alpha. */
  readonly shape: Broadcast4;
  readonly inputOffset: number;
  readonly alphaOffset: number;
  readonly outputOffset: number;
  readonly identity: Multiplier;
  readonly negative: Multiplier;
}

export interface ReduceMax {
  readonly dims: Four;
  /** 1 where the maximum along a dimension is taken. */
  readonly reduce: Four;
}

export interface Transpose {
  readonly outDims: Four;
  /** Elements of the input to the next index of each dimension of the output. */
  readonly strides: Four;
}

export interface Mean {
  readonly dims: Four;
  /** 1 where a dimension is averaged away. */
  readonly reduce: Four;
  readonly inputOffsetTimesCount: number;
  readonly outputOffset: number;
  readonly output: Multiplier;
}

/** Rows and columns of the output as places in the input, in 1/1024 of a pixel: 0 to 1024 * (size - 1). */
export interface Resize {
  readonly batches: number;
  readonly inH: number;
  readonly inW: number;
  readonly channels: number;
  readonly outH: number;
  readonly outW: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

export interface Pad {
  readonly inDims: Four;
  readonly before: Four;
  readonly after: Four;
  /** Passed beside the struct: the byte that fills. */
  readonly value: number;
}

export interface Requantize {
  readonly count: number;
  readonly inputZeroPoint: number;
  readonly outputZeroPoint: number;
  readonly output: Multiplier;
}

export interface AffineMap {
  readonly count: number;
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Rows of several tensors put side by side, or taken apart. */
export interface Rows {
  readonly outer: number;
  /** Bytes of one row of each part. */
  readonly bytes: readonly number[];
}

export interface StridedSlice {
  readonly inDims: Four;
  readonly begin: Four;
  readonly stride: Four;
  readonly outDims: Four;
}

/** Parameters per kernel that every core has; the kernel's C++ function is called `kws_<name>`. */
export interface CanonicalParams {
  conv_2d_s8: Conv2d;
  depthwise_conv_2d_s8: DepthwiseConv2d;
  fully_connected_s8: FullyConnected;
  average_pool_2d_s8: Pool2d;
  max_pool_2d_s8: Pool2d;
  lookup_s8: Lookup;
  softmax_s8: Softmax;
  add_s8: Add;
  sub_s8: Sub;
  mul_s8: Mul;
  prelu_s8: Prelu;
  mean_s8: Mean;
  reduce_max_s8: ReduceMax;
  resize_s8: Resize;
  pad_8: Pad;
  requantize_s8_s8: Requantize;
  requantize_s8_u8: Requantize;
  requantize_u8_s8: Requantize;
  quantize_f32_s8: AffineMap;
  quantize_f32_u8: AffineMap;
  dequantize_s8_f32: AffineMap;
  dequantize_u8_f32: AffineMap;
  concat: Rows;
  split: Rows;
  strided_slice_8: StridedSlice;
  transpose_8: Transpose;
  copy: { readonly bytes: number };
}

/** With the kernels of instruction sets. */
export interface KernelParams extends CanonicalParams, ScalarParams, DspParams, HeliumParams {}

export type CanonicalName = keyof CanonicalParams;
export type KernelName = keyof KernelParams;

/** Where a kernel reads or writes: a tensor of the model (constant or not) or a variable. */
export interface Place {
  readonly kind: 'tensor' | 'variable';
  readonly id: number;
}

export interface CallOf<K extends KernelName> {
  readonly kernel: K;
  readonly params: KernelParams[K];
  /** The kernel's data operands in the order of its arguments; weights and the like are in `params`. */
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
  /** Bytes of memory that the kernel may use while it runs; passed last. */
  readonly scratch?: number;
}

export type KernelCall = { readonly [K in KernelName]: CallOf<K> }[KernelName];
export type CanonicalCall = { readonly [K in CanonicalName]: CallOf<K> }[CanonicalName];
