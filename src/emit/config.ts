/**
 * src/kws_config.cpp: everything the application is told at compile time (kws_app/config.h).
 *
 * Owns: how a resolved project becomes `kAppConfig`. Leaves to others: the models (`aot.ts`, `tflm.ts`), the
 * values of tables and detectors (`frontend/`, `detector/`), spelling (`c.ts`).
 */
import { boardNumbers } from '../boards/board-arithmetic.js';
import type { ResolvedBoard } from '../boards/types.js';
import { outputFormat } from '../detector/probability.js';
import type { InputFormat } from '../frontend/input-format.js';
import { frontendHash, stepMs } from '../frontend/spec.js';
import type { Runtime } from '../model/runtime.js';
import type { ResolvedModel, ResolvedProject, SleepPolicy } from '../project/types.js';
import { modelSymbol } from './aot.js';
import { bannerLines, type GeneratedBy } from './banner.js';
import { bufferSizes, captureRate, formatOf, modelFrames, storesInputs, takesTransposed } from './buffers.js';
import { floatLiteral, intLiteral, stringLiteral } from './c.js';
import { structForC } from './constants.js';
import { detectorConfigForC } from './detector.js';
import { frontendForC } from './frontend/frontend.js';
import { type ResamplerForC, resamplerForC } from './frontend/resampler.js';
import type { FrontendForC } from './frontend/types.js';
import { serialForC } from './serial.js';
import { fillTemplate } from './templates.js';

export interface ConfigInput {
  readonly project: ResolvedProject;
  /** Identifier per model, in order. */
  readonly ids: readonly string[];
  readonly board: ResolvedBoard;
  readonly runtime: Runtime;
  readonly buildId: string;
  readonly by: GeneratedBy;
  /** See `RenderOptions`. */
  readonly trace?: boolean;
  /** A library that is handed its audio: no ring for it, no actions. */
  readonly listens?: boolean;
}

const SLEEPS: Readonly<Record<SleepPolicy, string>> = { off: 'kOff', light: 'kLight', deep: 'kDeep' };

const TYPE_NAMES = { int8: 'kInt8', uint8: 'kUint8', float32: 'kFloat32' } as const;

/** `kws::InputFormat`'s initialiser. */
function formatLiteral(format: InputFormat): string {
  const { type, zeroPoint, divisor, inverseScale, multiplier, shift } = format;
  const values = [zeroPoint, divisor].map(intLiteral);
  return `{InputFormat::Type::${TYPE_NAMES[type]}, ${[...values, floatLiteral(inverseScale), intLiteral(multiplier), intLiteral(shift)].join(', ')}}`;
}

/** `kws::OutputFormat`'s initialiser. */
function outputLiteral({ model }: ResolvedModel): string {
  const { zeroPoint, multiplier } = outputFormat(model.tensors[model.outputs[0]!]!);
  return `{${intLiteral(zeroPoint)}, ${intLiteral(multiplier)}}`;
}

/** Constants, memory and object of a front end or a resampler, as the values of `parts/object.cpp`. */
function objectForC(from: FrontendForC | ResamplerForC, name: string) {
  const buffers = from.buffers.map((buffer) => ({
    type: buffer.ctype,
    name: `${name}_${buffer.name}`,
    length: buffer.length,
  }));
  return {
    header: from.header,
    tables: structForC(from.tablesType, `${name}_tables`, from.tables),
    buffers,
    type: from.className,
    name,
    parameters: [`${name}_tables`, ...buffers.map((buffer) => buffer.name)].join(', '),
  };
}

/** Where the board does not capture at the front end's rate. */
function resamplerOf({ frontend }: ResolvedProject, board: ResolvedBoard): ResamplerForC | undefined {
  if (frontend.kind === 'none') return undefined;
  const { captureRate } = boardNumbers(board, frontend);
  return captureRate === frontend.sampleRate ? undefined : resamplerForC(captureRate, frontend.sampleRate);
}

export function renderConfig(input: ConfigInput): string {
  const { project, ids, board, runtime, buildId, by, trace = false, listens = false } = input;
  const { frontend } = project;
  const buffers = bufferSizes(project, board, runtime);
  const numbers = frontend.kind === 'none' ? undefined : boardNumbers(board, frontend);
  const audio = frontend.kind === 'none' ? undefined : frontendForC(frontend, numbers?.arithmetic);
  const resampler = resamplerOf(project, board);
  const models = project.models.map((entry, i) => {
    const id = ids[i]!;
    return {
      symbol: modelSymbol(id),
      id,
      detector: structForC(
        'DetectorConfig',
        `detector_config_${id}`,
        detectorConfigForC(entry.detector, entry.labels.length),
      ),
      labels: { name: `labels_${id}`, items: entry.labels.map(stringLiteral) },
      sha256: stringLiteral(entry.model.source.sha256),
      labelCount: entry.labels.length,
      frames: modelFrames(project, entry),
      hop: intLiteral(entry.hop),
      input: formatLiteral(formatOf(entry, project.frontend)),
      transposed: String(takesTransposed(project, entry)),
      output: outputLiteral(entry),
    };
  });
  const gate = project.models.findIndex(({ name }) => name === project.gate);
  return fillTemplate('kws_config.cpp', {
    banner: bannerLines(by),
    frontend: audio && objectForC(audio, 'frontend'),
    resampler: resampler && objectForC(resampler, 'resampler'),
    models,
    application: !listens,
    ...serialForC(listens ? { ...project, serial: {} } : project),
    hasActions: !listens && (project.actions ?? []).length > 0,
    sleep: SLEEPS[project.sleep ?? 'light'],
    modelCount: models.length,
    gate,
    toolVersion: stringLiteral(by.toolVersion),
    buildId: stringLiteral(buildId),
    board: stringLiteral(board.id),
    runtime: stringLiteral(runtime),
    frontendHash: stringLiteral(frontendHash(frontend)),
    sampleRate: frontend.kind === 'none' ? 0 : frontend.sampleRate,
    captureRate: captureRate(project, board),
    stepMs: frontend.kind === 'none' ? 0 : Math.round(stepMs(frontend)),
    stepUs: frontend.kind === 'none' ? 0 : Math.round(1000 * stepMs(frontend)),
    trace,
    featureFormat: storesInputs(project) ? 'kInput' : 'kFrames',
    ...buffers,
  });
}
