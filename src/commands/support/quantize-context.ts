/** What `quantize` takes from the project it runs in, and from a table of ranges. */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { inputError, type Problem } from '../../diagnostics/errors.js';
import type { FrontendSpec } from '../../frontend/spec.js';
import type { Model } from '../../model/types.js';
import type { OutputChoice } from '../../passes/probabilities/choice.js';
import type { KwsFile } from '../../project/schema.js';
import type { Range } from '../../quantize/types.js';
import type { CommandContext } from './command.js';
import type { OptionValues } from './options.js';
import { projectFolder } from './project-options.js';
import type { MethodOption, PinOption } from './quantize-options.js';

/** What is known about a model beside its file. */
export interface ModelContext {
  readonly frontend?: FrontendSpec;
  readonly frontendName?: string;
  readonly labels?: readonly string[];
  readonly output?: OutputChoice;
}

/**
 * Options first, then kws.json where there is one, then what the model's own file says.
 * @throws KwsError (exit code 2)
 */
export async function projectContext(
  file: string,
  model: Model,
  options: OptionValues,
  { directory }: Pick<CommandContext, 'directory'>,
): Promise<ModelContext> {
  const project = await fromProject(file, options, directory);
  const chosen =
    options.frontend === undefined
      ? (project.frontend ?? (await named(model.frontend)))
      : await presetOf(options.frontend);
  const labels = options.labels ?? project.labels ?? model.labels;
  return {
    ...chosen,
    ...(labels === undefined ? {} : { labels: checked(labels, model, options) }),
    ...(project.output === undefined ? {} : { output: project.output }),
  };
}

type Named = Pick<ModelContext, 'frontend' | 'frontendName'>;

async function named(frontend: FrontendSpec | undefined, name?: string): Promise<Named> {
  if (frontend === undefined) return {};
  if (name !== undefined) return { frontend, frontendName: name };
  const [{ FRONTEND_PRESETS }, { frontendHash }] = await Promise.all([
    import('../../frontend/presets.js'),
    import('../../frontend/spec.js'),
  ]);
  const hash = frontendHash(frontend);
  const preset = Object.entries(FRONTEND_PRESETS).find(([, spec]) => frontendHash(spec) === hash);
  return { frontend, frontendName: preset?.[0] ?? `${frontend.kind} ${hash.slice(0, 12)}` };
}

async function presetOf(name: string): Promise<Named> {
  const { frontendFromOption } = await import('../../project/choose-frontend.js');
  return { frontend: frontendFromOption(name), frontendName: name };
}

/** Front end of the project, and the labels of the model in it that this file is. */
async function fromProject(
  file: string,
  options: OptionValues,
  directory: string,
): Promise<Pick<ModelContext, 'labels' | 'output'> & { readonly frontend?: Named }> {
  const kws = await kwsFileOf(options, directory);
  if (kws === undefined) return {};
  const folder = projectFolder(options, directory);
  const [{ KWS_FILE }, { resolveFrontend }] = await Promise.all([
    import('../../project/files.js'),
    import('../../project/frontend.js'),
  ]);
  const problems: Problem[] = [];
  const frontend = resolveFrontend(kws.frontend, KWS_FILE, problems);
  if (problems.length > 0) throw inputError(problems);
  const entry = modelsOf(kws).find((model) => resolve(folder, model.file) === file);
  return {
    frontend: await named(frontend, typeof kws.frontend === 'string' ? kws.frontend : undefined),
    ...(entry?.labels === undefined ? {} : { labels: entry.labels }),
    ...(entry?.output === undefined ? {} : { output: entry.output }),
  };
}

async function kwsFileOf(options: OptionValues, directory: string): Promise<KwsFile | undefined> {
  const { KWS_FILE } = await import('../../project/files.js');
  const folder = projectFolder(options, directory);
  if (options.project === undefined && !existsSync(join(folder, KWS_FILE))) return undefined;
  return (await import('../../project/load.js')).readKwsFile(folder);
}

const modelsOf = ({ models, gate }: KwsFile) => [...models, ...(gate === undefined ? [] : [gate])];

/** What is quantized, and with what. */
export interface QuantizeSources {
  /** Path of the model, and how messages call it. */
  readonly file: string;
  readonly name: string;
  readonly calibrate: readonly string[];
  readonly method: MethodOption | undefined;
  readonly pinned: Readonly<Record<string, Range>>;
}

/**
 * The model that is named and the clips of --calibrate; what is not said stands in kws.json under "quantize".
 * @throws KwsError (exit code 2)
 */
