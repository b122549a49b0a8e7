/**
 * A checked `kws.json` and the models it names → a project: everything that can be wrong is found here and
 * reported at once.
 *
 * Owns: what the fields mean together and with the models (labels and outputs, front end and inputs,
 * names, defaults).
 * Leaves to others: the fields by themselves (`schema.ts`), model formats (`readers/`), what a board or a
 * runtime can run (`boards/`, `passes/`, `plan/`).
 */
import { isAbsolute, join } from 'node:path';
import { inputError, KwsError, type Problem } from '../diagnostics/errors.js';
import { type FieldPath, fieldProblem } from '../diagnostics/schema-problems.js';
import { readBounded } from '../files/read-bounded.js';
import { FRONTEND_PRESETS } from '../frontend/presets.js';
import { type AudioFrontendSpec, type FrontendSpec, stepMs } from '../frontend/spec.js';
import {
  channelsOf,
  describeTensor,
  elements,
  framesOf,
  inputOf,
  isStreaming,
  outputOf,
} from '../model/fit.js';
import type { Runtime } from '../model/runtime.js';
import type { Int8Model, Model } from '../model/types.js';
import { withProbabilities } from '../passes/probabilities/probabilities.js';
import type { Siblings } from '../readers/siblings.js';
import { resolveActions } from './actions.js';
import { resolveDetector } from './detector.js';
import { LARGEST_MODEL, siblingsOf } from './files.js';
import { frontendConflict, resolveFrontend } from './frontend.js';
import type { Limits } from './limits.js';
import type { BoardOverrides, KwsFile, ModelEntry } from './schema.js';
import { resolveSerial } from './serial.js';
import type { ResolvedModel, ResolvedProject } from './types.js';

/** What a project says about a model it opens. */
export interface ModelRequest {
  readonly entry: ModelEntry;
  /** Absent where the project's front end is wrong, which is reported anyway. */
  readonly frontend?: FrontendSpec;
  /** Folder of kws.json. */
  readonly directory: string;
}

/**
 * Bytes of a model file → a model that our runtimes may take; throws KwsError. `siblings` reads what lies
 * beside the file, for formats of several files; `request` is there where a project names the file.
 */
export type ModelOpener<M extends Model = Model> = (
  bytes: Uint8Array,
  name: string,
  siblings: Siblings,
  request?: ModelRequest,
) => M | Promise<M>;

/** A project and what its file says beyond the firmware itself: the defaults of the command line. */
export interface LoadedProject<M extends Model = Int8Model> extends ResolvedProject<M> {
  /** Folder that paths in the file are relative to. */
  readonly directory: string;
  /** How messages call the file. */
  readonly file: string;
  readonly board?: string;
  readonly runtime?: Runtime;
  /** What a verdict is held against. */
  readonly limits?: Limits;
  /** By the name that stands in the file: a board's id or alias. */
  readonly boards: Readonly<Record<string, BoardOverrides>>;
  /** The models with the hop of a board, under the same name; boards without one are not here. */
  readonly boardModels: Readonly<Record<string, readonly ResolvedModel<M>[]>>;
}

export interface ResolveOptions<M extends Model = Model> {
  readonly directory: string;
  readonly openModel: ModelOpener<M>;
  /** `kws.json` by default. */
  readonly file?: string;
}

