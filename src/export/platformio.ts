/** A plain PlatformIO project: the device libraries, the models, and a program that listens. No tool, no protocol. */
import type { ResolvedBoard } from '../boards/types.js';
import { inputError } from '../diagnostics/errors.js';
import { renderIni } from '../emit/ini-file.js';
import { type ListenerInput, listenerParts } from '../emit/listener.js';
import { fillTemplate, libraryFiles } from '../emit/templates.js';
import { type Captured, captureOf } from './capture.js';
import { commonFiles, type ExportedFiles, hasSketch, libraryFile, sketchOf } from './support.js';

/** @throws KwsError (exit code 2) for boards whose microphone has no sketch */
export function platformioProject(input: ListenerInput): ExportedFiles {
  const { board, toolVersion } = input;
  if (board.kind === 'virtual')
    throw inputError({
      what: `${board.id} has no platform outside of kws-gen`,
      where: '--platformio',
      next: 'name a board of your own, or native for a program of this computer; kws-gen render writes a project for virtual boards',
    });
  const parts = listenerParts(input);
  const files = new Map<string, string>(commonFiles(input, parts, 'platformio'));
  for (const [library, content] of parts.libraries) {
    // Headers alone need none.
    if (libraryFiles(library).has('library.json'))
      files.set(`lib/${library}/library.json`, libraryFile(`lib/${library}/library.json`));
    for (const [path, text] of content) files.set(`lib/${library}/${path}`, text);
  }
  for (const [name, text] of parts.sources) files.set(`src/${name}`, text);
  const captured = board.kind === 'native' || hasSketch(board) ? undefined : captureOf(input, parts);
  for (const [path, text] of captured?.files ?? []) files.set(`lib/kws_hal/${path}`, text);
  const main =
    board.kind === 'native'
      ? libraryFile('export/listen.cpp')
      : `#include <Arduino.h>\n\n${captured?.sketch ?? sketchOf(input, parts)}`;
  files.set('src/main.cpp', main);
  files.set('platformio.ini', settingsOf(board, toolVersion, captured));
  return files.set('.gitignore', '.pio/\n');
}

/** Without what only our own firmware needs of a board. */
function settingsOf(board: ResolvedBoard, toolVersion: string, captured: Captured | undefined): string {
  // PlatformIO's own platform for programs of this computer has no boards.
  if (board.kind === 'native') return fillTemplate('platformio.ini', { toolVersion }, 'export');
  return renderIni({
    board: { ...board, halDefines: captured?.defines ?? new Map() },
    by: { toolVersion },
    virtualPlatform: '',
    ...{ buildFlags: [], libDeps: [], platformPackages: [], extraScripts: [], options: {} },
  });
}
