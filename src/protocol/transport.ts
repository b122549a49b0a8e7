/**
 * A two-way stream of bytes to a device: a serial port, or a pair in memory for tests.
 *
 * Owns: the interface. Leaves to others: serial ports (`serial-transport.ts`), what the bytes mean
 * (`session.ts`).
 */
export interface TransportListener {
  data(bytes: Uint8Array): void;
  /** The device went away; called at most once, and not after `close()`. */
  lost(reason: string): void;
}

export interface Transport {
  /** What the user knows it as, e.g. `/dev/ttyACM0`. */
  readonly path: string;
  /** Called once; nothing is delivered before. */
  listen(listener: TransportListener): void;
  /** Resolves when the bytes are handed over; rejects when the device is gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** Of a line that has a rate: sets it on this end. Never rejects. */
  setBaudRate?(baudRate: number): Promise<void>;
  /** Stops and resumes the delivery of data: how a slow reader slows down a fast device. */
  pause(): void;
  resume(): void;
  /** Never rejects; may be called twice. */
  close(): Promise<void>;
}
