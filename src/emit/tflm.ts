/**
 * The interpreter runtime: a thin source file per model (its bytes, an arena, exactly its operators) over
 * `kws_model_tflm`, and the library with as little of it as is needed.
 *
 * Owns: that file, and refusing what the library would run wrongly. Leaves to others: which library
 * (`tflm-library.ts`), how large an arena (`tflm-arena.ts`), spelling (`c.ts`).
 */
import type { Notice, ResolvedBoard } from '../boards/types.js';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { resolverMethod } from '../model/builtins.js';
import { operatorName } from '../model/operators.js';
import { type ResolverEntry, resolverEntries } from '../model/resolver.js';
import type { Model } from '../model/types.js';
import type { ResolvedProject } from '../project/types.js';
import { modelSymbol } from './aot.js';
import { banner, bannerLines, type GeneratedBy } from './banner.js';
import { arrayDefinition, byteItems, stringLiteral, wrapped } from './c.js';
import { fillTemplate } from './templates.js';
import { tflmArenaBytes } from './tflm-arena.js';
import { chooseTflm, kernelSources, type TflmChoice } from './tflm-library.js';
import type { FirmwareFile } from './types.js';

export interface TflmInput {
  readonly project: ResolvedProject;
  readonly board: ResolvedBoard;
  readonly ids: readonly string[];
  readonly by: GeneratedBy;
  /** Local library folder, absolute. */
  readonly path?: string;
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

/** Operators whose int8 registration every generation with registrations has. */
const INT8_REGISTRATIONS = new Set([
  'CONV_2D',
  'DEPTHWISE_CONV_2D',
  'FULLY_CONNECTED',
  'AVERAGE_POOL_2D',
  'MAX_POOL_2D',
  'SOFTMAX',
  'ADD',
  'MUL',
]);

const SCRIPT = 'tflm_sources.py';

/** @throws KwsError (exit code 2) for models that the library does not run, or would run wrongly */
export function tflmPart({ project, board, ids, by, path }: TflmInput): TflmPart {
  const choice = chooseTflm(board, path);
  const problems = project.models.flatMap(({ model }) => tflmProblems(model, choice));
  if (problems.length > 0) throw inputError(problems);
  const pointerBytes = board.core === 'host' ? 8 : 4;
  const arenaBytes = project.models.map(({ model }) =>
    tflmArenaBytes(model, { pointerBytes, legacy: choice.legacy }),
  );
  const files = new Map<string, FirmwareFile>(
    project.models.map(({ model, name }, i) => [
      `src/model_${ids[i]}.cpp`,
      { kind: 'text', text: renderTflmModel(model, name, ids[i]!, arenaBytes[i]!, by) },
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
        next: 'change the model',
      });
    const scales =
      op.kind === 'FULLY_CONNECTED' ? model.tensors[op.inputs[1]!]?.quantization?.scales : undefined;
    if (scales !== undefined && scales.length > 1 && !choice.perChannelFullyConnected)
      problems.push({
        where: where(op),
        what: `${choice.name} would compute this operator wrongly`,
        why: `its weights have a scale per output; this version of TensorFlow Lite Micro uses the first for all`,
        next: 'use "runtime": "aot", or quantize fully connected layers per tensor',
      });
  }
  if (model.variables.length > 0 && !choice.variables)
    problems.push({
      where: model.name,
      what: `${choice.name} cannot run this model`,
      why: 'it keeps state in resource variables, which this version of TensorFlow Lite Micro does not have',
      next: 'use "runtime": "aot", or a newer library',
    });
  return problems;
}

const isInt8 = ({ operator, int8 }: ResolverEntry) => int8 !== undefined && INT8_REGISTRATIONS.has(operator);

/** Headers that declare the int8 registrations; older generations have neither. */
function headers(entries: readonly ResolverEntry[]): string {
  const names = new Set(entries.flatMap((entry) => (isInt8(entry) ? [entry.int8!.header] : [])));
  return [...names]
    .sort()
    .map((name) => `#if __has_include("${name}")\n#include "${name}"\n#endif\n`)
    .join('');
}

/** `KWS_TFLM_ADD_INT8(resolver, Conv2D, CONV_2D)` */
function registration({ operator, method, int8 }: ResolverEntry): string {
  const macro = int8 !== undefined && INT8_REGISTRATIONS.has(operator) ? 'KWS_TFLM_ADD_INT8' : 'KWS_TFLM_ADD';
  // Names of custom operators come from the file; the methods from our own table.
  const name = /^[A-Z][A-Z0-9_]*$/.test(operator) ? operator : 'CUSTOM';
  return `${macro}(resolver, ${method.replace(/^Add/, '')}, ${name})`;
}

/** The source file of one model. */
export function renderTflmModel(
  model: Model,
  name: string,
  id: string,
  arenaBytes: number,
  by: GeneratedBy,
): string {
  const symbol = modelSymbol(id);
  const { bytes, sha256 } = model.source;
  const entries = resolverEntries(model);
  const variables = model.variables.length;
  const stateful = variables > 0 || model.operators.some(({ kind }) => kind === 'FOREIGN');
  const reason = `the interpreter could not be set up in its arena of ${arenaBytes} bytes: it is too small, or the library lacks an operator`;
  const items = ['data', 'arena', 'sizeof arena', String(variables), String(stateful), stringLiteral(reason)];
  const members = [
    stringLiteral(name),
    'prepare',
    'reset',
    'invoke',
    'input',
    'output',
    'arena_used',
    'sizeof arena',
  ];
  return `${banner(by, { model: name, sha256 })}
#include "kws_model_tflm/runner.h"
${headers(entries)}
namespace kws {

extern const Model ${symbol};

namespace {

${arrayDefinition({ type: 'alignas(16) const unsigned char', name: 'data', items: byteItems(bytes) })}

alignas(16) uint8_t arena[${arenaBytes}];

const TflmConfig config = {
${wrapped(items)}
};

TflmRunner runner(config);

ModelStatus prepare() {
  static tflite::MicroMutableOpResolver<${entries.length}> resolver;
  static bool registered = false;
  if (!registered) {
    registered = ${entries.map(registration).join(' &&\n                 ')};
  }
  if (!registered) return {false, "an operator could not be registered"};
  return runner.prepare(resolver);
}

void reset() { runner.reset(); }

bool invoke() { return runner.invoke(); }

TensorView input() { return runner.input(); }

TensorView output() { return runner.output(); }

uint32_t arena_used() { return runner.arena_used(); }

}  // namespace

const Model ${symbol} = {
${wrapped(members)}
};

}  // namespace kws
`;
}
