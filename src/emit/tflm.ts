/**
 * The interpreter runtime: a thin source file per model (its bytes, an arena, exactly its operators) over
 * `kws_model_tflm`, and the library with as little of it as is needed.
 *
 * Owns: that file, and what the library would run wrongly. Leaves to others: which library
 * (`tflm-library.ts`), how large an arena (`plan/tflm-arena.ts`), spelling (`c.ts`).
 */
import type { Notice, ResolvedBoard } from '../boards/types.js';
import type { Problem } from '../diagnostics/errors.js';
import { resolverMethod } from '../model/builtins.js';
import { operatorName } from '../model/operators.js';
import { type ResolverEntry, resolverEntries, resolverEntry } from '../model/resolver.js';
import type { Model } from '../model/types.js';
import { tflmArenaBytes } from '../plan/tflm-arena.js';
import type { ResolvedProject } from '../project/types.js';
import { modelSymbol } from './aot.js';
import { bannerLines, type GeneratedBy } from './banner.js';
import { byteItems, stringLiteral } from './c.js';
import { fillTemplate } from './templates.js';
import { chooseTflm, kernelSources, type TflmChoice } from './tflm-library.js';
import { operatorSlots } from './traced.js';
import type { FirmwareFile } from './types.js';

export interface TflmInput {
  readonly project: ResolvedProject;
  readonly board: ResolvedBoard;
  readonly ids: readonly string[];
  readonly by: GeneratedBy;
  /** Local library folder, absolute. */
  readonly path?: string;
  /** See `RenderOptions`. */
  readonly trace?: boolean;
}

export interface TflmPart {
  readonly files: ReadonlyMap<string, FirmwareFile>;
  readonly buildFlags: readonly string[];
  readonly libDeps: readonly string[];
  readonly extraScripts: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  readonly notices: readonly Notice[];
  /** Per model. */
  readonly arenaBytes: readonly number[];
}

const SCRIPT = 'tflm_sources.py';

/** @throws KwsError (exit code 2) where the board has no library */
export function tflmPart({ project, board, ids, by, path, trace = false }: TflmInput): TflmPart {
  const choice = chooseTflm(board, path);
  const { pointerBytes } = board.target;
  const arenaBytes = project.models.map(({ model }) =>
    tflmArenaBytes(model, { pointerBytes, legacy: choice.legacy }),
  );
  const files = new Map<string, FirmwareFile>(
    project.models.map(({ model, name }, i) => [
      `src/model_${ids[i]}.cpp`,
      {
        kind: 'text',
        text: renderTflmModel({ model, name, id: ids[i]!, arenaBytes: arenaBytes[i]!, by, trace }),
      },
    ]),
  );
  const script = fillTemplate(SCRIPT, {
    banner: bannerLines(by),
    kernels: JSON.stringify(kernelSources(project.models.map(({ model }) => model)) ?? null).replace(
      /^null$/,
      'None',
    ),
    exclude: JSON.stringify(choice.exclude),
  });
  files.set(SCRIPT, { kind: 'text', text: script });
  return {
    files,
    buildFlags: choice.buildFlags,
    libDeps: [choice.dependency],
    extraScripts: [`pre:${SCRIPT}`],
    // Arduino libraries work on boards without the framework too.
    options: { lib_compat_mode: 'off' },
    notices: choice.notices,
    arenaBytes,
  };
}

/** What of a model a library does not run, or would run wrongly. */
export function tflmProblems(model: Model, choice: TflmChoice): readonly Problem[] {
  const problems: Problem[] = [];
  const where = (op: Model['operators'][number]) =>
    `${model.name}, operator ${op.index} (${operatorName(op)})`;
  for (const op of model.operators) {
    if (op.kind === 'FOREIGN' && resolverMethod(op.options.name, op.options.builtinCode) === undefined)
      problems.push({
        where: where(op),
        what: "TensorFlow Lite Micro's interpreter does not have this operator",
        next: 'change the model so that it does without',
      });
    const entry = resolverEntry(op);
    if (entry !== undefined && choice.lacks(entry))
      problems.push({
        where: where(op),
        what: `${choice.name} does not have this operator`,
        why: 'its copy of TensorFlow Lite Micro is older than the operator',
        next: 'give a newer library with --tflm-path, or change the model so that it does without',
      });
    const scales =
      op.kind === 'FULLY_CONNECTED' ? model.tensors[op.inputs[1]!]?.quantization?.scales : undefined;
    if (scales !== undefined && scales.length > 1 && !choice.perChannelFullyConnected)
      problems.push({
        where: where(op),
        what: `${choice.name} would compute this operator wrongly`,
        why: `its weights have a scale per output; this version of TensorFlow Lite Micro uses the first for all`,
        next: 'convert it with one scale per dense layer (converter._experimental_disable_per_channel_quantization_for_dense_layers = True)',
      });
  }
  if (model.variables.length > 0 && !choice.variables)
    problems.push({
      where: model.name,
      what: `${choice.name} cannot run this model`,
      why: 'it keeps state in resource variables, which this version of TensorFlow Lite Micro does not have',
      next: 'give a newer library with --tflm-path',
    });
  return problems;
}

/** Headers that declare the int8 registrations; older generations have neither. */
function headers(entries: readonly ResolverEntry[]): string[] {
  return [...new Set(entries.flatMap(({ int8 }) => (int8 === undefined ? [] : [int8.header])))].sort();
}

/** `KWS_TFLM_ADD_INT8(resolver, Conv2D, CONV_2D)` */
function registration({ operator, method, int8 }: ResolverEntry) {
  return {
    macro: int8 !== undefined ? 'KWS_TFLM_ADD_INT8' : 'KWS_TFLM_ADD',
    method: method.replace(/^Add/, ''),
    // Names of custom operators come from the file; the methods from our own table.
    operator: /^[A-Z][A-Z0-9_]*$/.test(operator) ? operator : 'CUSTOM',
  };
}

/** Custom operators are not told of: the host does not compute them. */
function tracedOperators(model: Model, entries: readonly ResolverEntry[]): readonly string[] {
  const foreign = new Set(
    model.operators.filter(({ kind }) => kind === 'FOREIGN').map((operator) => operatorName(operator)),
  );
  return entries.map(({ operator }) => operator).filter((operator) => !foreign.has(operator));
}

interface TflmModelInput {
  readonly model: Model;
  /** As the application and the protocol show it. */
  readonly name: string;
  /** Identifier, unique in the project. */
  readonly id: string;
  readonly arenaBytes: number;
  readonly by: GeneratedBy;
  readonly trace: boolean;
}

/** The source file of one model. */
function renderTflmModel({ model, name, id, arenaBytes, by, trace }: TflmModelInput): string {
  const { bytes, sha256 } = model.source;
  const entries = resolverEntries(model);
  const variables = model.variables.length;
  const reason = `the interpreter could not be set up in its arena of ${arenaBytes} bytes: it is too small, or the library lacks an operator`;
  return fillTemplate('model_tflm.cpp', {
    banner: bannerLines(by, { model: name, sha256 }),
    symbol: modelSymbol(id),
    name: stringLiteral(name),
    headers: headers(entries),
    data: byteItems(bytes),
    arenaBytes,
    variables,
    stateful: variables > 0 || model.operators.some(({ kind }) => kind === 'FOREIGN'),
    reason: stringLiteral(reason),
    advance: 'nullptr',
    trace,
    constants: [{ name: 'data' }],
    operatorCount: operatorSlots(model),
    operatorNumbers: model.operators.map(({ index }) => String(index)),
    traced: tracedOperators(model, entries),
    registrations: entries.map(registration),
  });
}
