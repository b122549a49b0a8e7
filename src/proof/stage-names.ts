/** What the stages of a front end are called, in the order in which its C++ counts them (`stage_done`). */
import type { Arithmetic, FrontendSpec } from '../frontend/spec.js';

const MICRO = ['window', 'FFT and energies', 'filter bank', 'noise reduction', 'gain', 'logarithm'] as const;
const BANDS = ['bands', 'levels'] as const;
const FLOAT32 = ['window', 'FFT', 'spectrum', 'filter bank', 'logarithm', 'last steps'] as const;
const FIXED = ['window', 'FFT', 'spectrum', 'filter bank and logarithm', 'last steps'] as const;

export function stageNames(spec: FrontendSpec, arithmetic: Arithmetic): readonly string[] {
  if (spec.kind === 'none') return [];
  if (spec.kind === 'micro') return MICRO;
  if (spec.kind === 'bands') return BANDS;
  return arithmetic === 'fixed' ? FIXED : FLOAT32;
}
