/**
 * The model as every stage after the readers sees it: plain, readonly, serialisable.
 *
 * Owns: tensors, operators, streaming state. A `Model` is one straight list of operators in execution
 * order; the subgraphs, resource handles and CALL_ONCE of a streaming TensorFlow Lite file are resolved
 * by the reader into `variables`.
 * Leaves to others: file formats (`readers/`, `tflite/`), what an operator means (`operators.ts`,
 * `reference/`), memory (`plan/`).
 */

import type { FrontendSpec } from '../frontend/spec.js';

export type ElementType = 'float32' | 'float16' | 'int8' | 'uint8' | 'int16' | 'int32' | 'int64' | 'bool';

/** Affine quantization, real = scale * (q - zeroPoint). One scale: per tensor; several: per index of `axis`. */
export interface Quantization {
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  /** The quantized dimension; meaningful only with several scales. */
  readonly axis: number;
}

export interface Tensor {
  readonly name: string;
  readonly type: ElementType;
  /** Fixed dimensions; a dynamic batch is read as 1. `[]` is a scalar. */
  readonly shape: readonly number[];
  readonly quantization?: Quantization;
  /** Little-endian element bytes of a constant; absent for activations. */
  readonly data?: Uint8Array;
}

/** State that survives from one inference to the next (a TensorFlow Lite resource variable). */
export interface Variable {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly quantization?: Quantization;
  /** Bytes after a reset, exactly as long as the variable. */
  readonly initial: Uint8Array;
}

export type Activation = 'NONE' | 'RELU' | 'RELU6' | 'RELU_N1_TO_1';
export type Padding = 'SAME' | 'VALID';

interface Spatial {
  readonly padding: Padding;
  readonly strideH: number;
  readonly strideW: number;
}
/** How positions of the output lie in the input: corner on corner, or centres on centres of pixels; else both from 0. */
interface Resize {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}
interface Pool extends Spatial {
  readonly filterH: number;
  readonly filterW: number;
  readonly activation: Activation;
}

/** Attributes per operator kind. Tensor operands are in `inputs`, in TensorFlow Lite's order. */
export interface OperatorOptions {
  /** inputs: x [n,h,w,c], filter [co,kh,kw,ci], bias [co] or -1 */
  CONV_2D: Spatial & {
    readonly dilationH: number;
    readonly dilationW: number;
    readonly activation: Activation;
  };
  /** inputs: x [n,h,w,c], filter [1,kh,kw,c*multiplier], bias or -1 */
  DEPTHWISE_CONV_2D: Spatial & {
    readonly dilationH: number;
    readonly dilationW: number;
    readonly depthMultiplier: number;
    readonly activation: Activation;
  };
  /** inputs: x, filter [out,in], bias or -1 */
  FULLY_CONNECTED: { readonly activation: Activation; readonly keepNumDims: boolean };
  AVERAGE_POOL_2D: Pool;
  MAX_POOL_2D: Pool;
  /** inputs: x, optionally the shape */
  RESHAPE: Record<never, never>;
  /** inputs: x, the axis of the new dimension (constant int32) */
  EXPAND_DIMS: Record<never, never>;
  /** Dimensions of 1 that are left out; none given: all of them. Negative ones count from the end. */
  SQUEEZE: { readonly axes: readonly number[] };
  /** inputs: x, permutation (constant int32): dimension i of the output is dimension permutation[i] of x */
  TRANSPOSE: Record<never, never>;
  SOFTMAX: { readonly beta: number };
  LOGISTIC: Record<never, never>;
  TANH: Record<never, never>;
  RELU: Record<never, never>;
  RELU6: Record<never, never>;
  /** x, or alpha * x where x is negative */
  LEAKY_RELU: { readonly alpha: number };
  /** x * relu6(x + 3) / 6 */
  HARD_SWISH: Record<never, never>;
  /** inputs: x, alpha (constant, broadcast to x): x, or alpha * x where x is negative */
  PRELU: Record<never, never>;
  ADD: { readonly activation: Activation };
  /** inputs: a, b; a - b */
  SUB: { readonly activation: Activation };
  MUL: { readonly activation: Activation };
  /** inputs: x, axes (constant int32) */
  MEAN: { readonly keepDims: boolean };
  /** inputs: x, axes (constant int32) */
  REDUCE_MAX: { readonly keepDims: boolean };
  /** inputs: x [n,h,w,c], size [2] (constant int32): height and width of the output */
  RESIZE_BILINEAR: Resize;
  /** inputs: as RESIZE_BILINEAR */
  RESIZE_NEAREST_NEIGHBOR: Resize;
  /** inputs: x, paddings [rank,2] (constant int32) */
  PAD: Record<never, never>;
  QUANTIZE: Record<never, never>;
  DEQUANTIZE: Record<never, never>;
  CONCATENATION: { readonly axis: number; readonly activation: Activation };
  /** inputs: x, begin, end, strides (constant int32) */
  STRIDED_SLICE: {
    readonly beginMask: number;
    readonly endMask: number;
    readonly ellipsisMask: number;
    readonly newAxisMask: number;
    readonly shrinkAxisMask: number;
  };
  /** inputs: x, sizes (constant int32), axis (constant int32 scalar) */
  SPLIT_V: Record<never, never>;
  /** no inputs; one output */
  READ_VARIABLE: { readonly variable: number };
  /** one input; no outputs */
  ASSIGN_VARIABLE: { readonly variable: number };
  /** An operator we read but do not compute: TensorFlow Lite's interpreter may. */
  FOREIGN: { readonly builtinCode: number; readonly name: string };
}

