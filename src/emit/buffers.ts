/**
 * Sizes of the application's buffers: what a project on a board needs, and no more.
 *
 * Owns: the ring of features, the ring of audio. Leaves to others: the models' own memory (`plan/`).
 */
import { isDeepStrictEqual } from 'node:util';
import { boardNumbers } from '../boards/board-arithmetic.js';
import type { ResolvedBoard } from '../boards/types.js';
import { type InputFormat, inputFormat } from '../frontend/input-format.js';
import type { FrontendSpec } from '../frontend/spec.js';
import { frameChannels, hasIntegerFrames, keptValues, normalizesWindow } from '../frontend/spec.js';
import { tensorBytes } from '../model/elements.js';
import { framesOf, isTransposed } from '../model/fit.js';
import type { Runtime } from '../model/runtime.js';
import type { ResolvedModel, ResolvedProject } from '../project/types.js';
import { longestStretch } from './stretch.js';

export interface Buffers {
  /** Feature frames that wait for the models. */
  readonly featureFrames: number;
  readonly featureBytes: number;
  /** Where a window is before it is transposed; 0 where none is. */
  readonly windowBytes: number;
  /** Samples, a power of two. */
  readonly audioSamples: number;
}

/** Less RAM than this is shared more sparingly. */
const SMALL_BOARD_BYTES = 64 * 1024;
/** Audio is moved in pieces of 256 samples; a ring below two of them would run dry or over at each. */
const LEAST_AUDIO_SAMPLES = 512;

/** Frames per inference of a model; 0 without a front end. */
export function modelFrames({ frontend }: ResolvedProject, { model }: ResolvedModel): number {
  if (frontend.kind === 'none') return 0;
  return framesOf(model.tensors[model.inputs[0]!]!, frameChannels(frontend)) ?? 0;
}

export function takesTransposed({ frontend }: ResolvedProject, { model }: ResolvedModel): boolean {
  if (frontend.kind === 'none') return false;
  return isTransposed(model.tensors[model.inputs[0]!]!, frameChannels(frontend));
}

/** Frames that wait as models take them are put in order one by one; windows that are converted need room. */
function windowBytes(project: ResolvedProject): number {
  if (storesInputs(project)) return 0;
  const inputs = project.models.filter((model) => takesTransposed(project, model));
  return Math.max(0, ...inputs.map(({ model }) => tensorBytes(model.tensors[model.inputs[0]!]!)));
}

export function formatOf({ model }: ResolvedModel, spec: FrontendSpec): InputFormat {
  return inputFormat(model.tensors[model.inputs[0]!]!, spec);
}

/**
 * Whether features wait as the bytes that models take: where all of them take the same, none takes floats,
 * and a frame can be converted by itself.
 */
export function storesInputs(project: ResolvedProject): boolean {
  if (project.frontend.kind === 'none') return true;
  const formats = project.models.map((model) => formatOf(model, project.frontend));
  const same = formats.every((format) => isDeepStrictEqual(format, formats[0]));
  return same && formats[0]?.type !== 'float32' && !normalizesWindow(project.frontend);
}

export function captureRate({ frontend }: ResolvedProject, board: ResolvedBoard): number {
  return frontend.kind === 'none' ? 0 : boardNumbers(board, frontend).captureRate;
}

/** Bytes of a frame in the ring of features. */
function frameBytes(project: ResolvedProject): number {
  if (project.frontend.kind === 'none') return 0;
  if (storesInputs(project)) return frameChannels(project.frontend);
  return keptValues(project.frontend) * (hasIntegerFrames(project.frontend) ? 2 : 4);
}

/**
 * Samples that may arrive while nobody looks: those of the longest stretch, as estimated, up to half a second
 * (a quarter on boards with less than 64 KB of RAM). A model that takes longer than that runs behind in any
 * case. Without a front end no audio is heard: one sample, for the ring to have a storage.
 */
function audioSamples(project: ResolvedProject, board: ResolvedBoard, runtime: Runtime): number {
  const rate = captureRate(project, board);
  if (rate === 0) return 1;
  const most = rate / (board.ramBytes < SMALL_BOARD_BYTES ? 4 : 2);
  const needed = Math.min((longestStretch(project, board, runtime) * rate) / 1000, most);
  return 2 ** Math.ceil(Math.log2(Math.max(needed, LEAST_AUDIO_SAMPLES)));
}

/** The ring of features holds what the hungriest model sees. */
export function bufferSizes(project: ResolvedProject, board: ResolvedBoard, runtime: Runtime): Buffers {
  const featureFrames = Math.max(0, ...project.models.map((model) => modelFrames(project, model)));
  return {
    featureFrames,
    featureBytes: featureFrames * frameBytes(project),
    windowBytes: windowBytes(project),
    audioSamples: audioSamples(project, board, runtime),
  };
}
