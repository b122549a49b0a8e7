/**
 * Which serial ports are there, and which of them is a board.
 *
 * Owns: enumeration (serialport, PlatformIO where udev is missing, a stand-in for tests), matching by USB
 * ids, waiting for a port that comes back after an upload. Leaves to others: opening
 * (`serial-transport.ts`), asking the user which of several.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { inputError, toolError } from '../diagnostics/errors.js';
import { printable } from '../text/text.js';
import { noPortError, severalPortsError } from './port-errors.js';
import type { PortInfo } from './port-info.js';
import { withTimeout } from './timeout.js';

type PortLister = () => Promise<readonly PortInfo[]>;

export interface ListPortsOptions {
  /** Replaces serialport's enumeration. */
  readonly list?: () => Promise<readonly unknown[]>;
  /** The command that runs PlatformIO, e.g. `['pio']`, or how to find it where it is needed. */
  readonly platformio?: readonly string[] | (() => Promise<readonly string[]>);
  /** Where KWS_PORTS_JSON (JSON text, or the path of a file with it) is looked up. */
  readonly env?: NodeJS.ProcessEnv;
}

const optionalText = z
  .string()
  .nullish()
  .transform((value) =>
    value === null || value === undefined || value === '' ? undefined : printable(value),
  );
const portSchema = z.object({
  path: z.string().min(1).max(1024),
  vendorId: optionalText,
  productId: optionalText,
  serialNumber: optionalText,
  manufacturer: optionalText,
  description: optionalText,
});

/**
 * The serial ports of this machine, sorted by path. `KWS_PORTS_JSON` replaces them (an array of PortInfo, or
 * the path of a file that holds one). Where udevadm is missing (containers), PlatformIO is asked.
 */
export async function listPorts(options: ListPortsOptions = {}): Promise<readonly PortInfo[]> {
  const replaced = (options.env ?? process.env).KWS_PORTS_JSON;
  if (replaced !== undefined && replaced !== '') return portsFromJson(replaced);
  try {
    const list = (options.list ?? listWithSerialport)();
    return tidy(
      await withTimeout(list, 10_000, () => toolError({ what: 'listing the serial ports takes too long' })),
    );
  } catch (error) {
    const { platformio = ['pio'] } = options;
    return listWithPlatformio(typeof platformio === 'function' ? await platformio() : platformio, error);
  }
}

/** Those of `ports` that carry one of `usbIds` (`VVVV:PPPP`, hex, any case). */
export function matchPorts(ports: readonly PortInfo[], usbIds: readonly string[]): readonly PortInfo[] {
  const wanted = new Set(usbIds.map((id) => id.toUpperCase()));
  return ports.filter((port) => wanted.has(`${port.vendorId ?? ''}:${port.productId ?? ''}`.toUpperCase()));
}

/** The one port of a board; a toolError that lists what is there when there is none or several. */
export function choosePort(board: string, ports: readonly PortInfo[], usbIds: readonly string[]): PortInfo {
  const matching = matchPorts(ports, usbIds);
  if (matching.length > 1) throw severalPortsError(board, matching);
  const [port] = matching;
  if (port === undefined) throw noPortError(board, usbIds, ports);
  return port;
}

export interface WaitForPortOptions {
  readonly usbIds: readonly string[];
  /** The port before the upload: its serial number, or else its path, tells which of several is meant. */
  readonly before?: PortInfo;
  /** Named in errors. */
  readonly board: string;
  /** Milliseconds, 10 s unless told. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly list?: PortLister;
}

/**
 * The board's port once it is there (again): a board that restarts after an upload drops off the bus and may
 * come back under another path. A port counts when two enumerations in a row show it.
 */
export async function waitForPort(options: WaitForPortOptions): Promise<PortInfo> {
  const { usbIds, before, board, timeout = 10_000, signal, list = listPorts } = options;
  const deadline = Date.now() + timeout;
  let last: string | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const ports = await list();
    const port = sameBoard(matchPorts(ports, usbIds), before);
    if (port !== undefined && port.path === last) return port;
    if (Date.now() >= deadline) return choosePort(board, ports, usbIds);
    last = port?.path;
    await sleep(150, undefined, signal === undefined ? {} : { signal });
  }
}

