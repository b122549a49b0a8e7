/**
 * A serial port (USB, UART bridge, pseudo-terminal) as a transport.
 *
 * Owns: the serialport library, which is loaded only here. Leaves to others: what the bytes mean.
 */
import { toolError } from '../diagnostics/errors.js';
import { noticeHangUp } from './hang-up.js';
import { openError } from './port-errors.js';
import { withTimeout } from './timeout.js';
import type { Transport, TransportListener } from './transport.js';

export interface SerialOptions {
  readonly baudRate: number;
  /** Milliseconds. */
  readonly openTimeout?: number;
  readonly writeTimeout?: number;
}

/** Opens `path`, locked against others; a toolError that says how to get at a busy, forbidden or missing port. */
export async function openSerial(path: string, options: SerialOptions): Promise<Transport> {
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ path, baudRate: options.baudRate, autoOpen: false });
  // Without a listener an error of the stream would end the process; writes report theirs themselves.
  port.on('error', () => {});
  const opened = new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(openError(path, error)) : resolve()));
  });
  const openTimeout = options.openTimeout ?? 5000;
  await withTimeout(opened, openTimeout, () => {
    opened.then(
      () => port.close(() => {}),
      () => {},
    );
    return openError(path, `it did not open within ${openTimeout / 1000} s`);
  });
  noticeHangUp(port.port);
  // Boards with USB of their own send only while the terminal says it is ready; a pseudo-terminal has no
  // such line, which is no error.
  await withTimeout(
    new Promise<void>((resolve) => port.set({ dtr: true, rts: true }, () => resolve())),
    1000,
    () => new Error(),
  ).catch(() => {});

  let closing: Promise<void> | undefined;
  let goneBecause: string | undefined;
  const listeners: TransportListener[] = [];
  port.on('close', (error?: Error | null) => {
    if (closing !== undefined || goneBecause !== undefined) return;
    goneBecause = error?.message ?? 'the port was closed';
    for (const listener of listeners) listener.lost(goneBecause);
  });
  const gone = (why: string) =>
    toolError({
      what: 'the device does not take what is sent to it',
      where: path,
      why,
      next: 'check the cable, press the reset button, and try again',
    });

  return {
    path,
    listen(listener) {
      listeners.push(listener);
      port.on('data', (bytes: Buffer) => listener.data(bytes));
      if (goneBecause !== undefined) listener.lost(goneBecause);
    },
    async write(bytes) {
      if (closing !== undefined || goneBecause !== undefined) throw gone(goneBecause ?? 'the port is closed');
      const written = new Promise<void>((resolve, reject) => {
        port.write(Buffer.from(bytes), (error) => (error ? reject(gone(error.message)) : resolve()));
      });
      const seconds = (options.writeTimeout ?? 5000) / 1000;
      await withTimeout(written, seconds * 1000, () => gone(`nothing was taken for ${seconds} s`));
    },
    async setBaudRate(baudRate) {
      const set = new Promise<void>((resolve) => port.update({ baudRate }, () => resolve()));
      await withTimeout(set, 1000, () => new Error()).catch(() => {});
    },
    pause: () => void port.pause(),
    resume: () => void port.resume(),
    close() {
      closing ??= new Promise<void>((resolve) => {
        if (!port.isOpen) return resolve();
        const timer = setTimeout(resolve, 2000);
        port.close(() => {
          clearTimeout(timer);
          resolve();
        });
      });
      return closing;
    },
  };
}
