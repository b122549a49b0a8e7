/**
 * What can be wrong with a port, and what to do about it.
 *
 * Owns: the texts, and telling the cases apart by what the operating systems say. Leaves to others: opening
 * and finding ports.
 */
import { type KwsError, toolError } from '../diagnostics/errors.js';
import type { PortInfo } from './port-info.js';

const UDEV_RULE = 'SUBSYSTEM=="tty", ATTRS{idVendor}=="VID", MODE="0666"';

/** The error of a port that could not be opened on `platform`, from what the serial library says. */
export function openError(path: string, cause: unknown, platform: string = process.platform): KwsError {
  const said = cause instanceof Error ? cause.message : String(cause);
  // Linux and macOS: "Cannot lock port", EBUSY; Windows: "Access denied" means that it is open elsewhere.
  if (/lock port|busy|EBUSY|resource temporarily unavailable|access (is )?denied/i.test(said)) {
    return toolError(
      {
        what: 'the port is in use by another program',
        where: path,
        why: said,
        next: `close the other program (a serial monitor, another kws-gen, ModemManager)${platform === 'linux' ? `; \`fuser ${path}\` names it` : ''}`,
      },
      { cause },
    );
  }
  if (/permission|EACCES|EPERM|not permitted/i.test(said)) {
    const linux =
      '`sudo usermod -aG dialout $USER` (Arch: group uucp) and log in again, or add a udev rule: ' +
      `\`echo '${UDEV_RULE}' | sudo tee /etc/udev/rules.d/99-kws.rules && sudo udevadm control --reload && sudo udevadm trigger\` ` +
      "(VID: the board's USB vendor id, `kws-gen ports` shows it)";
    return toolError(
      {
        what: 'you are not allowed to open the port',
        where: path,
        why: said,
        next: platform === 'linux' ? linux : 'give your user access to the port',
      },
      { cause },
    );
  }
  if (/no such file|ENOENT|file not found|ENXIO|ENODEV|cannot find/i.test(said)) {
    return toolError(
      {
        what: 'there is no such port',
        where: path,
        why: said,
        next: '`kws-gen ports` lists the ports that are there; plug the board in, or press its reset button',
      },
      { cause },
    );
  }
  return toolError(
    {
      what: 'the port could not be opened',
      where: path,
      why: said,
      next: 'check that it is a serial port (`kws-gen ports`) and unplug and replug the board',
    },
    { cause },
  );
}

/** No port has one of the board's USB ids. */
export function noPortError(
  board: string,
  usbIds: readonly string[],
  present: readonly PortInfo[],
): KwsError {
  const ids =
    usbIds.length === 0 ? 'the board has no USB ids of its own' : `it would be ${usbIds.join(' or ')}`;
  const others =
    present.length === 0
      ? 'no serial port is there'
      : `there are only ${present.map(describePort).join(', ')}`;
  return toolError({
    what: 'no port of this board was found',
    where: board,
    why: `${ids}; ${others}`,
    next:
      'connect the board with a USB cable that carries data, press its reset button (twice for the bootloader), ' +
      'install its USB driver (Windows; CP210x, CH34x bridges), or name the port with --port',
  });
}

/** Several ports have the board's USB ids. */
export function severalPortsError(board: string, ports: readonly PortInfo[]): KwsError {
  return toolError({
    what: `${ports.length} ports match this board`,
    where: board,
    why: ports.map(describePort).join(', '),
    next: `choose one with --port, e.g. --port ${ports[0]?.path ?? 'PORT'}`,
  });
}

/** `/dev/ttyACM0 (2341:005A, Arduino, serial 1A2B)` */
export function describePort(port: PortInfo): string {
  const details = [
    port.vendorId !== undefined && port.productId !== undefined
      ? `${port.vendorId}:${port.productId}`
      : undefined,
    port.manufacturer ?? port.description,
    port.serialNumber === undefined ? undefined : `serial ${port.serialNumber}`,
  ].filter((detail) => detail !== undefined);
  return details.length === 0 ? port.path : `${port.path} (${details.join(', ')})`;
}
