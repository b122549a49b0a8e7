/**
 * Calls to the kernels for cores that multiply one number at a time: the records of kws_kernels.h that `choose.ts`
 * puts in place of canonical ones. How constants are laid out is described there and done in `scalar/choices.ts`.
 */
import type { WindowGeometry } from './window-geometry.js';

interface Layer {
  readonly outputOffset: number;
  readonly activationMin: number;
  readonly activationMax: number;
  /** 0: any sums and shifts; 1: what can be rounded quickly; 2: and negative sums may be rounded in any way. */
  readonly rounding: number;
  /** [channels][4] */
  readonly constants: Int32Array;
}

interface Conv1x1Scalar extends Layer {
  readonly pixels: number;
  /** 1: from the last pixel to the first. */
  readonly descending: number;
  readonly inC: number;
  readonly outC: number;
  readonly filter: Uint8Array;
}

interface Conv2dScalar extends Layer, WindowGeometry {
  readonly batches: number;
  readonly outC: number;
  readonly inputZeroPoint: number;
  readonly filter: Uint8Array;
}

interface DepthwiseConv2dScalar extends Layer, WindowGeometry {
  readonly batches: number;
  readonly inputZeroPoint: number;
  readonly filter: Int16Array;
}

interface FullyConnectedScalar extends Layer {
  readonly batches: number;
  readonly inN: number;
  readonly outN: number;
  readonly filter: Uint8Array;
}

/** Parameters per kernel, as `KernelParams`. */
export interface ScalarParams {
  conv_1x1_s8_scalar: Conv1x1Scalar;
  conv_2d_s8_scalar: Conv2dScalar;
  fully_connected_s8_scalar: FullyConnectedScalar;
  depthwise_conv_2d_s8_scalar: DepthwiseConv2dScalar;
}
