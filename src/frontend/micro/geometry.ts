/**
 * Sizes in samples and bins that follow from a micro-frontend's description, and the check that they can
 * be computed.
 */
import { inputError, type Problem } from '../../diagnostics/errors.js';
import type { MicroFrontendSpec } from '../spec.js';
import {
  leanMicroSpec,
  MAX_CHANNELS,
  MAX_FFT_SIZE,
  microDynamicRange,
  microSettings,
  PCAN_SNR_BITS,
  WEIGHT_BITS,
} from './parameters.js';
import { gainFits, gainTable } from './tables/pcan.js';

export interface MicroGeometry {
  /** Samples. */
  readonly windowSize: number;
  /** Samples. */
  readonly stepSize: number;
  /** The next power of two that holds the window. */
  readonly fftSize: number;
  /** Left shift that makes up for the FFT's and the filter weights' scaling; negative is a right shift. */
  readonly correctionBits: number;
}

const MIN_FFT_SIZE = 16;

/**
 * Sizes of a front end.
 * @throws KwsError naming every field that is out of range, and what would do.
 */
export function microGeometry(spec: MicroFrontendSpec): MicroGeometry {
  const problems = microSpecProblems(spec);
  if (problems.length > 0) throw inputError(problems);
  return sizes(spec);
}

function sizes(spec: MicroFrontendSpec): MicroGeometry {
  const windowSize = (spec.windowMs * spec.sampleRate) / 1000;
  const fftSize = Math.max(MIN_FFT_SIZE, 2 ** Math.ceil(Math.log2(windowSize)));
  return {
    windowSize,
    stepSize: (spec.stepMs * spec.sampleRate) / 1000,
    fftSize,
    correctionBits: Math.log2(fftSize) - WEIGHT_BITS / 2,
  };
}

/** Everything about a description that cannot be computed. */
export function microSpecProblems(spec: MicroFrontendSpec): readonly Problem[] {
  const problems: Problem[] = [];
  const check = (ok: boolean, field: keyof MicroFrontendSpec, why: string, next: string) => {
    if (!ok)
      problems.push({
        what: `${String(spec[field])} is out of range`,
        where: `frontend.${field}`,
        why,
        next,
      });
  };
  const { sampleRate, windowMs, stepMs, channels, lowerBandLimit, upperBandLimit } = spec;
  check(
    Number.isInteger(sampleRate) && sampleRate >= 1000 && sampleRate <= 48_000,
    'sampleRate',
    'the sample rate is a whole number of Hz from 1000 to 48000',
    'use 16000, which every published model expects',
  );
  const windowSize = (windowMs * sampleRate) / 1000;
  check(
    Number.isInteger(windowSize) && windowSize >= 2 && windowSize <= MAX_FFT_SIZE,
    'windowMs',
    `the window is a whole number of samples from 2 to ${MAX_FFT_SIZE}, here it would be ${windowSize}`,
    `use 30 ms at 16000 Hz`,
  );
  const stepSize = (stepMs * sampleRate) / 1000;
  check(
    Number.isInteger(stepSize) && stepSize >= 1 && stepSize <= windowSize,
    'stepMs',
    `the step is a whole number of samples from 1 to the window's ${windowSize}, here it would be ${stepSize}`,
    'use 10 or 20 ms',
  );
  check(
    Number.isInteger(channels) && channels >= 1 && channels <= MAX_CHANNELS,
    'channels',
    `a frame has 1 to ${MAX_CHANNELS} channels`,
    'use 40, which every published model expects',
  );
  check(lowerBandLimit >= 0, 'lowerBandLimit', 'a frequency is not negative', 'use 125 Hz');
  check(
    upperBandLimit > lowerBandLimit && upperBandLimit < sampleRate / 2,
    'upperBandLimit',
    `the upper limit lies above the lower one (${lowerBandLimit} Hz) and below half the sample rate (${sampleRate / 2} Hz)`,
    'use 7500 Hz at 16000 Hz',
  );
  if (problems.length === 0) problems.push(...stageProblems(spec));
  return problems;
}

/** Of stages whose settings are not the usual ones. */
function stageProblems(spec: MicroFrontendSpec): readonly Problem[] {
  const { noiseReduction, pcan } = microSettings(spec);
  if (spec.dynamicRangeDb !== undefined && microDynamicRange(spec) < 1)
    return [
      {
        what: `${spec.dynamicRangeDb} dB are less than one step of the features`,
        where: 'frontend.dynamicRangeDb',
        next: 'use more logBits: micro_speech has 6',
      },
    ];
  if (pcan === null) return [];
  const problem = (what: string, why: string, next: string) => [{ what, where: 'frontend.pcan', why, next }];
  if (noiseReduction === null)
    return problem(
      'is on while noiseReduction is off',
      'the gain follows the estimate of the noise',
      'set pcan to null, too',
    );
  const { correctionBits } = sizes(spec);
  const shift = pcan.gainBits - correctionBits - PCAN_SNR_BITS;
  const inputBits = noiseReduction.smoothingBits - correctionBits;
  const lean = leanMicroSpec(spec);
  const usual = lean.pcan === undefined && lean.noiseReduction?.smoothingBits === undefined;
  if (usual || (shift >= 1 && inputBits >= 0 && gainFits(gainTable(inputBits, pcan)))) return [];
  return problem(
    'the gain does not fit its 16 bits',
    'of silence it is 2^gainBits / offset^strength, at most 32767',
    'use fewer gainBits; micro_speech has 21, an offset of 80 and a strength of 0.95',
  );
}
