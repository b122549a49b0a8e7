/**
 * Calls to the kernels for Arm's DSP extension: the records of kws_kernels.h that `choose.ts` puts in place of
 * canonical ones. How constants are laid out is described there and done in `pack.ts`.
 */
import type { WindowGeometry } from './window-geometry.js';

interface Packed {
  readonly outputOffset: number;
  readonly activationMin: number;
  readonly activationMax: number;
  readonly constants: Int32Array;
  /** To the right, less 1. */
  readonly shifts: Int8Array;
}

interface Conv1x1Dsp extends Packed {
  readonly pixels: number;
  /** 1: from the last pixel to the first. */
  readonly descending: number;
  readonly inC: number;
  readonly outC: number;
  readonly filter: Int8Array;
}

interface DepthwiseConv2dDsp extends Packed, WindowGeometry {
  readonly batches: number;
  readonly inputZeroPoint: number;
  readonly filter: Int16Array;
}

/** 3x3 taps without dilation. */
export interface DepthwiseConv3x3Dsp extends Packed {
  readonly batches: number;
  readonly inH: number;
  readonly inW: number;
  readonly inC: number;
  readonly outH: number;
  readonly outW: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly inputZeroPoint: number;
}

interface Conv2dDsp extends Omit<DepthwiseConv2dDsp, 'filter'> {
  readonly outC: number;
  readonly filter: Int8Array;
}

interface FullyConnectedDsp extends Packed {
  readonly batches: number;
  readonly inN: number;
  readonly outN: number;
  readonly filter: Int8Array;
}

/** Parameters per kernel, as `KernelParams`. */
export interface DspParams {
  conv_1x1_s8_dsp: Conv1x1Dsp;
  conv_2d_s8_dsp: Conv2dDsp;
  depthwise_conv_2d_s8_dsp: DepthwiseConv2dDsp;
  depthwise_conv_3x3_s8_dsp: DepthwiseConv3x3Dsp;
  fully_connected_s8_dsp: FullyConnectedDsp;
}