export type OperatorKind = keyof OperatorOptions;

export interface OperatorOf<K extends OperatorKind> {
  readonly kind: K;
  /** Position in the source file's main graph: what error messages and golden tensors name. */
  readonly index: number;
  /** Tensor ids; -1 where an optional operand is absent. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: OperatorOptions[K];
}

export type Operator = { readonly [K in OperatorKind]: OperatorOf<K> }[OperatorKind];

/** File formats a model can come from. What is quantized here is written, and read again, as `tflite`. */
export type SourceFormat = 'tflite' | 'tfjs-layers' | 'tfjs-graph' | 'keras' | 'saved-model' | 'frozen-graph';

/** What a quantized file says about its calibration; for people, and for telling two files apart. */
export interface CalibrationSummary {
  /** `min-max`, `mse`, or `percentile 99.99`. */
  readonly method: string;
  /** Recordings, or rows of features. */
  readonly clips: number;
  /** Model inputs that were made of them. */
  readonly inputs: number;
  /** Ranges that were given, not measured, by tensor name. */
  readonly pinned?: Readonly<Record<string, { readonly min: number; readonly max: number }>>;
  /** What quantized it: `kws-gen 1.2.0`. */
  readonly tool: string;
}

declare const INT8: unique symbol;

/** A model that was found to compute in int8 throughout (`requireInt8`): what firmware can be made of. */
export type Int8Model = Model & { readonly [INT8]: true };

export interface Model {
  /** Without directory or extension. */
  readonly name: string;
  readonly source: {
    readonly format: SourceFormat;
    /** Hex SHA-256 of the file's bytes (of all its files, for formats that have several): the model hash of the hello line. */
    readonly sha256: string;
    /** The file as read; of a TensorFlow Lite file what the interpreter runtime embeds. */
    readonly bytes: Uint8Array;
    readonly description?: string;
  };
  readonly tensors: readonly Tensor[];
  /** Execution order. */
  readonly operators: readonly Operator[];
  readonly variables: readonly Variable[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** From the file's metadata, if it carries any. */
  readonly labels?: readonly string[];
  /** The front end it was calibrated with, from our own metadata, or trained with, from MLTK's. */
  readonly frontend?: FrontendSpec;
  /** Of a front end that its file describes and that is not computed here: why, as a sentence. */
  readonly unknownFrontend?: string;
  /** How it was quantized here, from our own metadata. */
  readonly calibration?: CalibrationSummary;
}
