/**
 * Which port a real board is on: by its USB ids, or as the user says.
 *
 * Leaves to others: enumeration and matching (`protocol/ports.ts`), what is done with the port.
 */
import { existsSync } from 'node:fs';
import type { ResolvedBoard } from '../boards/types.js';
import { KwsError, toolError } from '../diagnostics/errors.js';
import type { Asker } from '../project/asker.js';
import type { PortInfo } from '../protocol/port-info.js';
import type { Aim } from './aim.js';
import { portsOfMachine } from './machine-ports.js';
import type { Running } from './stages.js';

/** Whoever can be asked which of several is meant; undefined where nobody can. */
export type Ask = (() => Promise<Asker>) | undefined;

export const isVirtual = ({ kind }: ResolvedBoard): boolean => kind !== 'real';

/** Whether it is a process of this computer: a virtual board, or firmware on an emulated chip. */
export const runsHere = (board: ResolvedBoard): boolean => isVirtual(board) || board.onChip !== undefined;

export type UsbState = ResolvedBoard['usb'][number]['state'];
const ANY_STATE: readonly UsbState[] = ['firmware', 'bootloader'];

/** `VVVV:PPPP` of the board's ports, in one of the states. */
export function usbIdsOf(
  { usb }: Pick<ResolvedBoard, 'usb'>,
  states: readonly UsbState[] = ANY_STATE,
): string[] {
  return usb.filter(({ state }) => states.includes(state)).map(({ vid, pid }) => `${vid}:${pid}`);
}

/** The board's port, by its USB ids; several are a question, or an error that lists them. */
export async function portInfoOf(
  board: ResolvedBoard,
  ports: readonly PortInfo[],
  ask: Ask,
  states: readonly UsbState[] = ANY_STATE,
): Promise<PortInfo> {
  const { choosePort, matchPorts } = await import('../protocol/ports.js');
  const ids = usbIdsOf(board, states);
  const matching = matchPorts(ports, ids);
  if (matching.length === 0) refuseBootloader(board, ports, states);
  if (matching.length < 2 || ask === undefined) return choosePort(board.name, ports, ids);
  const { describePort } = await import('../protocol/port-errors.js');
  const path = await (await ask()).choose(
    `Which of them is the ${board.name}?`,
    matching.map((port) => ({ value: port.path, hint: describePort(port).slice(port.path.length + 2, -1) })),
  );
  return matching.find((port) => port.path === path)!;
}

/** A bootloader never says hello. */
function refuseBootloader(
  board: ResolvedBoard,
  ports: readonly PortInfo[],
  states: readonly UsbState[],
): void {
  if (states.includes('bootloader')) return;
  const ids = usbIdsOf(board, ['bootloader']);
  const [port] = ports.filter((one) => hasId(one, ids));
  if (port === undefined) return;
  throw toolError({
    what: 'the board is in its bootloader and runs no firmware',
    where: `${board.name} on ${port.path}`,
    why: `${port.vendorId}:${port.productId} is the id of its bootloader`,
    next: 'press its reset button once, or flash it (kws-gen flash)',
  });
}

/**
 * The board's port once it runs firmware (again); the port of its bootloader is none.
 * @param before its port before it went away: tells which of several is meant
 * @throws KwsError (exit code 3) where it does not come back
 */
export async function firmwarePort(
  board: ResolvedBoard,
  before: PortInfo | undefined,
  signal: AbortSignal,
  timeout?: number,
): Promise<PortInfo> {
  const { waitForPort } = await import('../protocol/ports.js');
  try {
    return await waitForPort({
      usbIds: usbIdsOf(board, ['firmware']),
      board: board.name,
      list: portsOfMachine,
      signal,
      ...(before === undefined ? {} : { before }),
      ...(timeout === undefined ? {} : { timeout }),
    });
  } catch (error) {
    if (error instanceof KwsError) refuseBootloader(board, await portsOfMachine(), ['firmware']);
    throw error;
  }
}

/** A real board whose port is known by its USB ids: where it goes away and comes back it is found again. */
export function realRunning(board: ResolvedBoard, port: PortInfo): Running {
  return {
    port: port.path,
    baudRate: board.monitorBaud,
    again: async (signal) => realRunning(board, await firmwarePort(board, port, signal)),
  };
}

/** A path, a name of Windows, or something of the network: no serial number has these signs. */
const PATH = /[/\\:]|^COM\d+$/i;

/**
 * The port that is named by its path or its USB serial number.
 * @returns its path, and what is known of it
 * @throws KwsError (exit code 3) where there is none of that name
 */
export async function namedPort(
  name: string,
): Promise<{ readonly path: string; readonly info?: PortInfo | undefined }> {
  if (PATH.test(name)) return { path: name };
  const ports = await portsOfMachine();
  const same = (text: string | undefined) => text?.toLowerCase() === name.toLowerCase();
  const [info, another] = ports.filter(({ path, serialNumber }) => path === name || same(serialNumber));
  const there = ports.map(({ path, serialNumber }) => `${path} (${serialNumber ?? 'no serial number'})`);
  if (info !== undefined && another === undefined) return { path: info.path, info };
  throw toolError({
    what:
      info === undefined
        ? 'there is no port with this path or serial number'
        : 'several ports have this serial number',
    where: `--port ${name}`,
    why: there.length === 0 ? 'there is no serial port at all' : `there are ${there.join(', ')}`,
    next: 'kws-gen ports lists them; give the path',
  });
}

export function hasId(
  port: { readonly vendorId?: string; readonly productId?: string },
  usbIds: readonly string[],
): boolean {
  return usbIds.includes(`${port.vendorId ?? ''}:${port.productId ?? ''}`.toUpperCase());
}

/** The aim with its port; a virtual board has none yet. */
export async function locate(aim: Aim, ask: Ask): Promise<Aim> {
  const { board, port } = aim;
  if (runsHere(board)) return aim;
  if (port === undefined) {
    const { path } = await portInfoOf(board, await portsOfMachine(), ask);
    return { ...aim, port: path, portFound: true };
  }
  const { path } = await namedPort(port);
  if (path !== port) return { ...aim, port: path };
  // Ports of Windows and of the network are no files.
  if (port.startsWith('/dev/') && !existsSync(port)) {
    const { openError } = await import('../protocol/port-errors.js');
    throw openError(port, new Error('no such file'));
  }
  return aim;
}
