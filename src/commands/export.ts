/** `kws-gen export`: what hears, for programs of one's own. */
import { join, resolve } from 'node:path';
import { inputError } from '../diagnostics/errors.js';
import type { ExportKind } from '../export/export.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import type { OptionValues } from './support/options.js';
import { shownPath } from './support/paths.js';
import { aimOf, MODEL_OPTIONS, projectFolder } from './support/project-options.js';

/** What each kind is asked for with, and where it goes: beside the project, in `export`. */
const KINDS = {
  cmake: { kind: 'cmake', place: (name: string) => name },
  arduinoLibrary: { kind: 'arduino-library', place: (name: string) => `${name}.zip` },
  platformio: { kind: 'platformio', place: (name: string) => `${name}-platformio` },
  zephyrModule: { kind: 'zephyr-module', place: (name: string) => `${name}-zephyr` },
  esphome: { kind: 'esphome', place: (name: string) => `${name}-esphome` },
} as const satisfies Record<string, { readonly kind: ExportKind; readonly place: (name: string) => string }>;
type KindOption = keyof typeof KINDS;
const KIND_OPTIONS = Object.keys(KINDS) as KindOption[];

export const exportCommand: Command = {
  name: 'export',
  summary: 'make a C++ library of the detector, for programs of your own',
  description:
    'Writes what hears, and nothing else, as a library: one header, one class, samples in, detections out. --cmake is C++17 for any framework or none, a folder; --arduino-library a zip with a sketch that listens to the board’s own microphone; --platformio a project of that sketch; --zephyr-module a module with a sample; --esphome no library, but manifest and model for its micro_wake_word. The board says whose kernels are taken. An earlier export in its place is replaced.',
  examples: [
    'kws-gen export --cmake --board native',
    'kws-gen export --arduino-library --board arduino-nano-33-ble',
    'kws-gen export --platformio --board arduino-nano-33-ble',
    'kws-gen export --zephyr-module --board adafruit-feather-nrf52840-sense',
    'kws-gen export --esphome --model okay_nabu.json --board native',
  ],
  options: [...KIND_OPTIONS, 'board', ...MODEL_OPTIONS, 'output', 'project'],
  run: exportProject,
};

async function exportProject(options: OptionValues, context: CommandContext): Promise<Verdict> {
  const { out, directory } = context;
  const [asked, another] = KIND_OPTIONS.filter((name) => options[name] === true);
  if (asked === undefined || another !== undefined)
    throw inputError({
      what: asked === undefined ? 'no kind of export is named' : 'more than one kind of export is named',
      where: 'kws-gen export',
      next: 'give --cmake, --arduino-library, --platformio, --zephyr-module or --esphome, one at a time; kws-gen render writes the firmware',
    });
  const { kind, place: placeOf } = KINDS[asked];
  const [{ exportLibrary, libraryName }, { writeFolder, writeZip }, { keptNote }, { VERSION }] =
    await Promise.all([
      import('../export/export.js'),
      import('../export/write.js'),
      import('../emit/write.js'),
      import('../version.js'),
    ]);
  const { project, board } = await aimOf(options, context);
  out.status(`${project.name} for ${board.id} as ${kind}`);
  const files = exportLibrary(kind, { project, board, toolVersion: VERSION });
  const name = libraryName(project);
  const place =
    options.output === undefined
      ? join(projectFolder(options, directory), 'export', placeOf(name))
      : resolve(directory, options.output);
  if (kind === 'arduino-library') await writeZip(files, place, name);
  else {
    const kept = keptNote(writeFolder(files, place), place);
    if (kept !== undefined) out.warn(kept);
  }
  const shown = shownPath(place, directory);
  out.result(
    { t: 'export', kind, board: board.id, written: place, files: [...files.keys()] },
    `${shown}: ${files.size} files`,
  );
  return 0;
}
