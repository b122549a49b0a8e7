/** `kws-gen ports`: the serial ports of this machine, and which board each one may be. */
import type { Boards } from '../boards/index.js';
import type { PortInfo } from '../device/ports.js';
import { table } from '../terminal/table.js';
import type { Command } from './command.js';

export const portsCommand: Command = {
  name: 'ports',
  summary: 'list the serial ports and the boards on them',
  description:
    'Lists the serial ports with their USB ids, and the boards that have these ids. Several boards may share one id: the Arduino Nano 33 BLE and its Sense do.',
  examples: ['kws-gen ports', 'kws-gen ports --json'],
  options: [],
  async run(_, { out }) {
    const { loadBoards } = await import('../boards/index.js');
    const boards = loadBoards();
    const ports = (await portsOfMachine()).map((port) => ({ port, candidates: boardsOf(port, boards) }));
    if (out.json)
      for (const { port, candidates } of ports) out.line({ t: 'port', ...port, boards: candidates });
    else if (ports.length === 0)
      out.text(
        'No serial port. Connect a board with a USB cable that carries data, or try --board virtual-cortex-m4.',
      );
    else out.text(table(['PORT', 'USB ID', 'BOARD', 'DESCRIPTION'], ports.map(portRow)));
    return 0;
  },
};

/** Machines without udev are asked through PlatformIO, wherever that is. */
export async function portsOfMachine(): Promise<readonly PortInfo[]> {
  const { listPorts } = await import('../device/ports.js');
  return listPorts({
    async platformio() {
      const { findPlatformio } = await import('../build/toolchain.js');
      return [(await findPlatformio())?.command ?? 'pio'];
    },
  });
}

function boardsOf(port: PortInfo, boards: Boards): readonly string[] {
  return [...boards.values()]
    .filter(({ usb }) => usb.some(({ vid, pid }) => vid === port.vendorId && pid === port.productId))
    .map(({ id }) => id);
}

function portRow({ port, candidates }: { port: PortInfo; candidates: readonly string[] }): string[] {
  const usb = port.vendorId === undefined ? '-' : `${port.vendorId}:${port.productId ?? '?'}`;
  return [port.path, usb, candidates.join(' or ') || '-', port.manufacturer ?? port.description ?? '-'];
}