/** @throws KwsError (exit code 2) with every problem of the project */
export async function resolveProject<M extends Model>(
  kws: KwsFile,
  options: ResolveOptions<M>,
): Promise<LoadedProject<M>> {
  const { directory, openModel, file = 'kws.json' } = options;
  const problems: Problem[] = [];
  const frontend = resolveFrontend(kws.frontend, file, problems);
  const entries: readonly Entry[] = [
    ...kws.models.map((entry, index) => ({ entry, path: ['models', index] })),
    ...(kws.gate === undefined ? [] : [{ entry: kws.gate, path: ['gate'] }]),
  ];
  checkNames(entries, file, problems);
  const models: ResolvedModel<M>[] = [];
  const opened: (Entry & { readonly model: M })[] = [];
  for (const { entry, path } of entries) {
    const context: Context = { file, path, problems, frontend };
    const model = await readModel(entry, directory, openModel, context);
    const resolved = model === undefined ? undefined : resolveModel(entry, model, context);
    if (resolved === undefined) continue;
    models.push(resolved);
    opened.push({ entry, path, model: model! });
  }
  const boardModels = modelsAtHops(kws, opened, { file, path: [], problems, frontend });
  // Models that could not be read have no labels to name.
  const actions =
    models.length < entries.length
      ? []
      : resolveActions(kws.actions ?? [], models, {
          file,
          problems,
          ...(kws.gate && { gate: kws.gate.name }),
        });
  const serial =
    models.length < entries.length ? undefined : resolveSerial(kws.serial, models, file, problems);
  if (problems.length > 0 || frontend === undefined) throw inputError(problems);
  return {
    name: kws.name,
    frontend,
    models,
    ...(kws.gate === undefined ? {} : { gate: kws.gate.name }),
    ...(kws.board === undefined ? {} : { board: kws.board }),
    ...(kws.runtime === undefined ? {} : { runtime: kws.runtime }),
    ...(kws.limits === undefined ? {} : { limits: kws.limits }),
    ...(actions.length === 0 ? {} : { actions }),
    ...(serial === undefined ? {} : { serial }),
    ...(kws.sleep === undefined ? {} : { sleep: kws.sleep }),
    boards: kws.boards ?? {},
    boardModels,
    directory,
    file,
  };
}

/** The models of boards that set a hop: those that take windows run as often as it says, with detectors for that. */
function modelsAtHops<M extends Model>(
  { boards = {} }: KwsFile,
  opened: readonly (Entry & { readonly model: M })[],
  context: Context,
): Record<string, readonly ResolvedModel<M>[]> {
  const found: Record<string, readonly ResolvedModel<M>[]> = {};
  for (const [name, { hop }] of Object.entries(boards)) {
    if (hop === undefined) continue;
    if (opened.length > 0 && opened.every(({ model }) => isStreaming(model)))
      report({ ...context, path: ['boards', name] }, 'hop', {
        what: `${hop} for models that stream`,
        why: 'their hop is the number of frames they take at a time',
        next: 'remove it',
      });
    found[name] = opened.flatMap(({ entry, path, model }) => {
      const own = isStreaming(model) ? entry : { ...entry, hop };
      return resolveModel(own, model, { ...context, path }) ?? [];
    });
  }
  return found;
}

interface Entry {
  readonly entry: ModelEntry;
  readonly path: FieldPath;
}

interface Context {
  readonly file: string;
  readonly path: FieldPath;
  readonly problems: Problem[];
  readonly frontend: FrontendSpec | undefined;
}

function report(context: Context, field: string, problem: Omit<Problem, 'where'>): void {
  context.problems.push(fieldProblem(context.file, [...context.path, field], problem));
}

function checkNames(entries: readonly Entry[], file: string, problems: Problem[]): void {
  const seen = new Set<string>();
  for (const { entry, path } of entries) {
    if (seen.has(entry.name))
      problems.push(
        fieldProblem(file, [...path, 'name'], {
          what: `${JSON.stringify(entry.name)} already names another model`,
          next: 'give each model, the gate too, a name of its own',
        }),
      );
    seen.add(entry.name);
  }
}

async function readModel<M extends Model>(
  entry: ModelEntry,
  directory: string,
  openModel: ModelOpener<M>,
  context: Context,
): Promise<M | undefined> {
  const path = isAbsolute(entry.file) ? entry.file : join(directory, entry.file);
  try {
    const bytes = await readBounded(path, LARGEST_MODEL, entry.file);
    const { frontend } = context;
    const request = { entry, directory, ...(frontend === undefined ? {} : { frontend }) };
    const model = await openModel(bytes, entry.file, siblingsOf(path), request);
    // Inputs that are pushed measure the model as it is.
    if (frontend?.kind === 'none' && entry.output === undefined) return model;
    // What is added computes in the numbers that the model has: an int8 one stays int8.
    return withProbabilities(model, entry.output, entry.file).model as M;
  } catch (error) {
    if (!(error instanceof KwsError)) throw error;
    const field = fieldProblem(context.file, [...context.path, 'file'], { what: '' }).where;
    for (const problem of error.problems)
      context.problems.push({
        ...problem,
        where: `${field}${problem.where === undefined ? '' : `, ${problem.where}`}`,
      });
    return undefined;
  }
}

