/** What kinds of exports share: their inputs, their documents, the flags of device libraries, the sketch that listens. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Microphone, ResolvedBoard } from '../boards/types.js';
import { inputError } from '../diagnostics/errors.js';
import { identifier } from '../emit/c.js';
import type { ListenerInput, ListenerParts } from '../emit/listener.js';
import { markdownText } from '../emit/markdown.js';
import { renderNotices } from '../emit/notices.js';
import { fillTemplate, TEMPLATES_FOLDER } from '../emit/templates.js';

export const EXPORT_KINDS = ['cmake', 'arduino-library', 'platformio', 'zephyr-module', 'esphome'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

/** Path inside the export, with `/` → text or bytes. */
export type ExportedFiles = ReadonlyMap<string, string | Uint8Array>;

/** What exports are called, as folders and targets: `kws_computer`. */
export const libraryName = (project: { readonly name: string }): string => `kws_${identifier(project.name)}`;

export function commonFiles(
  { project, board, toolVersion }: ListenerInput,
  { captureRate }: ListenerParts,
  kind: Exclude<ExportKind, 'esphome'>,
): Map<string, string> {
  const readme = {
    name: markdownText(project.name),
    ...{ toolVersion, captureRate, core: board.core, folder: libraryName(project) },
    board: markdownText(board.name),
    option: libraryName(project).toUpperCase(),
    arduino: kind === 'arduino-library',
    cmake: kind === 'cmake',
    platformio: kind === 'platformio',
    zephyr: kind === 'zephyr-module',
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

/** Sources of a library as CMake takes them: below `lib/<library>` and `src`, with the flags that some of them need. */
export interface CmakeSources {
  readonly files: ReadonlyMap<string, string>;
  readonly sources: readonly string[];
  readonly includes: readonly string[];
  /** Compiler options, separated as CMake separates, and the sources that are compiled with them. */
  readonly optimized: readonly { readonly options: string; readonly files: readonly string[] }[];
}

export function cmakeSources(parts: ListenerParts): CmakeSources {
  const files = new Map<string, string>();
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
  return {
    files,
    sources: [...files.keys()].filter((path) => path.endsWith('.cpp')).sort(),
    includes: [...parts.libraries.keys()].map((library) => `lib/${library}/include`),
    optimized: [...flags].map(([options, of]) => ({ options, files: of.sort() })),
  };
}

/** Samples of half a second, and the power of two above. */
export const ringOf = (rate: number): number => 2 ** Math.ceil(Math.log2(rate / 2));

/** Whether a sketch alone can listen to the board's microphone: others take a source of kws_hal (`capture.ts`). */
export function hasSketch({ hal, microphone }: Pick<ResolvedBoard, 'hal' | 'microphone'>): boolean {
  if (microphone === null) return false;
  return hal === 'esp32-i2s' || (hal === 'arduino-pdm' && Object.keys(microphone.pins).length === 0);
}

/**
 * A sketch that listens to the board's own microphone.
 * @throws KwsError (exit code 2) where there is none for it
 */
export function sketchOf(
  { board, toolVersion }: { readonly board: ResolvedBoard; readonly toolVersion: string },
  { captureRate }: ListenerParts,
): string {
  const { hal, microphone } = board;
  const common = { toolVersion, board: lineText(board.name), gain: microphone?.gain ?? 0 };
  if (hal === 'arduino-pdm' && hasSketch(board))
    return fillTemplate('listen.ino', { ...common, ring: ringOf(captureRate) }, 'export');
  if (hal === 'esp32-i2s' && microphone !== null)
    return fillTemplate('listen_i2s.ino', { ...common, ...i2sOf(microphone, captureRate) }, 'export');
  throw inputError({
    what: `there is no sketch for the microphone of ${board.id}`,
    why: 'this export comes with one that listens; so far to PDM microphones of Arduino cores on pins of their own, and to I2S and PDM on an ESP32',
    next: 'kws-gen export --cmake makes a library for any board; --platformio a project for every board with a microphone',
  });
}

/** With PDM the clock comes out where the word clock would. */
function i2sOf({ pins, settleMs, channel }: Microphone, captureRate: number) {
  const pdm = pins.clk !== undefined;
  return {
    pdm,
    mode: `I2S_MODE_MASTER | I2S_MODE_RX${pdm ? ' | I2S_MODE_PDM' : ''}`,
    channel: channel === 'right' ? 'RIGHT' : 'LEFT',
    settling: Math.round((settleMs * captureRate) / 1000),
    bclk: pins.bclk ?? 'I2S_PIN_NO_CHANGE',
    ws: pins.clk ?? pins.ws,
    data: pins.data ?? pins.sd,
  };
}

/** How PlatformIO compiles a device library, but for the language level; separated as CMake separates. */
function compilerFlags(library: string): string {
  const { build } = JSON.parse(libraryFile(`lib/${library}/library.json`)) as { build: { flags: string[] } };
  return build.flags.filter((flag) => !flag.startsWith('-std=')).join(';');
}

/** A file of the package's templates. */
export const libraryFile = (path: string): string => readFileSync(join(TEMPLATES_FOLDER, path), 'utf8');

/** Text from elsewhere on one line of a file whose syntax is line by line. */
export const lineText = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').replace(/[\\#"$]/g, "'");

/** Every label that is detected, once. */
export const heardLabels = ({ project }: ListenerInput): string =>
  [...new Set(project.models.flatMap((model) => model.detector.targets.map((i) => model.labels[i]!)))].join(
    ', ',
  );