function sameBoard(ports: readonly PortInfo[], before: PortInfo | undefined): PortInfo | undefined {
  const bySerial = ports.filter(
    (port) => port.serialNumber !== undefined && port.serialNumber === before?.serialNumber,
  );
  if (bySerial.length === 1) return bySerial[0];
  if (ports.length === 1) return ports[0];
  return ports.find((port) => port.path === before?.path);
}

async function listWithSerialport(): Promise<readonly unknown[]> {
  const { SerialPort } = await import('serialport');
  return SerialPort.list();
}

const platformioDevices = z.array(
  z.object({ port: z.string(), description: optionalText, hwid: z.string().nullish() }),
);

async function listWithPlatformio(command: readonly string[], cause: unknown): Promise<readonly PortInfo[]> {
  const { execa } = await import('execa');
  const [file = 'pio', ...args] = command;
  let stdout: string;
  try {
    ({ stdout } = await execa(file, [...args, 'device', 'list', '--json-output'], {
      timeout: 20_000,
      maxBuffer: 10_000_000,
    }));
  } catch (error) {
    throw toolError(
      {
        what: 'the serial ports could not be listed',
        why: `udevadm did not help (${message(cause)}) and PlatformIO did not help either (${message(error).split('\n')[0]})`,
        next: 'install udev (Debian: `apt install udev`) or PlatformIO, or name the port with --port',
      },
      { cause: error },
    );
  }
  const devices = platformioDevices.safeParse(parseJson(stdout));
  if (!devices.success)
    throw toolError({
      what: 'PlatformIO answered something other than a list of ports',
      where: `${command.join(' ')} device list`,
      next: 'name the port with --port',
    });
  return tidy(
    devices.data.map(({ port, description, hwid }) => ({
      path: port,
      description: plain(description),
      ...usbOf(hwid ?? ''),
    })),
  );
}

/** pyserial's `USB VID:PID=2341:005A SER=1A2B LOCATION=1-1`. */
function usbOf(hwid: string): Partial<PortInfo> {
  const usb = /VID:PID=([0-9A-F]{4}):([0-9A-F]{4})/i.exec(hwid);
  const serial = /\bSER=(\S+)/.exec(hwid)?.[1];
  return {
    ...(usb ? { vendorId: usb[1]!, productId: usb[2]! } : {}),
    ...(serial === undefined ? {} : { serialNumber: serial }),
  };
}

/** pyserial says "n/a" where it knows nothing. */
function plain(description: string | undefined): string | undefined {
  return description === 'n/a' ? undefined : description;
}

async function portsFromJson(value: string): Promise<readonly PortInfo[]> {
  const inline = value.trimStart().startsWith('[');
  const text = inline ? value : await readFile(value, 'utf8').catch(() => undefined);
  const list = text === undefined ? undefined : parseJson(text);
  if (!Array.isArray(list) || !list.every((port) => portSchema.safeParse(port).success)) {
    throw inputError({
      what: 'not a list of ports',
      where: inline ? 'KWS_PORTS_JSON' : `KWS_PORTS_JSON, ${value}`,
      next: 'set it to a JSON array such as [{"path":"/dev/ttyACM0","vendorId":"2341","productId":"005A"}], or to the path of a file with one',
    });
  }
  return tidy(list);
}

function tidy(ports: readonly unknown[]): readonly PortInfo[] {
  return ports
    .flatMap((port) => {
      const { success, data } = portSchema.safeParse(port);
      if (!success) return [];
      const { path, ...details } = data;
      const known = Object.entries({
        ...details,
        vendorId: details.vendorId?.toUpperCase(),
        productId: details.productId?.toUpperCase(),
      }).filter(([, value]) => value !== undefined);
      return [{ path, ...Object.fromEntries(known) } as PortInfo];
    })
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
