/**
 * A serial line of a baud rate between host and device: ten bits a byte, both ways at once; what is sent at another
 * rate arrives as something else. Leaves to others: what is said over it; whose time it takes (`virtual-time.ts`).
 */
import type { Transport } from '../../src/protocol/transport.js';

export interface SlowLineOptions {
  readonly baud: number;
  /** The host's rate, until it sets another; the device's unless told. */
  readonly hostBaud?: number;
  /** Milliseconds from the end of a piece on the line until it is there, as a USB bridge takes them; 1 unless told. */
  readonly latency?: number;
}

export function slowLine(
  inner: Transport,
  { baud, hostBaud = baud, latency = 1 }: SlowLineOptions,
): Transport {
  const msPerByte = 10_000 / baud;
  const way = () => {
    let free = 0;
    return (bytes: Uint8Array, arrive: () => void) => {
      free = Math.max(free, Date.now()) + bytes.length * msPerByte;
      setTimeout(arrive, free + latency - Date.now());
    };
  };
  const [down, up] = [way(), way()];
  let host = hostBaud;
  /** As a UART of another rate reads it: other bytes, and fewer or more of them. */
  const read = (bytes: Uint8Array, from: number, to: number): Uint8Array =>
    from === to
      ? bytes
      : Uint8Array.from(
          { length: Math.ceil((bytes.length * to) / from) },
          (_, i) => (bytes[Math.floor((i * from) / to)]! * 29 + 0x80) & 0xff,
        );
  return {
    path: inner.path,
    listen: (own) =>
      inner.listen({
        data(bytes) {
          const copy = Uint8Array.from(bytes);
          up(copy, () => own.data(read(copy, baud, host)));
        },
        lost: (reason) => own.lost(reason),
      }),
    // Handed over, as to an operating system: on its way still.
    async write(bytes) {
      const copy = read(Uint8Array.from(bytes), host, baud);
      down(copy, () => void inner.write(copy).catch(() => {}));
    },
    setBaudRate: async (rate) => {
      host = rate;
    },
    pause: () => inner.pause(),
    resume: () => inner.resume(),
    close: () => inner.close(),
  };
}
