/**
 * Paths of clips and a float model → an int8 file: what `kws-gen quantize` and a project with a float model
 * both do.
 *
 * Owns: how the model's input and the front end give what clips have to fit.
 * Leaves to others: reading the clips (`sources/`), the work itself (`run.ts`).
 */
import { inputError, KwsError, type Problem } from '../diagnostics/errors.js';
import { type FrontendSpec, frameChannels } from '../frontend/spec.js';
import { elementCount } from '../model/elements.js';
import { describeTensor, fitOf, isStreaming } from '../model/fit.js';
import { inspectModel } from '../model/inspect.js';
import type { Model } from '../model/types.js';
import type { Added, OutputChoice } from '../passes/probabilities/choice.js';
import {
  addedNote,
  type WithProbabilities,
  withProbabilities,
} from '../passes/probabilities/probabilities.js';
import type { QuantizationReport } from './report/types.js';
import {
  inputTensor,
  isAudioFrontend,
  type NamedSet,
  type QuantizeRun,
  quantizing,
  type RunOptions,
  requireFloat,
} from './run.js';
import { affordableInferences } from './sources/collect.js';
import { loadCalibration } from './sources/load.js';
import type { Listening } from './sources/recordings.js';
import { withPauses } from './steps.js';

export interface SourceRequest extends RunOptions {
  /** Folders, recordings, .npy, .npz, .json. */
  readonly calibrate: readonly string[];
  readonly holdout?: readonly string[];
  /** What relative paths are relative to. */
  readonly directory: string;
  /** Where the paths come from, for messages. */
  readonly calibrateName?: string;
  /** What its outputs are; undefined: what the model itself tells. */
  readonly output?: OutputChoice;
  /** The library the model comes from, which computes the same. */
  readonly original?: Original;
  readonly progress?: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface Original {
  readonly name: string;
  /** Outputs for inputs, each by itself; throws where the library does not run the model. */
  readonly predict: (inputs: readonly Float32Array[]) => Promise<readonly Float32Array[]>;
}

/** @throws KwsError (exit code 2) where the model cannot be quantized, or nothing is there to do it with */
export async function quantizeFromSources(given: Model, request: SourceRequest): Promise<QuantizeRun> {
  requireFloat(given);
  const { model, added } = judged(given, request);
  const { frontend, calibrateName = '--calibrate', progress } = request;
  const { shape } = inputTensor(model);
  const streaming = isStreaming(model);
  const listening = listeningOf(model, frontend);
  const options = {
    directory: request.directory,
    fit: { shape, elements: elementCount(shape), streaming },
    ...(listening === undefined ? {} : { listening }),
    most: affordableInferences(inspectModel(model).totals.macs),
    ...(progress === undefined ? {} : { progress }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  };
  const load = async (paths: readonly string[], option: string): Promise<NamedSet> => ({
    paths,
    set: await loadCalibration(paths, { ...options, option }),
  });
  const calibration = await load(request.calibrate, calibrateName);
  const holdout = request.holdout === undefined ? undefined : await load(request.holdout, '--holdout');
  progress?.(`quantizing ${model.name}`);
  const run = await withPauses(quantizing(model, calibration, request, holdout), request);
  const notes = added === undefined || request.output !== undefined ? [] : [addedNote(added)];
  const noted = { ...run, report: { ...run.report, notes: [...notes, ...run.report.notes] } };
  if (request.original === undefined) return noted;
  const original = added === undefined ? request.original : followed(request.original, added);
  return { ...noted, report: await compared(noted, calibration, original) };
}

/** Models that hear are for labels, whose probabilities are wanted; others stay as they are. */
function judged(model: Model, { output, frontend }: SourceRequest): WithProbabilities {
  if (output === undefined && !isAudioFrontend(frontend)) return { model };
  return withProbabilities(model, output);
}

/** The library's outputs with what was added to the model. */
function followed({ name, predict }: Original, added: Added): Original {
  const follow = (logits: Float32Array) => {
    if (added === 'sigmoid') return logits.map((value) => 1 / (1 + Math.exp(-value)));
    const powers = logits.map((value) => Math.exp(value - Math.max(...logits)));
    const sum = powers.reduce((total, value) => total + value, 0);
    return powers.map((value) => value / sum);
  };
  return { name, predict: async (inputs) => (await predict(inputs)).map(follow) };
}

/** Inputs that the original library is asked about: enough to see a layer that was read wrongly. */
const MOST_ASKED = 8;

/** The report with what the original library makes of some of the clips. */
async function compared(
  { report, outputs }: QuantizeRun,
  { set: { clips } }: NamedSet,
  { name, predict }: Original,
): Promise<QuantizationReport> {
  const step = Math.max(1, Math.floor(clips.length / MOST_ASKED));
  const asked = clips.filter((_, i) => i % step === 0).slice(0, MOST_ASKED);
  try {
    const theirs = await predict(asked.map(({ inputs }) => inputs[0]!));
    const differences = asked.flatMap(({ name: clip }, i) => {
      const ours = outputs.find((pair) => pair.clip === clip && pair.inference === 0)!.float;
      return ours.map((value, at) => Math.abs(value - (theirs[i]![at] ?? Number.NaN)));
    });
    const conversion = { with: name, inferences: asked.length, largestDifference: Math.max(...differences) };
    if (conversion.largestDifference < SAME) return { ...report, conversion };
    const problem = {
      what: `${name} and kws-gen compute different outputs for the float model`,
      where: report.model,
      why: `they differ by up to ${conversion.largestDifference.toExponential(1)}`,
      next: 'this is a defect of kws-gen: report it, with the model if you can',
    };
    return { ...report, conversion, warnings: [...report.warnings, problem] };
  } catch (error) {
    if (!(error instanceof KwsError)) throw error;
    const [{ what, why }] = error.problems as [Problem];
    const [reason = ''] = (why ?? what).split(/\.\s/);
    const note = `not compared with ${name}: ${reason}`;
    return { ...report, notes: [...report.notes, note] };
  }
}

/** Float rounding in another order stays far below. */
const SAME = 1e-3;

/** How the model hears recordings; undefined where it hears none. */
function listeningOf(model: Model, frontend: FrontendSpec | undefined): Listening | undefined {
  if (!isAudioFrontend(frontend)) return undefined;
  const input = inputTensor(model);
  const channels = frameChannels(frontend);
  const fit = fitOf(input, channels);
  if (fit === undefined)
    throw inputError({
      what: `does not fit the front end: its input is ${describeTensor(input)}`,
      where: model.name,
      why: `the front end gives frames of ${channels} values`,
      next: 'name the front end it was trained with: --frontend PRESET',
    });
  return { frontend, ...fit, streaming: isStreaming(model) };
}
