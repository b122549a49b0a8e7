/**
 * lib/kws_kernels/src/dsp/shape.h of a firmware project: what its calls ask of the kernels for the DSP extension.
 *
 * Owns: the values. Leaves to others: what is left out by them (templates/lib/kws_kernels/src/dsp), and the library's
 * own file of that name, with which the kernels can do everything.
 */
import type { PlannedCall } from '../plan/types.js';
import { bannerLines, type GeneratedBy } from './banner.js';
import { fillTemplate } from './templates.js';

/** Path in the library. */
export const KERNEL_SHAPE_FILE = 'src/dsp/shape.h';

/** Groups of four inputs that the kernel adds at once (kws_fully_connected_s8_dsp.cpp). */
const MOST_QUADS = 127;

interface Clamped {
  readonly outputOffset: number;
  readonly activationMin: number;
}

/** The opposite of `is_rectified` of the kernels. */
const isSigned = ({ outputOffset, activationMin }: Clamped) =>
  outputOffset !== -128 && activationMin < outputOffset;

/** The names of `shape.h` that a call needs. */
function needsOf({ kernel, params }: PlannedCall): readonly (string | false)[] {
  switch (kernel) {
    case 'conv_1x1_s8_dsp':
    case 'depthwise_conv_3x3_s8_dsp':
      return [isSigned(params) && 'kSignedSums'];
    case 'conv_2d_s8_dsp':
      return [
        isSigned(params) && 'kSignedSums',
        (params.kernelW * params.inC) % 4 !== 0 && 'kRowRests',
        params.dilationW !== 1 && 'kDilatedColumns',
      ];
    case 'fully_connected_s8_dsp':
      return [
        params.inN % 4 === 0 && params.inN / 4 <= MOST_QUADS ? 'kShortRows' : 'kLongRows',
        params.outN % 4 !== 0 && 'kLeftChannels',
      ];
    case 'depthwise_conv_2d_s8_dsp':
      return [Math.ceil((params.kernelH * params.kernelW) / 2) === 5 ? 'kTenTaps' : 'kOtherTaps'];
    default:
      return [];
  }
}

const NAMES = [
  'kSignedSums',
  'kRowRests',
  'kDilatedColumns',
  'kShortRows',
  'kLongRows',
  'kLeftChannels',
  'kTenTaps',
  'kOtherTaps',
] as const;

/** The file's text, for all calls of a project. */
export function renderKernelShape(calls: readonly PlannedCall[], by: GeneratedBy): string {
  const needed = new Set(calls.flatMap(needsOf));
  return fillTemplate('kernel_shape.h', {
    banner: bannerLines(by),
    needs: NAMES.map((name) => ({ name, needed: needed.has(name) })),
  });
}
