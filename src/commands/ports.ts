/** `kws-gen ports`: the serial ports of this machine, and which board each one may be. */
import type { Boards } from '../boards/index.js';
import type { PortInfo } from '../protocol/port-info.js';
import type { UsbState } from '../targets/board-ports.js';
import { portsOfMachine } from '../targets/machine-ports.js';
import { table } from '../text/table.js';
import type { Command } from './support/command.js';
import { boardsOf } from './support/project-options.js';

export const portsCommand: Command = {
  name: 'ports',
  summary: 'list the serial ports and the boards on them',
  description:
    'Lists the serial ports with their USB ids and serial numbers (either the path or the serial number may be given as --port), and the boards that have these ids; (bootloader) where the id is that of a board’s bootloader. Several boards may share one id: the Arduino Nano 33 BLE and its Sense do.',
  examples: ['kws-gen ports', 'kws-gen ports --json'],
  options: ['project'],
  async run(options, { out, directory }) {
    const boards = await boardsOf(options, directory);
    const ports = (await portsOfMachine()).map((port) => ({ port, candidates: candidatesOf(port, boards) }));
    if (out.json)
      for (const { port, candidates } of ports)
        out.line({ t: 'port', ...port, boards: candidates.map(({ id }) => id), state: stateOf(candidates) });
    else if (ports.length === 0)
      out.text(
        'No serial port. Connect a board with a USB cable that carries data, or try --board virtual-cortex-m4.',
      );
    else
      out.text(
        table(['PORT', 'USB ID', 'SERIAL NUMBER', 'BOARD', 'DESCRIPTION'], ports.map(portRow), out.width),
      );
    return 0;
  },
};

interface Candidate {
  readonly id: string;
  readonly state: UsbState;
}

function candidatesOf(port: PortInfo, boards: Boards): readonly Candidate[] {
  return [...boards.values()].flatMap(({ id, usb }) => {
    const found = usb.find(({ vid, pid }) => vid === port.vendorId && pid === port.productId);
    return found === undefined ? [] : [{ id, state: found.state }];
  });
}

/** What runs on the board; null where that is not known, or depends on which board it is. */
function stateOf(candidates: readonly Candidate[]): UsbState | null {
  const [first] = candidates;
  return first !== undefined && candidates.every(({ state }) => state === first.state) ? first.state : null;
}

function portRow({ port, candidates }: { port: PortInfo; candidates: readonly Candidate[] }): string[] {
  const usb = port.vendorId === undefined ? '-' : `${port.vendorId}:${port.productId ?? '?'}`;
  const boards = candidates.map(({ id, state }) => (state === 'firmware' ? id : `${id} (${state})`));
  return [
    port.path,
    usb,
    port.serialNumber ?? '-',
    boards.join(' or ') || '-',
    port.manufacturer ?? port.description ?? '-',
  ];
}
