/**
 * Detectors in the user's units: times in ms and published rules by name.
 *
 * Owns: the presets, and the one conversion from ms to feature steps and inferences.
 */
import type { DetectorSpec } from './spec.js';

/** What of a detector does not depend on the front end's step, the model's hop and its labels. */
export interface DetectorSettings
  extends Omit<DetectorSpec, 'window' | 'minimum' | 'refractorySteps' | 'targets'> {
  /** Inferences averaged: a number, or all those of the last `ms` (both ends counted). */
  readonly window: number | { readonly ms: number };
  /** Inferences needed before anything is decided, and, with `ms`, as many as span that time. */
  readonly minimum: number | { readonly count: number; readonly ms: number };
  /** Time after a detection in which nothing is detected. */
  readonly refractoryMs: number;
  /** Whether it still holds when exactly refractoryMs have passed (micro_speech's `>`). */
  readonly refractoryInclusive: boolean;
}

export interface DetectorTiming {
  /** Of the front end, ms. */
  readonly stepMs: number;
  /** Feature steps from one inference to the next. */
  readonly hop: number;
}

/**
 * The detector of a model.
 * @param targets outputs that can be detected
 */
export function detectorSpec(
  settings: DetectorSettings,
  { stepMs, hop }: DetectorTiming,
  targets: readonly number[],
): DetectorSpec {
  const { window, minimum, refractoryMs, refractoryInclusive, ...rule } = settings;
  const inferenceMs = stepMs * hop;
  const averaged =
    typeof window === 'number' ? window : Math.min(255, Math.floor(window.ms / inferenceMs) + 1);
  const needed =
    typeof minimum === 'number' ? minimum : Math.max(minimum.count, Math.ceil(minimum.ms / inferenceMs) + 1);
  return {
    ...rule,
    window: averaged,
    minimum: Math.min(needed, averaged),
    refractorySteps: refractoryInclusive
      ? Math.floor(refractoryMs / stepMs) + 1
      : Math.ceil(refractoryMs / stepMs),
    targets,
  };
}

const MICRO_WAKE_WORD: DetectorSettings = {
  cutoff: 0.97,
  window: 5,
  minimum: 1,
  partialWindow: 'zeros',
  mean: 'exact',
  refractoryMs: 1000,
  refractoryInclusive: false,
  refractoryCounts: 'steps-below-cutoff',
  startDeaf: true,
  refractoryFor: 'all',
  deafInference: 'judged-later',
  clearOnDetect: true,
  competition: 'each',
};

/** Published rules, and a plain one for other models. */
export const DETECTOR_PRESETS = {
  /** ESPHome since 2025: 100 steps of 10 ms. Cutoff and window come from the model's manifest. */
  'micro-wake-word': MICRO_WAKE_WORD,
  /** The same for manifests of version 1: 74 steps of 20 ms. */
  'micro-wake-word-v1': { ...MICRO_WAKE_WORD, cutoff: 0.5, window: 10, refractoryMs: 74 * 20 },
  /**
   * RecognizeCommands: average over 1000 ms, from 3 results and a quarter of that time on, above 200 of 255
   * in integer division, the same label again after more than 1500 ms.
   */
  'micro-speech': {
    cutoff: 0.785,
    window: { ms: 1000 },
    minimum: { count: 3, ms: 250 },
    partialWindow: 'present',
    mean: 'floor',
    refractoryMs: 1500,
    refractoryInclusive: true,
    refractoryCounts: 'every-step',
    startDeaf: false,
    refractoryFor: 'same-label',
    deafInference: 'forgotten',
    clearOnDetect: false,
    competition: 'top',
  },
  /** Mean of the last inferences over a cutoff, then a plain refractory time. */
  general: {
    cutoff: 0.8,
    window: 3,
    minimum: 3,
    partialWindow: 'present',
    mean: 'exact',
    refractoryMs: 1000,
    refractoryInclusive: false,
    refractoryCounts: 'every-step',
    startDeaf: false,
    refractoryFor: 'all',
    deafInference: 'forgotten',
    clearOnDetect: false,
    competition: 'top',
  },
} as const satisfies Record<string, DetectorSettings>;

export type DetectorPreset = keyof typeof DETECTOR_PRESETS;
