/**
 * A line that was hung up, noticed.
 *
 * A read of a terminal that waits for at least one byte (VMIN is 1) gives 0 bytes only where nobody will ever
 * write again: the far end of a pseudo-terminal is closed, or the driver has hung up the line because the USB
 * device was pulled out (Linux answers every read of such a line with 0 and reports it as readable). The
 * serialport library takes it for "try again" and does so for ever, with a core to itself. So the reads of
 * POSIX systems are done here. Those of Windows end with an error and stay as they are.
 */
import { read } from 'node:fs';
import { promisify } from 'node:util';

/** What serialport's bindings for Linux and macOS have. */
export interface PosixBinding {
  readonly fd: number | null;
  readonly poller: { once(event: 'readable', then: (error: Error | null) => void): unknown };
  read(
    buffer: Buffer,
    offset: number,
    length: number,
  ): Promise<{ readonly buffer: Buffer; readonly bytesRead: number }>;
}

/** As the library marks what ends a port for good, or what its own closing interrupted. */
interface PortError extends Error {
  disconnect?: boolean;
  canceled?: boolean;
  code?: string;
}

type ReadBytes = (
  fd: number,
  buffer: Buffer,
  offset: number,
  length: number,
  position: null,
) => Promise<{ bytesRead: number }>;

const HUNG_UP = 'its line was hung up';
const AGAIN = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR']);

/** Replaces the reads of an open port's binding where it is one of POSIX. */
export function noticeHangUp(binding: unknown, readBytes: ReadBytes = promisify(read) as ReadBytes): void {
  if (!isPosix(binding)) return;
  binding.read = async (buffer, offset, length) => {
    for (;;) {
      const fd = openDescriptor(binding);
      try {
        const { bytesRead } = await readBytes(fd, buffer, offset, length, null);
        if (bytesRead === 0) throw new Error(HUNG_UP);
        return { buffer, bytesRead };
      } catch (error) {
        // Closed while the read was under way: its poller is freed, and to ask that one ends the process.
        openDescriptor(binding);
        if (!AGAIN.has((error as PortError).code ?? '')) throw marked(error as Error, { disconnect: true });
      }
      await new Promise<void>((resolve, reject) => {
        binding.poller.once('readable', (error) => (error ? reject(ended(error)) : resolve()));
      });
    }
  };
}

function openDescriptor(binding: PosixBinding): number {
  if (binding.fd === null) throw marked(new Error('the port is not open'), { canceled: true });
  return binding.fd;
}

/** The system cannot watch a line that was hung up ("bad file descriptor"); a port that is closed says `canceled`. */
function ended(error: PortError): Error {
  return error.canceled === true ? error : new Error(HUNG_UP, { cause: error });
}

function isPosix(binding: unknown): binding is { -readonly [Key in keyof PosixBinding]: PosixBinding[Key] } {
  return typeof binding === 'object' && binding !== null && 'fd' in binding && 'poller' in binding;
}

function marked(error: PortError, marks: Pick<PortError, 'disconnect' | 'canceled'>): PortError {
  return Object.assign(error, marks);
}
