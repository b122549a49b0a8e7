/** The front ends that features are made with. */
import { FRONTEND_PRESETS } from '../frontend/presets.js';
import type { IntegerFrontendSpec } from '../frontend/spec.js';

/** From one frame of features to the next. */
export const STEP_MS = 20;

/** Front ends that features can be made with: those in integers. */
export const TRAIN_FRONTENDS = ['micro-wake-word', 'micro-speech', 'octave-bands'] as const;
export type TrainFrontend = (typeof TRAIN_FRONTENDS)[number];

/** The preset, with a frame every 20 ms. */
export function frontendSpec(preset: TrainFrontend): IntegerFrontendSpec {
  return { ...FRONTEND_PRESETS[preset], stepMs: STEP_MS };
}
