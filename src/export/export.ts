/**
 * A project for programs of one's own: without the tool, without its firmware.
 *
 * Owns: how the exports of each kind are laid out. Leaves to others: what is in them (`emit/listener.ts`), the disk.
 */
import { inputError } from '../diagnostics/errors.js';
import { type ListenerInput, listenerParts } from '../emit/listener.js';
import { fillTemplate } from '../emit/templates.js';
import { esphomeFiles } from './esphome.js';
import { platformioProject } from './platformio.js';
import {
  cmakeSources,
  commonFiles,
  type ExportedFiles,
  type ExportKind,
  heardLabels,
  libraryFile,
  libraryName,
  lineText,
  sketchOf,
} from './support.js';
import { zephyrModule } from './zephyr.js';

export { EXPORT_KINDS, type ExportedFiles, type ExportKind, libraryName } from './support.js';

const KINDS: Readonly<Record<ExportKind, (input: ListenerInput) => ExportedFiles>> = {
  cmake: cmakeLibrary,
  'arduino-library': arduinoLibrary,
  platformio: platformioProject,
  'zephyr-module': zephyrModule,
  esphome: esphomeFiles,
};

/**
 * The files of an export, in the order of their paths; the same inputs give the same bytes.
 *
 * - `cmake`: C++17 without a framework, for any compiler that the board's core has.
 * - `arduino-library`: as the Arduino library specification 2.2 lays libraries out, with a sketch that listens to the
 *   board's own microphone.
 * - `platformio`: a PlatformIO project of that sketch, or for `native` of a program that reads standard input.
 * - `zephyr-module`: a module of Zephyr with a sample that listens to a microphone of its `dmic` interface.
 * - `esphome`: manifest and file of every streaming model.
 *
 * @throws KwsError (exit code 2) for models that the compiled runtime or ESPHome cannot compute, and for boards whose
 *   microphone has no sketch where the kind needs one
 */
export function exportLibrary(kind: ExportKind, input: ListenerInput): ExportedFiles {
  return new Map([...KINDS[kind](input)].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function cmakeLibrary(input: ListenerInput): ExportedFiles {
  const { project, board, toolVersion } = input;
  const parts = listenerParts(input);
  const { files, ...lists } = cmakeSources(parts);
  const values = {
    toolVersion,
    name: lineText(project.name),
    board: lineText(board.name),
    folder: libraryName(project),
    target: libraryName(project),
    ...lists,
  };
  return new Map([
    ...commonFiles(input, parts, 'cmake'),
    ...files,
    ['example/listen.cpp', libraryFile('export/listen.cpp')],
    ['CMakeLists.txt', fillTemplate('CMakeLists.txt', values, 'export')],
  ]);
}

/** Cores compile libraries with flags of their own: what our numbers need is said in the sources. */
const ARDUINO_FLAGS = '#pragma GCC optimize("O2", "no-fast-math")\n#pragma GCC optimize("fp-contract=off")\n';

function arduinoLibrary(input: ListenerInput): ExportedFiles {
  const { project, board } = input;
  if (board.hal === 'esp32-i2s')
    throw inputError({
      what: `the Arduino IDE does not compile it for ${board.id}`,
      why: 'the library needs C++14, and Arduino’s core 2.x for the ESP32 compiles as C++11',
      next: `kws-gen export --platformio --board ${board.id} makes a project of the same sketch, which says C++17 itself`,
    });
  const parts = listenerParts(input);
  const sketch = sketchOf(input, parts);
  const files = commonFiles(input, parts, 'arduino-library');
  const put = (path: string, text: string) =>
    files.set(path, path.endsWith('.cpp') ? `${ARDUINO_FLAGS}${text}` : text);
  for (const [library, content] of parts.libraries)
    for (const [path, text] of content)
      put(
        path.startsWith('include/')
          ? path.replace(/^include/, 'src')
          : path.replace(/^src/, `src/${library}`),
        text,
      );
  for (const [name, text] of parts.sources) put(`src/${name}`, text);
  const values = {
    name: libraryName(project),
    labels: lineText(heardLabels(input)),
    board: lineText(board.name),
  };
  files.set('library.properties', fillTemplate('library.properties', values, 'export'));
  return files.set('examples/listen/listen.ino', sketch);
}
