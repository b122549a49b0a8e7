/**
 * Calls to the kernels for Helium: the records of kws_kernels.h that `choose.ts` puts in place of canonical ones. How
 * constants are laid out is described there and done in `helium/choices.ts`.
 */
import type { WindowGeometry } from './window-geometry.js';

interface Layer {
  readonly outputOffset: number;
  readonly activationMin: number;
  readonly activationMax: number;
  readonly filter: Int8Array;
  readonly constants: Int32Array;
}

interface Conv1x1Helium extends Layer {
  readonly pixels: number;
  /** 1: from the last pixel to the first. */
  readonly descending: number;
  readonly inC: number;
  readonly outC: number;
}

interface DepthwiseConv2dHelium extends Layer, WindowGeometry {
  readonly batches: number;
  readonly inputZeroPoint: number;
}

interface Conv2dHelium extends DepthwiseConv2dHelium {
  readonly outC: number;
}

/** Parameters per kernel, as `KernelParams`. */
export interface HeliumParams {
  conv_1x1_s8_helium: Conv1x1Helium;
  conv_2d_s8_helium: Conv2dHelium;
  depthwise_conv_2d_s8_helium: DepthwiseConv2dHelium;
}