export async function sourcesOf(
  model: string | undefined,
  options: OptionValues,
  directory: string,
): Promise<QuantizeSources> {
  const pinned = await pinnedOf(options.pin ?? [], directory);
  const { calibrate, method } = options;
  if (model !== undefined && calibrate !== undefined)
    return { file: resolve(directory, model), name: model, calibrate, method, pinned };
  const kws = await kwsFileOf(options, directory);
  const folder = projectFolder(options, directory);
  const floats = (kws === undefined ? [] : modelsOf(kws)).flatMap(({ file, quantize }) =>
    quantize === undefined ? [] : [{ file: resolve(folder, file), quantize }],
  );
  const named = floats.filter(({ file }) => model === undefined || file === resolve(directory, model));
  const [own] = named;
  const shown = (path: string) => relative(directory, path) || '.';
  if (own !== undefined && named.length === 1) {
    const { settingsOf } = await import('../../project/quantized-model.js');
    const settings = settingsOf(own.quantize);
    const { calibrate: paths, pinned: ranges, method: chosen = 'min-max', percentile } = settings;
    return {
      file: own.file,
      name: model ?? shown(own.file),
      calibrate: calibrate ?? paths.map((path) => shown(resolve(folder, path))),
      method: method ?? { method: chosen, ...(percentile === undefined ? {} : { percentile }) },
      pinned: { ...ranges, ...pinned },
    };
  }
  if (model !== undefined)
    throw inputError({
      what: 'there is nothing to calibrate with',
      why: 'the ranges of activations are measured on what the model will hear',
      next: '--calibrate FOLDER names recordings, or features as .npy, .npz or .json',
    });
  throw inputError(
    floats.length > 1
      ? {
          what: 'several models of the project are quantized',
          next: `name one of them: ${floats.map(({ file }) => shown(file)).join(', ')}`,
        }
      : {
          what: 'no model is named',
          why: kws === undefined ? 'there is no kws.json here' : 'no model in kws.json has "quantize"',
          next: 'kws-gen quantize MODEL --calibrate recordings/',
        },
  );
}

function checked(labels: readonly string[], model: Model, options: OptionValues): readonly string[] {
  const output = model.tensors[model.outputs[0] ?? -1];
  const count = output?.shape.reduce((product, dim) => product * dim, 1) ?? 0;
  if (output === undefined || labels.length === count) return labels;
  throw inputError({
    what: `${labels.length} labels for a model with ${count} outputs`,
    where: options.labels === undefined ? model.name : '--labels',
    next: `give ${count}, in the order of training`,
  });
}

/** A table of ranges is no larger. */
const LARGEST_TABLE = 1024 * 1024;

/** @throws KwsError (exit code 2) where a table of ranges is none */
async function pinnedOf(
  pins: readonly PinOption[],
  directory: string,
): Promise<Readonly<Record<string, Range>>> {
  const pinned = new Map<string, Range>();
  for (const pin of pins) {
    if ('range' in pin) pinned.set(pin.name, pin.range);
    else for (const [name, range] of await readTable(pin.file, directory)) pinned.set(name, range);
  }
  return Object.fromEntries(pinned);
}

async function readTable(file: string, directory: string): Promise<readonly (readonly [string, Range])[]> {
  const [{ readBounded }, { parseJson }] = await Promise.all([
    import('../../files/read-bounded.js'),
    import('../../project/parse.js'),
  ]);
  const where = `--pin ${file}`;
  const bytes = await readBounded(resolve(directory, file), LARGEST_TABLE, where);
  const table = parseJson(new TextDecoder().decode(bytes), where);
  const problems: Problem[] = [];
  const isTable = typeof table === 'object' && table !== null && !Array.isArray(table);
  const entries = isTable ? Object.entries(table as Record<string, unknown>) : [];
  const ranges = entries.flatMap(([name, value]): (readonly [string, Range])[] => {
    const range = rangeOf(value);
    if (range !== undefined) return [[name, range]];
    problems.push({
      what: `the range of ${JSON.stringify(name)} is none`,
      where,
      next: 'give two numbers, the lesser first: [0, 26]',
    });
    return [];
  });
  if (!isTable)
    problems.push({ what: 'is no table of ranges', where, next: 'give it such as {"input": [0, 26]}' });
  if (problems.length > 0) throw inputError(problems);
  return ranges;
}

/** `[0, 26]` or `{"min": 0, "max": 26}`. */
function rangeOf(value: unknown): Range | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { min, max } = Array.isArray(value)
    ? { min: value[0] as unknown, max: value[1] as unknown }
    : (value as { min?: unknown; max?: unknown });
  if (typeof min !== 'number' || typeof max !== 'number' || !(min < max)) return undefined;
  return { min, max };
}
