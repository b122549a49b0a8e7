/** `kws-gen export`: a library for programs of one's own. */
import { join, relative, resolve } from 'node:path';
import { inputError } from '../diagnostics/errors.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import type { OptionValues } from './support/options.js';
import { aimOf, MODEL_OPTIONS, projectFolder } from './support/project-options.js';

export const exportCommand: Command = {
  name: 'export',
  summary: 'make a C++ library of the detector, for programs of your own',
  description:
    'Writes what hears, and nothing else, as a library: one header, one class, samples in, detections out. --cmake is C++17 for any framework or none, a folder; --arduino-library a zip with a sketch that listens to the board’s own microphone. The board says whose kernels are taken. An earlier export in its place is replaced.',
  examples: [
    'kws-gen export --cmake --board native',
    'kws-gen export --arduino-library --board arduino-nano-33-ble',
  ],
  options: ['cmake', 'arduinoLibrary', 'board', ...MODEL_OPTIONS, 'output', 'project'],
  run: exportProject,
};

async function exportProject(options: OptionValues, context: CommandContext): Promise<Verdict> {
  const { out, directory } = context;
  const { cmake = false, arduinoLibrary = false } = options;
  if (cmake === arduinoLibrary)
    throw inputError({
      what: cmake ? 'one kind at a time' : 'it is not said as what',
      where: 'kws-gen export',
      next: 'give --cmake or --arduino-library; kws-gen render writes a PlatformIO project',
    });
  const kind = cmake ? 'cmake' : 'arduino-library';
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
      ? join(projectFolder(options, directory), 'export', kind === 'cmake' ? name : `${name}.zip`)
      : resolve(directory, options.output);
  if (kind === 'cmake') {
    const kept = keptNote(writeFolder(files, place), place);
    if (kept !== undefined) out.warn(kept);
  }
  if (kind === 'arduino-library') await writeZip(files, place, name);
  const shown = relative(directory, place) || place;
  out.result(
    { t: 'export', kind, board: board.id, written: place, files: [...files.keys()] },
    `${shown}: ${files.size} files`,
  );
  return 0;
}
