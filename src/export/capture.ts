/**
 * A board's own capture source as part of an exported project: for microphones that take more than a sketch says,
 * such as a codec, a filter of the chip's, or pins that a core must be told.
 */
import { readFileSync } from 'node:fs';
import type { ResolvedBoard } from '../boards/types.js';
import { inputError } from '../diagnostics/errors.js';
import type { ListenerParts } from '../emit/listener.js';
import { fillTemplate, libraryFiles } from '../emit/templates.js';
import { lineText, ringOf } from './support.js';

export interface Captured {
  /** Of kws_hal: path inside of it → text. */
  readonly files: ReadonlyMap<string, string>;
  /** What its sources are told. */
  readonly defines: ReadonlyMap<string, string>;
  readonly sketch: string;
}

/** What belongs to firmware of our own: main(), the serial line, pins of actions. */
const OWN_SOURCES = /^arduino\/arduino_(?:main|pins|serial)\.cpp$/;
const OWN_DEFINES = new Set(['KWS_HAL_ARDUINO', 'KWS_SERIAL_BAUD', 'KWS_PACKED']);

/** @throws KwsError (exit code 2) for boards without a microphone */
export function captureOf(
  { board, toolVersion }: { readonly board: ResolvedBoard; readonly toolVersion: string },
  { captureRate }: Pick<ListenerParts, 'captureRate'>,
): Captured {
  if (board.microphone === null)
    throw inputError({
      what: `${board.id} has no microphone`,
      where: '--platformio',
      next: 'kws-gen export --cmake makes a library that is handed its audio',
    });
  const sources = board.halSources.filter((path) => !OWN_SOURCES.test(path)).map((path) => `src/${path}`);
  const folders = new Set(sources.map((path) => path.slice(0, path.lastIndexOf('/'))));
  const wanted = (path: string) =>
    path.startsWith('include/') ||
    path === 'src/audio_ring.cpp' ||
    sources.includes(path) ||
    (path.endsWith('.h') && folders.has(path.slice(0, path.lastIndexOf('/'))));
  return {
    files: new Map(
      [...libraryFiles('kws_hal')]
        .filter(([path]) => wanted(path))
        .map(([path, from]) => [path, readFileSync(from, 'utf8')]),
    ),
    defines: new Map([...board.halDefines].filter(([name]) => !OWN_DEFINES.has(name))),
    sketch: fillTemplate(
      'listen_captured.cpp',
      { toolVersion, board: lineText(board.name), ring: ringOf(captureRate) },
      'export',
    ),
  };
}
