/**
 * A project as parts of a library: the device libraries that hear, and the generated sources, without application,
 * board and protocol.
 *
 * Owns: which files those are. Leaves to others: how a library of some kind is laid out (`export/`).
 */
import { readFileSync } from 'node:fs';
import type { ResolvedBoard } from '../boards/types.js';
import type { ResolvedProject } from '../project/types.js';
import { aotModels } from './aot-models.js';
import { beginProject } from './begin.js';
import { captureRate } from './buffers.js';
import { renderConfig } from './config.js';
import { KERNEL_SHAPE_FILE } from './kernel-shape.js';
import { kernelFilter } from './libraries.js';
import { renderShape, SHAPE_FILE } from './shape.js';
import { libraryFiles } from './templates.js';

export interface ListenerParts {
  /** Device library → path inside of it, with `/` → text. */
  readonly libraries: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Generated sources: file name → text. */
  readonly sources: ReadonlyMap<string, string>;
  /** Hz of the samples it takes. */
  readonly captureRate: number;
}

export interface ListenerInput {
  readonly project: ResolvedProject;
  /** Whose kernels and front-end arithmetic are taken. */
  readonly board: ResolvedBoard;
  readonly toolVersion: string;
}

/** What of a library a listener needs; all of it where nothing is said. */
const NEEDED: Readonly<Record<string, RegExp>> = {
  kws_app:
    /^(?:include\/kws_app\/(?:actions|config|other_commands|pipeline|score_text|shape|ticks|tracer)\.h|src\/pipeline\.cpp)$/,
  // A header that one of the pipeline's includes, for builds that trace.
  kws_protocol: /^include\/kws_protocol\/line_writer\.h$/,
  kws_hal: /^include\/kws_hal\/(?:audio_ring|kws_hal)\.h$/,
};
const SHAPE_HEADER = SHAPE_FILE.replace('lib/kws_app/', '');
const LIBRARIES = [
  'kws_app',
  'kws_detector',
  'kws_frontend',
  'kws_hal',
  'kws_kernels',
  'kws_listener',
  'kws_model',
  'kws_protocol',
];

/** @throws KwsError (exit code 2) for models that are not int8, or that the compiled runtime cannot compute */
export function listenerParts({ project, board, toolVersion }: ListenerInput): ListenerParts {
  const { by, ids } = beginProject(project, 'aot', { board }, toolVersion);
  const { files, kernels, kernelShape } = aotModels(project, board, { ids, by });
  const needed = kernelFilter(kernels);
  const libraries = new Map(
    LIBRARIES.map((library) => {
      const all = [...libraryFiles(library)].filter(
        ([path]) => path.startsWith('include/') || path.startsWith('src/'),
      );
      const wanted = (path: string) =>
        library === 'kws_kernels' ? needed(path) : (NEEDED[library]?.test(path) ?? true);
      const texts = all
        .filter(([path]) => wanted(path))
        .map(([path, from]) => [path, readFileSync(from, 'utf8')] as const);
      return [library, new Map(texts)];
    }),
  );
  libraries.get('kws_app')!.set(SHAPE_HEADER, renderShape(project, board, by));
  const sources = libraries.get('kws_kernels')!;
  if (sources.has(KERNEL_SHAPE_FILE)) sources.set(KERNEL_SHAPE_FILE, kernelShape);
  const config = { project, ids, board, runtime: 'aot', buildId: '', by, listens: true } as const;
  return {
    libraries,
    sources: new Map([...files, ['kws_config.cpp', renderConfig(config)]]),
    captureRate: captureRate(project, board),
  };
}
