/** Opening a port at 1200 baud and closing it: what sends many boards into their bootloaders. */
import { openSerial } from './serial-transport.js';

/** @throws KwsError (exit code 3) where the port cannot be opened; that it goes away meanwhile is what is wanted */
export async function touch1200(path: string): Promise<void> {
  const port = await openSerial(path, { baudRate: 1200 });
  await port.close().catch(() => {});
}
