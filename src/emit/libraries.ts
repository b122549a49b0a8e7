/** Which files of the device libraries a project needs. */
import type { ResolvedBoard } from '../boards/types.js';
import type { KernelName } from '../kernels/call.js';
import type { Runtime } from '../project/types.js';
import { KERNEL_SIGNATURES } from './kernel-calls.js';
import { libraryFiles } from './templates.js';
import type { FirmwareFile } from './types.js';

const COMMON = ['kws_app', 'kws_detector', 'kws_frontend', 'kws_hal', 'kws_model', 'kws_protocol'] as const;

const OF_RUNTIME: Readonly<Record<Runtime, readonly string[]>> = {
  aot: ['kws_kernels'],
  tflm: ['kws_model_tflm'],
};

/** Whether a file of a library goes into the project. */
type Filter = (path: string) => boolean;

/** Of the HAL: its common files, and the sources of the board's capture API with the headers beside them. */
function halFilter({ halSources }: ResolvedBoard): Filter {
  const wanted = new Set(halSources.map((source) => `src/${source}`));
  const folders = new Set([...wanted].map((path) => path.slice(0, path.lastIndexOf('/'))));
  return (path) => {
    if (!path.startsWith('src/') || wanted.has(path)) return true;
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (path.endsWith('.cpp')) return folder === 'src' && path !== 'src/main.cpp';
    return folder === 'src' || folders.has(folder);
  };
}

/** Of the kernels: those that are called, and whatever they share. */
function kernelFilter(used: ReadonlySet<KernelName>): Filter {
  return (path) => {
    const kernel = /^src\/kws_(\w+)\.cpp$/.exec(path)?.[1];
    return kernel === undefined || !(kernel in KERNEL_SIGNATURES) || used.has(kernel as KernelName);
  };
}

/** `lib/<library>/…` → file of the package. */
export function projectLibraries(
  runtime: Runtime,
  board: ResolvedBoard,
  kernels: ReadonlySet<KernelName>,
): Map<string, FirmwareFile> {
  const filters: Readonly<Record<string, Filter>> = {
    kws_hal: halFilter(board),
    kws_kernels: kernelFilter(kernels),
  };
  const files = new Map<string, FirmwareFile>();
  for (const library of [...COMMON, ...OF_RUNTIME[runtime]])
    for (const [path, from] of libraryFiles(library))
      if (filters[library]?.(path) ?? true) files.set(`lib/${library}/${path}`, { kind: 'copy', from });
  return files;
}
