/**
 * Compiles device code for the host and runs it: the native driver of the golden rows.
 *
 * Programs are built with AddressSanitizer and UBSan and with the warnings the firmware is built with, as
 * errors. Builds are cached by the content of everything that goes in.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join, relative } from 'node:path';
import { execa } from 'execa';
import { kernelFilter } from '../../src/emit/libraries.js';
import type { KernelName } from '../../src/lowering/call.js';
import { filesUnder, libraryRoot, root } from './files.js';
import { compileObjects } from './objects.js';

export { libraryRoot, root } from './files.js';

export const WARNINGS = ['-Wall', '-Wextra', '-Wshadow', '-Wconversion', '-Wdouble-promotion', '-Werror'];

export interface NativeProgram {
  /** Name of the executable. */
  readonly name: string;
  /** Libraries of templates/lib whose headers and sources go in. */
  readonly libraries: readonly string[];
  /** The test's own sources (absolute paths). */
  readonly sources: readonly string[];
  /** Further include folders (absolute paths), for all sources. */
  readonly includes?: readonly string[];
  /** For `sources` alone: what is compiled of the others does not depend on them, and is shared by programs. */
  readonly ownIncludes?: readonly string[];
  /** The test's own sources that do without `ownIncludes`. */
  readonly commonSources?: readonly string[];
  readonly flags?: readonly string[];
  /** Of kws_kernels: the sources of these alone, as firmware has them. */
  readonly kernels?: ReadonlySet<KernelName>;
  /** Which of the libraries' sources to leave out, by file name. */
  readonly exclude?: (file: string) => boolean;
}

export interface Toolchain {
  readonly compiler: string;
  /** For every file and the linker. */
  readonly flags: readonly string[];
  readonly linkFlags?: readonly string[];
  /** What the name of an executable ends in. */
  readonly suffix: string;
}

/** Builds (or finds) the program and returns the path of its executable. */
export async function buildWith(toolchain: Toolchain, program: NativeProgram): Promise<string> {
  const { compiler, suffix, linkFlags = [] } = toolchain;
  const folders = program.libraries.map((name) => join(libraryRoot, name));
  const needed = program.kernels && kernelFilter(program.kernels);
  const sourcesOf = (folder: string): string[] => {
    const files = filesUnder(join(folder, 'src')).filter((file) => file.endsWith('.cpp'));
    if (needed === undefined || !folder.endsWith('kws_kernels')) return files;
    return files.filter((file) => needed(relative(folder, file)));
  };
  const wanted = (files: readonly string[]) => files.filter((file) => program.exclude?.(file) !== true);
  const includes = [...folders.map((folder) => join(folder, 'include')), ...(program.includes ?? [])];
  const flags = [...toolchain.flags, ...(program.flags ?? [])];
  // Sources may include headers that lie beside them.
  const headers = folders.map((folder) => join(folder, 'src'));
  const compile = (files: readonly string[], own: readonly string[] = []) =>
    compileObjects({ compiler, flags, headers, includes: [...includes, ...own], sources: wanted(files) });
  const objects = [
    ...(await compile([...folders.flatMap(sourcesOf), ...(program.commonSources ?? [])])),
    ...(await compile(program.sources, program.ownIncludes)),
  ];
  const hash = createHash('sha256').update(JSON.stringify([compiler, flags, linkFlags, objects]));
  const folder = join(root, '.cache', 'native');
  mkdirSync(folder, { recursive: true });
  const executable = join(folder, `${program.name}${suffix.replace('*', hash.digest('hex').slice(0, 16))}`);
  if (existsSync(executable)) return executable;
  const partial = `${executable}.${randomUUID()}`;
  await execa(compiler, [...flags, ...objects, ...linkFlags, '-o', partial]);
  renameSync(partial, executable);
  return executable;
}

const HOST: Toolchain = {
  compiler: 'g++',
  flags: [
    '-std=c++17',
    '-O1',
    // Lines and functions, for what the sanitizers say: variables would cost a quarter of the time.
    '-g1',
    '-fno-exceptions',
    '-fno-rtti',
    '-fsanitize=address,undefined',
    '-fno-sanitize-recover=all',
    ...WARNINGS,
  ],
  suffix: '-*',
};

/** Builds (or finds) the program for the host and returns the path of its executable. */
export function buildNative(program: NativeProgram): Promise<string> {
  return buildWith(HOST, program);
}

/** Runs a program with `input` on its standard input and returns its standard output. */
export async function runNative(
  executable: string,
  input: string | Uint8Array,
  args: readonly string[] = [],
): Promise<string> {
  const result = await execa(executable, args, { input, maxBuffer: 512 * 1024 * 1024 });
  return result.stdout;
}
