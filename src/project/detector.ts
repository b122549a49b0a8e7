/**
 * The `detector` field of a model in kws.json → a detector, or what is wrong with it.
 *
 * Owns: defaults, times in ms → feature steps, labels → outputs.
 * Leaves to others: what the settings mean (`detector/`).
 */
import type { DetectorSpec } from '../detector/spec.js';
import type { Problem } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import type { FrontendSpec } from '../frontend/spec.js';
import { type FieldPath, fieldProblem } from './problems.js';
import type { DetectorEntry } from './schema.js';

/** A published decision rule; times in ms, because the step is the front end's. */
type Preset = Omit<DetectorSpec, 'targets' | 'refractorySteps'> & { readonly refractoryMs: number };

const MICRO_WAKE_WORD: Preset = {
  cutoff: 0.97,
  window: 5,
  minimum: 1,
  partialWindow: 'zeros',
  mean: 'exact',
  refractoryMs: 1000,
  refractoryCounts: 'steps-below-cutoff',
  startDeaf: true,
  refractoryFor: 'all',
  deafInference: 'judged-later',
  clearOnDetect: true,
  competition: 'each',
};

export const DETECTOR_PRESETS = {
  'micro-wake-word': MICRO_WAKE_WORD,
  'micro-wake-word-v1': { ...MICRO_WAKE_WORD, cutoff: 0.5, window: 10, refractoryMs: 1480 },
  'micro-speech': {
    cutoff: 0.785,
    window: 10,
    minimum: 3,
    partialWindow: 'present',
    mean: 'floor',
    refractoryMs: 1500,
    refractoryCounts: 'every-step',
    startDeaf: false,
    refractoryFor: 'same-label',
    deafInference: 'forgotten',
    clearOnDetect: false,
    competition: 'top',
  },
} as const satisfies Record<string, Preset>;

/** Labels that name the absence of a keyword: they compete, but are not detected unless kws.json says so. */
const NO_KEYWORD = /^_?(silence|unknown|background(_?noise)?|noise|other|none|negative)_?$/i;

export interface DetectorContext {
  readonly file: string;
  /** Of the model in kws.json. */
  readonly path: FieldPath;
  readonly problems: Problem[];
  readonly frontend: FrontendSpec;
  readonly labels: readonly string[];
  /** Whether the model keeps state. */
  readonly streaming: boolean;
}

/** The rule most models of that kind are used with. */
function defaultPreset({ frontend, streaming }: DetectorContext): keyof typeof DETECTOR_PRESETS {
  if (!streaming) return 'micro-speech';
  return frontend.kind === 'micro' && frontend.stepMs === 20 ? 'micro-wake-word-v1' : 'micro-wake-word';
}

/** Feature steps are counted in 16 bits on the device. */
const MOST_STEPS = 65_535;

export function resolveDetector(
  entry: DetectorEntry | undefined,
  context: DetectorContext,
): DetectorSpec | undefined {
  const { frontend, problems } = context;
  const found = problems.length;
  const wrong = (field: string, problem: Omit<Problem, 'where'>) =>
    problems.push(fieldProblem(context.file, [...context.path, 'detector', field], problem));
  const given: Exclude<DetectorEntry, string> = typeof entry === 'string' ? { preset: entry } : (entry ?? {});
  const { preset = defaultPreset(context), targets, ...settings } = given;
  const { refractoryMs, ...rule } = overlay<Preset>(DETECTOR_PRESETS[preset], settings);
  const minimum = settings.minimum ?? Math.min(rule.minimum, rule.window);
  if (minimum > rule.window)
    wrong('minimum', {
      what: `${minimum} is more than the window of ${rule.window} inferences`,
      next: `give at most ${rule.window}, or a larger window`,
    });
  const refractorySteps = Math.ceil(refractoryMs / (frontend.kind === 'none' ? 10 : frontend.stepMs));
  if (refractorySteps > MOST_STEPS)
    wrong('refractoryMs', {
      what: `${refractoryMs} is more than ${MOST_STEPS} feature steps`,
      next: 'give a shorter time',
    });
  const indices = (targets ?? defaultTargets(context.labels)).map((label) => {
    const output = context.labels.indexOf(label);
    if (output < 0)
      wrong('targets', {
        what: `${JSON.stringify(label)} is no label of this model`,
        next: didYouMean(label, context.labels),
      });
    return output;
  });
  if (problems.length > found) return undefined;
  return { ...rule, minimum, refractorySteps, targets: [...new Set(indices)].sort((a, b) => a - b) };
}

/** `base` with the settings that are given. */
function overlay<T extends object>(base: T, settings: { readonly [K in keyof T]?: T[K] | undefined }): T {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return { ...base, ...(Object.fromEntries(given) as Partial<T>) };
}

function defaultTargets(labels: readonly string[]): readonly string[] {
  const keywords = labels.filter((label) => !NO_KEYWORD.test(label));
  return keywords.length === 0 ? labels : keywords;
}
