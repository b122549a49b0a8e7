/** Output multipliers from the scales of operands: the multiply-accumulate operators and requantisation. */
import { type Multiplier, quantizeMultiplier } from './requantize.js';

/** One multiplier per output channel. */
export interface ChannelMultipliers {
  readonly multipliers: Int32Array;
  readonly shifts: Int8Array;
}

function perChannel(channels: number, multiplierOf: (channel: number) => Multiplier): ChannelMultipliers {
  const multipliers = new Int32Array(channels);
  const shifts = new Int8Array(channels);
  for (let channel = 0; channel < channels; channel += 1) {
    const { multiplier, shift } = multiplierOf(channel);
    multipliers[channel] = multiplier;
    shifts[channel] = shift;
  }
  return { multipliers, shifts };
}

/**
 * CONV_2D and DEPTHWISE_CONV_2D; a single filter scale holds for all channels
 * (PopulateConvolutionQuantizationParams in kernels/kernel_util.cc).
 */
export function convMultipliers(
  inputScale: number,
  filterScales: readonly number[],
  outputScale: number,
  channels: number,
): ChannelMultipliers {
  return perChannel(channels, (channel) =>
    quantizeMultiplier((inputScale * filterScales[filterScales.length > 1 ? channel : 0]!) / outputScale),
  );
}

/**
 * FULLY_CONNECTED: as for convolutions, but with one filter scale the product of the scales is a float32
 * (GetQuantizedConvolutionMultipler in kernels/kernel_util.cc).
 */
export function fullyConnectedMultipliers(
  inputScale: number,
  filterScales: readonly number[],
  outputScale: number,
  channels: number,
): ChannelMultipliers {
  if (filterScales.length > 1) return convMultipliers(inputScale, filterScales, outputScale, channels);
  const shared = quantizeMultiplier(Math.fround(inputScale * filterScales[0]!) / outputScale);
  return perChannel(channels, () => shared);
}

/** QUANTIZE from one integer type to another. */
export function requantizeMultiplier(inputScale: number, outputScale: number): Multiplier {
  return quantizeMultiplier(inputScale / outputScale);
}

export interface MeanParams {
  /** -zero point of the input times the number of averaged elements. */
  readonly inputOffsetTimesCount: number;
  readonly outputOffset: number;
  /** The ratio of the scales divided by the number of elements. */
  readonly output: Multiplier;
}

/** MEAN over `count` elements: 1/count is folded into the multiplier (kernels/internal/reference/reduce.h). */
export function meanParams(
  input: { readonly scale: number; readonly zeroPoint: number },
  output: { readonly scale: number; readonly zeroPoint: number },
  count: number,
): MeanParams {
  const ratio = quantizeMultiplier(input.scale / output.scale);
  const shift = Math.min(Math.floor(Math.log2(count)), 32, 31 + ratio.shift);
  return {
    inputOffsetTimesCount: -input.zeroPoint * count,
    outputOffset: output.zeroPoint,
    output: {
      multiplier: Number((BigInt(ratio.multiplier) << BigInt(shift)) / BigInt(count)),
      shift: ratio.shift - shift,
    },
  };
}
