/**
 * The `detector` field of a model in kws.json → a detector, or what is wrong with it.
 *
 * Owns: defaults, times in ms → feature steps, labels → outputs.
 * Leaves to others: what the settings mean (`detector/`).
 */
import { MAX_REFRACTORY_STEPS } from '../detector/check.js';
import {
  DETECTOR_PRESETS,
  type DetectorPreset,
  type DetectorSettings,
  detectorSpec,
} from '../detector/settings.js';
import type { DetectorSpec } from '../detector/spec.js';
import type { Problem } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import { type FieldPath, fieldProblem } from '../diagnostics/schema-problems.js';
import { FRONTEND_PRESETS } from '../frontend/presets.js';
import { type FrontendSpec, stepMs } from '../frontend/spec.js';
import type { DetectorEntry } from './schema.js';

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

/** The rule that models of that kind are used with. */
export function defaultPreset(frontend: FrontendSpec, streaming: boolean): DetectorPreset {
  if (frontend.kind === 'none') return 'general';
  // RecognizeCommands goes with micro_speech's front end; other sliding windows get the plain rule.
  if (!streaming) {
    const { kind } = frontend;
    return kind === 'micro' && frontend.stepMs === FRONTEND_PRESETS['micro-speech'].stepMs
      ? 'micro-speech'
      : 'general';
  }
  return frontend.kind === 'micro' && frontend.stepMs === FRONTEND_PRESETS['micro-wake-word-v1'].stepMs
    ? 'micro-wake-word-v1'
    : 'micro-wake-word';
}

/** What a step counts as where there is no front end and so no time. */
const NOMINAL_STEP_MS = 10;

/** @param hop feature steps from one inference to the next */
export function resolveDetector(
  entry: DetectorEntry | undefined,
  hop: number,
  context: DetectorContext,
): DetectorSpec | undefined {
  const { frontend, labels, problems } = context;
  const found = problems.length;
  const wrong = (field: string, problem: Omit<Problem, 'where'>) =>
    problems.push(fieldProblem(context.file, [...context.path, 'detector', field], problem));
  const given: Exclude<DetectorEntry, string> = typeof entry === 'string' ? { preset: entry } : (entry ?? {});
  // Where settings come from changes nothing.
  const { preset = defaultPreset(frontend, context.streaming), targets, tuned: _, ...own } = given;
  const settings = overlay<DetectorSettings>(DETECTOR_PRESETS[preset], own);
  const outputs = (targets ?? defaultTargets(labels)).map((label) => {
    if (!labels.includes(label))
      wrong('targets', {
        what: `${JSON.stringify(label)} is no label of this model`,
        next: didYouMean(label, labels),
      });
    return labels.indexOf(label);
  });
  const step = frontend.kind === 'none' ? NOMINAL_STEP_MS : stepMs(frontend);
  const spec = detectorSpec(
    settings,
    { stepMs: step, hop },
    [...new Set(outputs)].sort((a, b) => a - b),
  );
  if (own.minimum !== undefined && own.minimum > spec.window)
    wrong('minimum', {
      what: `${own.minimum} is more than the window of ${spec.window} inferences`,
      next: `give at most ${spec.window}, or a larger window`,
    });
  if (spec.refractorySteps > MAX_REFRACTORY_STEPS)
    wrong('refractoryMs', {
      what: `${settings.refractoryMs} is more than ${MAX_REFRACTORY_STEPS} feature steps of ${step} ms`,
      next: `give at most ${MAX_REFRACTORY_STEPS * step}`,
    });
  return problems.length > found ? undefined : spec;
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
