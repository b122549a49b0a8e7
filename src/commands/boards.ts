/** `kws-gen boards`: what there is to choose from, how far each was really tried, and how busy the project makes it. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Boards, ResolvedBoard } from '../boards/index.js';
import { KwsError } from '../diagnostics/errors.js';
import type { LoadEstimate } from '../estimate/load.js';
import { KWS_FILE } from '../project/files.js';
import { table } from '../text/table.js';
import type { Command, CommandContext } from './support/command.js';
import type { OptionValues } from './support/options.js';
import { boardsOf, projectFolder, projectOf } from './support/project-options.js';
import { percent } from './support/show-load.js';

export const boardsCommand: Command = {
  name: 'boards',
  summary: 'list the boards firmware can be made for',
  description:
    'Lists the boards with their MCU, memories, microphone and default runtime, and how far each was verified: hardware (ran on the board), chip emulated (runs in an emulator of its very chip), emulated (runs in QEMU or on the host), linked (the whole firmware links), compiled (its parts compile), rendered (the project is written). Boards of your own, boards/*.board.json beside kws.json, are among them, with their file. Beside a kws.json, how much of its time each board would be busy with the project, as estimated.',
  examples: ['kws-gen boards', 'kws-gen boards --json'],
  options: ['project'],
  async run(options, context) {
    const { out, directory } = context;
    const known = await boardsOf(options, directory);
    const boards = [...known.values()];
    const loads = await loadsOf(known, options, context);
    const fileOf = ({ file }: ResolvedBoard) => (file === undefined ? null : relative(directory, file));
    if (out.json) {
      for (const board of boards) {
        const load = loads?.get(board.id)?.load;
        const part = load === undefined ? null : Number(load.toFixed(2));
        out.line({ t: 'board', ...boardFields(board), file: fileOf(board), load: part });
      }
      return 0;
    }
    const files = boards.some(({ file }) => file !== undefined);
    const loadOf = (board: ResolvedBoard): string => {
      const load = loads?.get(board.id)?.load;
      return load === undefined ? '-' : percent(load);
    };
    const rows = boards.map((board) => [
      ...boardRow(board),
      ...(loads ? [loadOf(board)] : []),
      board.aliases.join(' ') || '-',
      ...(files ? [fileOf(board) ?? '-'] : []),
    ]);
    const header = [...HEADER, ...(loads ? ['LOAD'] : []), 'ALSO CALLED', ...(files ? ['FILE'] : [])];
    out.text(table(header, rows, out.width));
    if (loads !== undefined) {
      out.text('');
      out.text('The load is estimated: of the project here, in the runtime that it has on the board.');
    }
    return 0;
  },
};

/** By board, where it can be told; undefined without a project, or with one that cannot be read. */
async function loadsOf(
  boards: Boards,
  options: OptionValues,
  context: CommandContext,
): Promise<ReadonlyMap<string, LoadEstimate> | undefined> {
  if (!existsSync(join(projectFolder(options, context.directory), KWS_FILE))) return undefined;
  const { aimAt } = await import('../targets/aim.js');
  try {
    const project = await projectOf(options, context);
    const loads = new Map<string, LoadEstimate>();
    for (const board of boards.keys()) {
      const load = loadIn(() => aimAt(project, { board, boards }).load());
      if (load !== undefined) loads.set(board, load);
    }
    return loads;
  } catch (error) {
    if (!(error instanceof KwsError)) throw error;
    for (const problem of error.problems) context.out.warn(problem);
    return undefined;
  }
}

/** A board that cannot run the project has none. */
function loadIn(estimate: () => LoadEstimate | undefined): LoadEstimate | undefined {
  try {
    return estimate();
  } catch (error) {
    if (error instanceof KwsError) return undefined;
    throw error;
  }
}

const HEADER = ['BOARD', 'MCU', 'CLOCK', 'FLASH', 'RAM', 'MICROPHONE', 'RUNTIME', 'VERIFIED'];

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
