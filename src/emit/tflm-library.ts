/**
 * Which TensorFlow Lite Micro a project is built with, and what of it: the board's library from the registry,
 * or a local folder.
 *
 * Owns: what a local folder turns out to be, the kernels that may be left out. Leaves to others: the pinned
 * libraries (`boards/tflm-libraries.ts`), the generated model (`tflm.ts`).
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TFLM_LIBRARIES, type TflmLibrary } from '../boards/tflm-libraries.js';
import type { Notice, ResolvedBoard } from '../boards/types.js';
import { inputError } from '../diagnostics/errors.js';
import { OPERATORS } from '../model/operators.js';
import type { ResolverEntry } from '../model/resolver.js';
import type { Model } from '../model/types.js';
import { iniValue } from './ini.js';

export interface TflmChoice {
  /** As messages call it. */
  readonly name: string;
  /** What stands in lib_deps. */
  readonly dependency: string;
  readonly buildFlags: readonly string[];
  /** Paths (parts of them) of sources that must be left out. */
  readonly exclude: readonly string[];
  readonly notices: readonly Notice[];
  readonly perChannelFullyConnected: boolean;
  readonly variables: boolean;
  /** Whether it has no kernel for an operator that today's TensorFlow Lite Micro has. */
  readonly lacks: (operator: ResolverEntry) => boolean;
  /** Sources of before micro_log.h. */
  readonly legacy: boolean;
}

function fromLibrary(library: TflmLibrary, bare: boolean): Omit<TflmChoice, 'dependency' | 'name'> {
  return {
    buildFlags: [...library.buildFlags, ...(bare ? library.bare.buildFlags : [])],
    exclude: bare ? library.bare.exclude : [],
    notices: library.notices,
    perChannelFullyConnected: library.supportsPerChannelFullyConnected,
    variables: library.supportsResourceVariables,
    lacks: ({ operator }) => library.lacks.includes(operator),
    legacy: library.generation === 'error-reporter',
  };
}

const MICRO = join('tensorflow', 'lite', 'micro');

/** A folder as PlatformIO takes it as a library, with TensorFlow Lite Micro under `src` or at the top. */
function localLibrary(path: string, bare: boolean): TflmChoice {
  const root = [join(path, 'src'), path].find((folder) =>
    existsSync(join(folder, MICRO, 'micro_interpreter.h')),
  );
  if (root === undefined)
    throw inputError({
      what: 'there is no TensorFlow Lite Micro in this folder',
      where: path,
      why: `neither src/${MICRO} nor ${MICRO} has micro_interpreter.h`,
      next: 'give the folder of a PlatformIO or Arduino library with --tflm-path',
    });
  const known = Object.values(TFLM_LIBRARIES).find(({ name }) => existsSync(join(root, headerOf(name))));
  const has = (...parts: string[]) => existsSync(join(root, MICRO, ...parts));
  const dependency = `symlink://${iniValue(path, 'the folder of TensorFlow Lite Micro')}`;
  const probed = {
    perChannelFullyConnected: ['cc', 'cpp'].some((ext) => {
      const file = join(root, MICRO, 'kernels', `fully_connected_common.${ext}`);
      return existsSync(file) && readFileSync(file, 'utf8').includes('is_per_channel');
    }),
    variables: has('micro_resource_variable.h'),
    lacks: lackingOf(join(root, MICRO)),
    legacy: !has('micro_log.h'),
  };
  const base =
    known === undefined
      ? { buildFlags: [], exclude: [], notices: [TENSORFLOW_NOTICE] }
      : fromLibrary(known, bare);
  return { ...base, ...probed, dependency, name: basename(path) };
}

/**
 * What a local copy lacks: its resolver has a method per operator, or, before 2020-08, its kernels a function. A copy
 * with neither header is built as it is.
 */
function lackingOf(folder: string): TflmChoice['lacks'] {
  const textOf = (path: string) =>
    existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : '';
  const methods = textOf('micro_mutable_op_resolver.h');
  const functions = textOf(join('kernels', 'micro_ops.h'));
  if (/\bAddConv2D\(/.test(methods)) return ({ method }) => !methods.includes(` ${method}(`);
  if (/\bRegister_CONV_2D\(/.test(functions))
    return ({ operator }) => !functions.includes(` Register_${operator}(`);
  return () => false;
}

/** The header that gives a library away: what its users include. */
function headerOf(name: string): string {
  return `${name.replace('TensorFLow', 'TensorFlow')}.h`;
}

const TENSORFLOW_NOTICE: Notice = {
  name: 'TensorFlow Lite for Microcontrollers (local copy)',
  license: 'Apache-2.0',
  url: 'https://github.com/tensorflow/tflite-micro',
};

/** @throws KwsError (exit code 2) where the board has no library, or the folder is none */
export function chooseTflm(board: ResolvedBoard, path: string | undefined): TflmChoice {
  const bare = board.platformio.framework === undefined;
  if (path !== undefined) return localLibrary(path, bare);
  if (board.tflm === null)
    throw inputError({
      what: `${board.name} has no TensorFlow Lite Micro library`,
      where: board.id,
      next: 'give a local library with --tflm-path',
    });
  const { name, version, spec } = board.tflm;
  return { ...fromLibrary(board.tflm, bare), dependency: spec, name: `${name} ${version}` };
}

/** Names of the kernel sources that the models need; undefined where that is not known: then all are built. */
export function kernelSources(models: readonly Model[]): string[] | undefined {
  const sources = new Set<string>();
  for (const model of models) {
    for (const op of model.operators) {
      const { tflm } = OPERATORS[op.kind];
      if (tflm === undefined) return undefined;
      sources.add(tflm.source);
    }
    if (model.variables.length > 0) for (const name of ['call_once', 'var_handle']) sources.add(name);
  }
  return [...sources].sort();
}