function resolveModel<M extends Model>(
  entry: ModelEntry,
  model: M,
  context: Context,
): ResolvedModel<M> | undefined {
  const found = context.problems.length;
  const labels = resolveLabels(entry, model, context);
  const { frontend } = context;
  const conflict = frontend === undefined ? undefined : frontendConflict(frontend, model);
  if (conflict !== undefined) report(context, 'file', conflict);
  const hop = frontend === undefined ? undefined : resolveHop(entry, model, frontend, context);
  if (labels === undefined || hop === undefined || frontend === undefined) return undefined;
  const detector = resolveDetector(entry.detector, hop, {
    ...context,
    frontend,
    labels,
    streaming: isStreaming(model),
  });
  if (detector === undefined || context.problems.length > found) return undefined;
  return {
    ...{ name: entry.name, model: { ...model, name: entry.name }, labels, detector, hop },
    ...(entry.incremental && { incremental: entry.incremental }),
    ...(entry.manifest && { manifest: entry.manifest }),
  };
}

/** One per element of the only output. */
function resolveLabels(entry: ModelEntry, model: Model, context: Context): readonly string[] | undefined {
  const output = outputOf(model);
  if (output === undefined) {
    report(context, 'file', {
      what: `the model has ${model.outputs.length} outputs`,
      why: 'a wake-word model has one, with a probability per label',
    });
    return undefined;
  }
  const wanted = elements(output);
  const labels = entry.labels ?? model.labels ?? (wanted === 1 ? [entry.name] : undefined);
  if (labels === undefined || labels.length !== wanted) {
    report(context, 'labels', {
      what:
        labels === undefined ? 'is missing' : `${labels.length} labels for a model with ${wanted} outputs`,
      next: `give ${wanted} label${wanted === 1 ? '' : 's'} in the order of the outputs, as the model was trained`,
    });
    return undefined;
  }
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice === undefined) return labels;
  report(context, 'labels', {
    what: `${JSON.stringify(twice)} stands there twice`,
    next: 'give each output a label of its own',
  });
  return undefined;
}

/** About how often a model that takes whole windows runs, unless kws.json says it. */
const WINDOWED_HOP_MS = 100;

/** Feature steps from one inference to the next of a model that takes so many frames, unless kws.json says it. */
export const windowHop = (frames: number, frontend: AudioFrontendSpec): number =>
  Math.max(1, Math.min(frames, Math.round(WINDOWED_HOP_MS / stepMs(frontend))));

/** Feature steps from one inference to the next, where the input fits the front end. */
function resolveHop(
  entry: ModelEntry,
  model: Model,
  frontend: FrontendSpec,
  context: Context,
): number | undefined {
  const channels = channelsOf(frontend);
  if (frontend.kind === 'none' || channels === undefined) return entry.hop ?? 1;
  const input = inputOf(model);
  const frames = input === undefined ? undefined : framesOf(input, channels);
  if (frames === undefined) {
    report(context, 'file', {
      what: `the model does not fit the front end: ${input === undefined ? `it has ${model.inputs.length} inputs` : `its input is ${describeTensor(input)}`}`,
      why: `the front end gives frames of ${channels} values`,
      next: `set "frontend" to the one the model was trained with (${Object.keys(FRONTEND_PRESETS).join(', ')}; "none" if there is none for it)`,
    });
    return undefined;
  }
  if (!isStreaming(model)) return entry.hop ?? windowHop(frames, frontend);
  if (entry.hop === undefined || entry.hop === frames) return frames;
  report(context, 'hop', {
    what: `${entry.hop} for a streaming model that takes ${frames} frames at a time`,
    next: `use ${frames}, or remove it`,
  });
  return undefined;
}
