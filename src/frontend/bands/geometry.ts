/** The check that a band front end's description can be computed. */
import type { Problem } from '../../diagnostics/errors.js';
import type { BandsFrontendSpec } from '../spec.js';

/** So that magnitudes of a step sum up within 32 bits. */
const MAX_STEP = 8192;

/** Everything about a description that cannot be computed, each of its fields being in range. */
export function bandsSpecProblems({ sampleRate, stepMs, octaves }: BandsFrontendSpec): readonly Problem[] {
  const step = (stepMs * sampleRate) / 1000;
  const unit = 2 ** (octaves - 1);
  if (Number.isInteger(step) && step % unit === 0 && step <= MAX_STEP) return [];
  return [
    {
      what: `${stepMs} is out of range`,
      where: 'frontend.stepMs',
      why: `with ${octaves} octaves a step is a multiple of ${unit} samples, at most ${MAX_STEP}; here it would be ${step}`,
      next: 'use 20 ms at 16000 Hz',
    },
  ];
}
