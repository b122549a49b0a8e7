/**
 * Which port a real board is on: by its USB ids, or as the user says.
 *
 * Leaves to others: enumeration and matching (`device/ports.ts`), what is done with the port.
 */
import { existsSync } from 'node:fs';
import type { ResolvedBoard } from '../boards/types.js';
import type { PortInfo } from '../device/ports.js';
import type { Asker } from '../project/draft.js';
import { portsOfMachine } from './ports.js';
import type { Target } from './stages.js';

/** Whoever can be asked which of several is meant; undefined where nobody can. */
export type Ask = (() => Promise<Asker>) | undefined;

export const isVirtual = ({ kind }: ResolvedBoard): boolean => kind !== 'real';

/** The board's port, by its USB ids; several are a question, or an error that lists them. */
export async function portOf(board: ResolvedBoard, ports: readonly PortInfo[], ask: Ask): Promise<string> {
  const { choosePort, matchPorts } = await import('../device/ports.js');
  const matching = matchPorts(ports, usbIdsOf(board));
  if (matching.length < 2 || ask === undefined) return choosePort(board.name, ports, usbIdsOf(board)).path;
  const { describePort } = await import('../device/port-errors.js');
  return (await ask()).choose(
    `Which of them is the ${board.name}?`,
    matching.map((port) => ({ value: port.path, hint: describePort(port).slice(port.path.length + 2, -1) })),
  );
}

export const usbIdsOf = ({ usb }: ResolvedBoard): string[] => usb.map(({ vid, pid }) => `${vid}:${pid}`);

export function hasId(
  port: { readonly vendorId?: string; readonly productId?: string },
  usbIds: readonly string[],
): boolean {
  return usbIds.includes(`${port.vendorId ?? ''}:${port.productId ?? ''}`.toUpperCase());
}

/** The target with its port; a virtual board has none yet. */
export async function locate(target: Target, ask: Ask): Promise<Target> {
  const { board, port } = target;
  if (isVirtual(board)) return target;
  if (port === undefined)
    return { ...target, port: await portOf(board, await portsOfMachine(), ask), portFound: true };
  // Ports of Windows and of the network are no files.
  if (port.startsWith('/dev/') && !existsSync(port)) {
    const { openError } = await import('../device/port-errors.js');
    throw openError(port, new Error('no such file'));
  }
  return target;
}
