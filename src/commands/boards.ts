/** `kws-gen boards`: what there is to choose from, and how far each was really tried. */
import { relative } from 'node:path';
import type { ResolvedBoard } from '../boards/index.js';
import { table } from '../text/table.js';
import type { Command } from './support/command.js';
import { boardsOf } from './support/project-options.js';

export const boardsCommand: Command = {
  name: 'boards',
  summary: 'list the boards firmware can be made for',
  description:
    'Lists the boards with their MCU, memories, microphone and default runtime, and how far each was verified: hardware (ran on the board), emulated (runs in QEMU or on the host), linked (the whole firmware links), compiled (its parts compile), rendered (the project is written). Boards of your own, boards/*.board.json beside kws.json, are among them, with their file.',
  examples: ['kws-gen boards', 'kws-gen boards --json'],
  options: ['project'],
  async run(options, { out, directory }) {
    const boards = [...(await boardsOf(options, directory)).values()];
    const fileOf = ({ file }: ResolvedBoard) => (file === undefined ? null : relative(directory, file));
    if (out.json)
      for (const board of boards) out.line({ t: 'board', ...boardFields(board), file: fileOf(board) });
    else if (boards.some(({ file }) => file !== undefined))
      out.text(
        table(
          [...HEADER, 'FILE'],
          boards.map((board) => [...boardRow(board), fileOf(board) ?? '-']),
        ),
      );
    else out.text(table(HEADER, boards.map(boardRow)));
    return 0;
  },
};

const HEADER = ['BOARD', 'MCU', 'CLOCK', 'FLASH', 'RAM', 'MICROPHONE', 'RUNTIME', 'VERIFIED', 'ALSO CALLED'];

function boardRow(board: ResolvedBoard): string[] {
  return [
    board.id,
    board.mcu,
    board.clockHz === 0 ? '-' : `${board.clockHz / 1e6} MHz`,
    memory(board, board.flashBytes),
    memory(board, board.ramBytes),
    board.microphone === null
      ? '-'
      : [board.microphone.interface, board.microphone.part].filter(Boolean).join(' '),
    board.defaultRuntime,
    board.verified.level,
    board.aliases.join(' ') || '-',
  ];
}

/** The host has as much as it has. */
function memory(board: ResolvedBoard, bytes: number): string {
  if (board.kind === 'native') return '-';
  return bytes >= 1024 * 1024 && bytes % (1024 * 1024) === 0
    ? `${bytes / 1024 / 1024} MB`
    : `${Math.floor(bytes / 1024)} KB`;
}

function boardFields(board: ResolvedBoard): Record<string, unknown> {
  return {
    board: board.id,
    name: board.name,
    aliases: board.aliases,
    kind: board.kind,
    mcu: board.mcu,
    core: board.core,
    clockHz: board.clockHz,
    flashBytes: board.flashBytes,
    ramBytes: board.ramBytes,
    microphone: board.microphone === null ? null : board.microphone.interface,
    runtime: board.defaultRuntime,
    runtimes: board.tflm === null ? ['aot'] : ['aot', 'tflm'],
    twin: board.twin?.board ?? null,
    verified: board.verified,
    platformio: { platform: board.platformio.platform, board: board.platformio.board },
    usb: board.usb,
  };
}
