/**
 * A streaming model as ESPHome's micro_wake_word runs it: the microWakeWord manifest, version 2, that goes
 * beside the file.
 *
 * Owns: which models fit, the memory that is asked for. Leaves to others: reading manifests
 * (`readers/microwakeword.ts`), writing files.
 */
import { inputError, type Problem } from '../diagnostics/errors.js';
import { FRONTEND_PRESETS } from '../frontend/presets.js';
import type { FrontendSpec, MicroFrontendSpec } from '../frontend/spec.js';
import { elementCount } from '../model/elements.js';
import type { Model } from '../model/types.js';
import { tflmArenaBytes } from '../plan/tflm-arena.js';

export interface ManifestSettings {
  readonly wakeWord: string;
  /** File name of the model, beside the manifest. */
  readonly file: string;
  /** 0…1 */
  readonly cutoff?: number;
  /** Inferences averaged. */
  readonly window?: number;
  /** Further fields, and those of its `micro`, as a manifest of the same model has them. */
  readonly kept?: Readonly<Record<string, unknown>>;
  /** The option that asked for it, for messages; `--manifest` unless told. */
  readonly option?: string;
}

/** What microWakeWord's own manifests say. */
const DEFAULT_CUTOFF = 0.97;
const DEFAULT_WINDOW = 5;
/** The first release that reads version 2. */
const MINIMUM_ESPHOME = '2024.7.0';
/** What Espressif's kernels and later releases may need beyond our rule. */
const ARENA_MARGIN = 1.2;

/** The front end that ESPHome computes; the step alone is free. */
const ESPHOME = FRONTEND_PRESETS['micro-wake-word'];
const FIXED = [
  'sampleRate',
  'windowMs',
  'channels',
  'lowerBandLimit',
  'upperBandLimit',
  'tables',
] as const satisfies readonly (keyof MicroFrontendSpec)[];

/**
 * @param model int8, as it is in the file
 * @throws KwsError (exit code 2) with everything in which it does not fit
 */
export function microWakeWordManifest(
  model: Model,
  frontend: FrontendSpec | undefined,
  {
    wakeWord,
    file,
    cutoff = DEFAULT_CUTOFF,
    window = DEFAULT_WINDOW,
    kept = {},
    option = '--manifest',
  }: ManifestSettings,
): string {
  const problems = [...modelProblems(model, option), ...frontendProblems(frontend, option)];
  if (problems.length > 0) throw inputError(problems.map((problem) => ({ ...problem, where: option })));
  const arena = tflmArenaBytes(model, { pointerBytes: 4, legacy: false });
  const ofModel = typeof kept.micro === 'object' ? kept.micro : {};
  const manifest = {
    ...{ author: 'unknown', trained_languages: [], ...kept },
    ...{ type: 'micro', wake_word: wakeWord, model: file, version: 2 },
    micro: {
      tensor_arena_size: Math.ceil((arena * ARENA_MARGIN) / 1024) * 1024,
      minimum_esphome_version: MINIMUM_ESPHOME,
      ...ofModel,
      probability_cutoff: cutoff,
      feature_step_size: (frontend as MicroFrontendSpec).stepMs,
      sliding_window_size: window,
    },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

type Finding = Omit<Problem, 'where'>;

/** Whether ESPHome's component takes it (streaming_model.cpp: input int8 [1, frames, channels], output uint8 [1, 1]). */
function modelProblems(model: Model, option: string): readonly Finding[] {
  const [input, output] = [model.tensors[model.inputs[0]!]!, model.tensors[model.outputs[0]!]!];
  const problems: Finding[] = [];
  if (model.variables.length === 0)
    problems.push({
      what: 'the model keeps no state',
      why: 'ESPHome feeds the newest frames only: models of whole windows do not run there',
      next: `leave ${option} out, or train a streaming model`,
    });
  const [batch, , channels] = input.shape;
  if (input.shape.length !== 3 || batch !== 1 || channels !== ESPHOME.channels || input.type !== 'int8')
    problems.push({
      what: `its input is ${input.type} ${input.shape.join('x')}`,
      why: `ESPHome gives int8 1xFRAMESx${ESPHOME.channels}`,
      next:
        input.type === 'int8'
          ? `leave ${option} out: this model does not run in ESPHome`
          : 'leave --input-type out, or give int8',
    });
  if (elementCount(output.shape) !== 1 || output.type !== 'uint8')
    problems.push({
      what: `its output is ${output.type} ${output.shape.join('x')}`,
      why: 'ESPHome reads one probability as uint8',
      next:
        elementCount(output.shape) === 1
          ? option === '--manifest'
            ? 'leave --output-type out, or give uint8'
            : 'kws-gen quantize --manifest makes such a file of the float model'
          : `leave ${option} out: this model does not run in ESPHome`,
    });
  return problems;
}

function frontendProblems(frontend: FrontendSpec | undefined, option: string): readonly Finding[] {
  if (frontend?.kind !== 'micro')
    return [
      {
        what:
          frontend === undefined
            ? 'the front end of the model is not known'
            : 'the model was not trained with the micro front end',
        why: 'ESPHome computes no other',
        next: `if it was trained with it: --frontend micro-wake-word; otherwise leave ${option} out`,
      },
    ];
  return FIXED.filter((field) => frontend[field] !== ESPHOME[field]).map((field) => ({
    what: `${field} of the front end is ${frontend[field]}, in ESPHome ${ESPHOME[field]}`,
    next: `leave ${option} out: this model would not hear there what it was trained on`,
  }));
}
