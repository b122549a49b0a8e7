/** Which files of the device libraries a project needs. */
import type { ResolvedBoard } from '../boards/types.js';
import type { KernelName } from '../lowering/call.js';
import type { ResolvedProject } from '../project/types.js';
import { KERNEL_SIGNATURES } from './kernel-calls.js';
import { isSpareSource } from './serial.js';
import { libraryFiles } from './templates.js';
import type { FirmwareFile } from './types.js';

const COMMON = ['kws_app', 'kws_detector', 'kws_frontend', 'kws_hal', 'kws_model', 'kws_protocol'] as const;

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

const KERNEL_SOURCE = /^src\/([a-z0-9]+)\/kws_(\w+)\.cpp$/;

/**
 * Of the kernels: those that are called, and what they share. A folder of `src/` holds the kernels of one
 * instruction set; its headers come along where one of its kernels does.
 */
export function kernelFilter(used: ReadonlySet<KernelName>): Filter {
  const wanted = (path: string) => {
    const kernel = KERNEL_SOURCE.exec(path)?.[2];
    return kernel !== undefined && used.has(kernel as KernelName);
  };
  const folders = new Set<string>();
  for (const path of libraryFiles('kws_kernels').keys())
    if (wanted(path)) folders.add(KERNEL_SOURCE.exec(path)![1]!);
  return (path) => {
    const kernel = KERNEL_SOURCE.exec(path)?.[2];
    if (kernel !== undefined && kernel in KERNEL_SIGNATURES) return used.has(kernel as KernelName);
    const folder = /^src\/([a-z0-9]+)\//.exec(path)?.[1];
    return folder === undefined || folders.has(folder);
  };
}

/** `lib/<library>/…` → file of the package; `own` are the libraries of the runtime. */
export function projectLibraries(
  project: ResolvedProject,
  own: readonly string[],
  board: ResolvedBoard,
  kernels: ReadonlySet<KernelName>,
): Map<string, FirmwareFile> {
  const filters: Readonly<Record<string, Filter>> = {
    kws_hal: halFilter(board),
    kws_kernels: kernelFilter(kernels),
  };
  const files = new Map<string, FirmwareFile>();
  for (const library of [...COMMON, ...own])
    for (const [path, from] of libraryFiles(library))
      if ((filters[library]?.(path) ?? true) && !isSpareSource(`${library}/${path}`, project))
        files.set(`lib/${library}/${path}`, { kind: 'copy', from });
  return files;
}
