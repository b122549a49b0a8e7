/**
 * Makes a TensorFlow Lite Micro library for the tests' `--tflm-path` out of the crate `tfmicro`, the one
 * package registry this machine is sure to reach that carries the interpreter's sources (TensorFlow of July
 * 2020: no resource variables). Nothing of it becomes part of the project.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folders of the crate's TensorFlow tree that the interpreter needs, and what of them. */
const SOURCES = [
  { from: 'tensorflow/lite/c', keep: /\.(c|h)$/ },
  { from: 'tensorflow/lite/core/api', keep: /\.(cc|h)$/ },
  { from: 'tensorflow/lite/kernels', keep: /^(kernel_util\.cc|.*\.h)$/ },
  { from: 'tensorflow/lite/kernels/internal', keep: /^(quantization_util\.cc|.*\.h)$/ },
  { from: 'tensorflow/lite/kernels/internal/optimized', keep: /\.h$/ },
  { from: 'tensorflow/lite/kernels/internal/reference', keep: /\.h$/ },
  { from: 'tensorflow/lite/kernels/internal/reference/integer_ops', keep: /\.h$/ },
  { from: 'tensorflow/lite/micro', keep: /\.(cc|h)$/ },
  { from: 'tensorflow/lite/micro/kernels', keep: /\.(cc|h)$/ },
  { from: 'tensorflow/lite/micro/memory_planner', keep: /\.(cc|h)$/ },
  { from: 'tensorflow/lite/schema', keep: /^schema_generated\.h$/ },
  { from: 'tensorflow/lite', keep: /^(version|string_type|string_util|type_to_tflitetype)\.h$/ },
];
const DOWNLOADS = 'tensorflow/lite/micro/tools/make/downloads';
const THIRD_PARTY = [
  { from: `${DOWNLOADS}/flatbuffers/include/flatbuffers`, to: 'flatbuffers' },
  { from: `${DOWNLOADS}/gemmlowp/fixedpoint`, to: 'fixedpoint' },
  { from: `${DOWNLOADS}/gemmlowp/internal`, to: 'internal' },
  { from: `${DOWNLOADS}/ruy/ruy/profiler`, to: 'ruy/profiler' },
];
const NOT_NEEDED =
  /(_test|test_helpers|testing_helpers|all_ops_resolver|instrumentation|profiler|treeview)\.cc$|_test\.h$/;

/** Fetches the crate with `await run(command, args, options)` into `cache` and returns the library's folder. */
export async function tflmLibrary(cache, run) {
  const library = join(cache, 'tflm-library');
  if (existsSync(library)) return library;
  const project = join(cache, 'tflm-crate');
  mkdirSync(project, { recursive: true });
  writeFileSync(
    join(project, 'Cargo.toml'),
    '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2018"\n[lib]\npath = "lib.rs"\n[dependencies]\ntfmicro = "=0.1.0"\n',
  );
  writeFileSync(join(project, 'lib.rs'), '');
  await run('cargo', ['vendor', '--quiet', 'vendor'], { cwd: project });
  const tree = join(project, 'vendor', 'tfmicro', 'submodules', 'tensorflow');
  const partial = `${library}.partial`;
  rmSync(partial, { recursive: true, force: true });
  for (const { from, keep } of SOURCES) {
    for (const entry of readdirSync(join(tree, from), { withFileTypes: true })) {
      if (!entry.isFile() || !keep.test(entry.name) || NOT_NEEDED.test(entry.name)) continue;
      const to = join(partial, 'src', from, entry.name);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(tree, from, entry.name), to);
    }
  }
  for (const { from, to } of THIRD_PARTY) {
    cpSync(join(tree, from), join(partial, 'src', to), {
      recursive: true,
      filter: (file) => !/\.cc$/.test(file),
    });
  }
  writeFileSync(
    join(partial, 'library.json'),
    `${JSON.stringify({ name: 'tflm-2020', version: '0.1.0', build: { flags: ['-fpermissive', '-w'] } }, null, 2)}\n`,
  );
  rmSync(library, { recursive: true, force: true });
  renameSync(partial, library);
  rmSync(project, { recursive: true, force: true });
  return library;
}
