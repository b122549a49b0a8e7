/**
 * The constant data of firmware as it was generated: what a traced build (`RenderOptions.trace`) can be asked for.
 *
 * Owns: which arrays there are, in the order in which templates/project lists them. Leaves to others: asking.
 */
import { boardNumbers } from '../boards/board-arithmetic.js';
import type { ResolvedBoard } from '../boards/types.js';
import type { Runtime } from '../model/runtime.js';
import type { Model } from '../model/types.js';
import type { ResolvedProject } from '../project/types.js';
import { frontendForC } from './frontend/frontend.js';
import { resamplerForC } from './frontend/resampler.js';
import { planWindows } from './incremental.js';
import type { CField } from './types.js';

type ConstantNumbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array;

/** An array of the firmware's constant data. */
export interface GeneratedConstant {
  /** `window`, or `operator 3 filter`. */
  readonly name: string;
  readonly values: ConstantNumbers;
}

export interface GeneratedConstants {
  /** Per model of the project, in its order. */
  readonly models: readonly (readonly GeneratedConstant[])[];
  readonly frontend: readonly GeneratedConstant[];
  readonly resampler: readonly GeneratedConstant[];
}

const ARRAYS = {
  bool: Uint8Array,
  int8_t: Int8Array,
  uint8_t: Uint8Array,
  int16_t: Int16Array,
  uint16_t: Uint16Array,
  int32_t: Int32Array,
  uint32_t: Uint32Array,
  float: Float32Array,
} as const;

/** Places for what is counted of a model's operators: their numbers are those of the file, which may have gaps. */
export function operatorSlots({ operators }: Pick<Model, 'operators'>): number {
  return Math.max(0, ...operators.map(({ index }) => index + 1));
}

/** Arrays that are empty have one zero in C++. */
function tables(fields: readonly CField[]): readonly GeneratedConstant[] {
  return fields.flatMap((field) =>
    field.kind === 'array'
      ? [{ name: field.name, values: new ARRAYS[field.ctype](field.values.length > 0 ? field.values : [0]) }]
      : [],
  );
}

export function generatedConstants(
  project: ResolvedProject,
  board: ResolvedBoard,
  runtime: Runtime,
): GeneratedConstants {
  const { frontend } = project;
  const models =
    runtime === 'aot'
      ? planWindows(project, board).map(({ plan }) =>
          plan.constants.map(({ label, values }) => ({ name: label, values })),
        )
      : project.models.map(({ model }) => [{ name: 'model file', values: model.source.bytes }]);
  if (frontend.kind === 'none') return { models, frontend: [], resampler: [] };
  const { arithmetic, captureRate } = boardNumbers(board, frontend);
  const resampled = captureRate !== frontend.sampleRate;
  return {
    models,
    frontend: tables(frontendForC(frontend, arithmetic).tables),
    resampler: resampled ? tables(resamplerForC(captureRate, frontend.sampleRate).tables) : [],
  };
}
