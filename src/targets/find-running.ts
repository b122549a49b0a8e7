/**
 * The board that already runs: the named port, the virtual board of a folder, or whatever one there is.
 *
 * Leaves to others: ports (`board-ports.ts`), virtual boards' processes (`platformio/virtual.ts`).
 */
import { CHIP_SUFFIX, TWIN_SUFFIX } from '../boards/board-files.js';
import type { Boards, ResolvedBoard } from '../boards/index.js';
import { inputError, KwsError, toolError } from '../diagnostics/errors.js';
import type { VirtualState } from '../platformio/types.js';
import type { PortInfo } from '../protocol/port-info.js';
import {
  type Ask,
  hasId,
  isVirtual,
  namedPort,
  portInfoOf,
  realRunning,
  runsHere,
  usbIdsOf,
} from './board-ports.js';
import { portsOfMachine } from './machine-ports.js';
import type { Running } from './stages.js';

/** Where a board that runs is looked for. */
export interface Place {
  /** Folder of the firmware project, whose virtual boards are looked at. */
  readonly folder: string;
  /** Those whose ids are known. */
  readonly boards: Boards;
  readonly ask: Ask;
}

/** @throws KwsError where none is there, or several are and nobody can be asked */
export async function findRunning(
  board: ResolvedBoard | undefined,
  port: string | undefined,
  place: Place,
): Promise<Running> {
  const { folder, ask } = place;
  if (port !== undefined) {
    const { path, info } = await namedPort(port);
    // By its serial number it is found again under another path.
    if (info !== undefined && board !== undefined && hasId(info, usbIdsOf(board)))
      return realRunning(board, info);
    return { port: path, ...(board === undefined ? {} : { baudRate: board.monitorBaud }) };
  }
  if (board === undefined) return findAny(place);
  if (!runsHere(board)) {
    return realRunning(board, await portInfoOf(board, await portsOfMachine(), ask, ['firmware']));
  }
  const running = await virtualIn(folder, board);
  if (running !== undefined) return taken(running);
  throw toolError({
    what: `no ${board.id} runs firmware of this folder`,
    where: folder,
    next: `kws-gen flash --board ${board.id} --no-monitor starts one and leaves it running`,
  });
}

/** No board is named: the virtual boards of the folder, twins too, and ports with a known board's USB ids. */
async function findAny({ folder, boards: known, ask }: Place): Promise<Running> {
  const boards = [...known.values()];
  const virtual: Found[] = [];
  for (const board of boards) {
    const twins = isVirtual(board) ? [] : [`${board.id}${TWIN_SUFFIX}`, `${board.id}${CHIP_SUFFIX}`];
    // A real board's own name is that of its firmware on an emulated chip.
    const ids = [board.id, ...twins];
    for (const id of ids) {
      const running = await virtualIn(folder, { id });
      if (running !== undefined) virtual.push({ name: id, running });
    }
  }
  const ports = await portsOrNone();
  const real = ports.flatMap((port): Found[] => {
    const board = boards.find((one) => hasId(port, usbIdsOf(one, ['firmware'])));
    return board === undefined ? [] : [{ name: port.path, running: realRunning(board, port) }];
  });
  const found = [...virtual, ...real];
  const [only, another] = found;
  if (only === undefined)
    throw inputError({
      what: 'neither a board nor a port is named, and none was found',
      why: `no virtual board runs firmware of ${folder}, and no serial port has the USB ids of a known board`,
      next: '--board ID or --port PATH names one (kws-gen ports lists the ports); kws-gen flash puts firmware on a board',
    });
  if (another === undefined) return taken(only.running);
  if (ask === undefined)
    throw inputError({
      what: `${found.length} boards are there`,
      why: found.map(({ name }) => name).join(', '),
      next: 'name one with --board ID or --port PATH',
    });
  const answer = await (await ask()).choose(
    'Which board?',
    found.map(({ name, running }) => ({ value: name, hint: running.port })),
  );
  return taken(found.find(({ name }) => name === answer)!.running);
}

interface Found {
  readonly name: string;
  readonly running: Running;
}

/** Where ports cannot even be listed there may still be a virtual board. */
async function portsOrNone(): Promise<readonly PortInfo[]> {
  try {
    return await portsOfMachine();
  } catch (error) {
    if (error instanceof KwsError && error.exitCode === 3) return [];
    throw error;
  }
}

async function virtualIn(folder: string, { id }: Pick<ResolvedBoard, 'id'>): Promise<Running | undefined> {
  const { virtualState, virtualStateFolder } = await import('../platformio/index.js');
  const stateFolder = virtualStateFolder(folder, id);
  const state = virtualState(stateFolder);
  return state === undefined ? undefined : runningVirtual(state, stateFolder);
}

/** A virtual board belongs to whoever watches it: ended with it, and by nobody else. */
async function taken(running: Running): Promise<Running> {
  await running.claim?.();
  return running;
}

export function runningVirtual({ pty, memory, link, sound }: VirtualState, stateFolder: string): Running {
  return {
    port: pty,
    // Without shared memory it is an emulated chip.
    ...(link ? { link: { file: memory } } : { slow: true }),
    ...(sound === null ? {} : { sound }),
    async claim() {
      const { claimVirtual } = await import('../platformio/index.js');
      await claimVirtual(stateFolder);
    },
    async stop() {
      const { stopVirtual } = await import('../platformio/index.js');
      await stopVirtual(stateFolder);
    },
    async release() {
      const { releaseVirtual } = await import('../platformio/index.js');
      releaseVirtual(stateFolder);
    },
  };
}
