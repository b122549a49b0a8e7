/**
 * A project as a library for programs of one's own: without the tool, without its firmware.
 *
 * Owns: how the libraries of each kind are laid out. Leaves to others: what is in them (`emit/listener.ts`), the disk.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputError } from '../diagnostics/errors.js';
import { identifier } from '../emit/c.js';
import { type ListenerInput, type ListenerParts, listenerParts } from '../emit/listener.js';
import { markdownText } from '../emit/markdown.js';
import { renderNotices } from '../emit/notices.js';
import { fillTemplate, TEMPLATES_FOLDER } from '../emit/templates.js';

export const EXPORT_KINDS = ['cmake', 'arduino-library'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

/** Path inside the library, with `/` → text. */
export type ExportedFiles = ReadonlyMap<string, string>;

/**
 * The files of a library, in the order of their paths; the same inputs give the same bytes.
 *
 * `cmake`: C++17 without a framework, for any compiler that the board's core has; `arduino-library`: as the Arduino
 * library specification 2.2 lays libraries out, with a sketch that listens to the board's own microphone.
 *
 * @throws KwsError (exit code 2) for models that the compiled runtime cannot compute, and for an Arduino library for
 *   a board whose microphone has no sketch
 */
export function exportLibrary(kind: ExportKind, input: ListenerInput): ExportedFiles {
  const files = kind === 'cmake' ? cmakeLibrary(input) : arduinoLibrary(input);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What libraries are called, as folders and targets: `kws_computer`. */
export const libraryName = (project: { readonly name: string }): string => `kws_${identifier(project.name)}`;

function cmakeLibrary(input: ListenerInput): Map<string, string> {
  const { project, board, toolVersion } = input;
  const parts = listenerParts(input);
  const files = commonFiles(input, parts, 'cmake');
  const flags = new Map<string, string[]>();
  for (const [library, content] of parts.libraries) {
    const sources = [...content.keys()].filter((path) => path.endsWith('.cpp'));
    const options = sources.length === 0 ? '' : compilerFlags(library);
    for (const [path, text] of content) {
      files.set(`lib/${library}/${path}`, text);
      if (path.endsWith('.cpp'))
        flags.set(options, [...(flags.get(options) ?? []), `lib/${library}/${path}`]);
    }
  }
  for (const [name, text] of parts.sources) files.set(`src/${name}`, text);
  files.set('example/listen.cpp', libraryFile('export/listen.cpp'));
  const values = {
    toolVersion,
    name: lineText(project.name),
    board: lineText(board.name),
    folder: libraryName(project),
    target: libraryName(project),
    sources: [...files.keys()].filter((path) => /^(?:lib|src)\/.*\.cpp$/.test(path)).sort(),
    includes: [...parts.libraries.keys()].map((library) => `lib/${library}/include`),
    optimized: [...flags].map(([options, of]) => ({ options, files: of.sort() })),
  };
  return files.set('CMakeLists.txt', fillTemplate('CMakeLists.txt', values, 'export'));
}

/** Samples of half a second, and the power of two above. */
const ringOf = (rate: number): number => 2 ** Math.ceil(Math.log2(rate / 2));

/** Cores compile libraries with flags of their own: what our numbers need is said in the sources. */
const ARDUINO_FLAGS = '#pragma GCC optimize("O2", "no-fast-math")\n#pragma GCC optimize("fp-contract=off")\n';

function arduinoLibrary(input: ListenerInput): Map<string, string> {
  const { project, board, toolVersion } = input;
  if (board.hal !== 'arduino-pdm')
    throw inputError({
      what: `there is no sketch for the microphone of ${board.id}`,
      why: 'an Arduino library comes with one that listens; so far to PDM microphones of Arduino cores',
      next: 'kws-gen export --cmake makes a library for any board; kws-gen render a PlatformIO project',
    });
  const parts = listenerParts(input);
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
  const labels = [
    ...new Set(project.models.flatMap((model) => model.detector.targets.map((i) => model.labels[i]!))),
  ];
  const values = {
    name: libraryName(project),
    labels: lineText(labels.join(', ')),
    board: lineText(board.name),
  };
  files.set('library.properties', fillTemplate('library.properties', values, 'export'));
  const ring = ringOf(parts.captureRate);
  const sketch = { toolVersion, board: lineText(board.name), ring, gain: board.microphone?.gain ?? 0 };
  return files.set('examples/listen/listen.ino', fillTemplate('listen.ino', sketch, 'export'));
}

function commonFiles(
  { project, board, toolVersion }: ListenerInput,
  { captureRate }: ListenerParts,
  kind: ExportKind,
): Map<string, string> {
  const readme = {
    name: markdownText(project.name),
    ...{ toolVersion, captureRate, core: board.core, folder: libraryName(project) },
    board: markdownText(board.name),
    arduino: kind === 'arduino-library',
    models: project.models.map(({ name, labels, model }) => ({
      name: markdownText(name),
      labels: labels.map(markdownText).join(', '),
      sha256: model.source.sha256,
    })),
  };
  return new Map([
    ['README.md', fillTemplate('README.md', readme, 'export')],
    ['THIRD_PARTY_NOTICES.md', renderNotices([])],
  ]);
}

/** How PlatformIO compiles a device library, but for the language level; separated as CMake separates. */
function compilerFlags(library: string): string {
  const { build } = JSON.parse(libraryFile(`lib/${library}/library.json`)) as { build: { flags: string[] } };
  return build.flags.filter((flag) => !flag.startsWith('-std=')).join(';');
}

const libraryFile = (path: string): string => readFileSync(join(TEMPLATES_FOLDER, path), 'utf8');

/** Text from elsewhere on one line of a file whose syntax is line by line. */
const lineText = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').replace(/[\\#"$]/g, "'");
