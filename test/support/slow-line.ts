/**
 * A serial line of a baud rate between host and device: ten bits a byte, both ways at once. Leaves to others: what is
 * said over it; whose time it takes (`virtual-time.ts`).
 */
import type { Transport } from '../../src/protocol/transport.js';

export interface SlowLineOptions {
  readonly baud: number;
  /** Milliseconds from the end of a piece on the line until it is there, as a USB bridge takes them; 1 unless told. */
  readonly latency?: number;
}

export function slowLine(inner: Transport, { baud, latency = 1 }: SlowLineOptions): Transport {
  const msPerByte = 10_000 / baud;
  const way = () => {
    let free = 0;
    return (bytes: Uint8Array, arrive: () => void) => {
      free = Math.max(free, Date.now()) + bytes.length * msPerByte;
      setTimeout(arrive, free + latency - Date.now());
    };
  };
  const [down, up] = [way(), way()];
  return {
    path: inner.path,
    listen: (own) =>
      inner.listen({
        data(bytes) {
          const copy = Uint8Array.from(bytes);
          up(copy, () => own.data(copy));
        },
        lost: (reason) => own.lost(reason),
      }),
    // Handed over, as to an operating system: on its way still.
    async write(bytes) {
      const copy = Uint8Array.from(bytes);
      down(copy, () => void inner.write(copy).catch(() => {}));
    },
    pause: () => inner.pause(),
    resume: () => inner.resume(),
    close: () => inner.close(),
  };
}
