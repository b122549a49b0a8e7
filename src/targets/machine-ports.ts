/** The serial ports of this machine. Leaves to others: which of them is a board (`board-ports.ts`). */
import type { PortInfo } from '../protocol/port-info.js';

/** Machines without udev are asked through PlatformIO, wherever that is. */
export async function portsOfMachine(): Promise<readonly PortInfo[]> {
  const { listPorts } = await import('../protocol/ports.js');
  return listPorts({
    async platformio() {
      const { findPlatformio } = await import('../platformio/toolchain.js');
      return [(await findPlatformio())?.command ?? 'pio'];
    },
  });
}
