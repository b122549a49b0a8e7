/**
 * The computer at an emulated chip's USB: it enumerates a CDC device and opens its port.
 *
 * Corrected of rp2040js 1.4.1: what it sends has no end at 512 bytes, and a read of the device is answered when there is
 * something to send, in place of at once with nothing, for ever.
 */
import type { Rp2040js, UsbController } from './rp2040js.js';

export interface UsbSerialOptions {
  /** What the device sends. */
  readonly onBytes: (bytes: Uint8Array) => void;
  /** The device was enumerated, and its port is open (DTR). */
  readonly onOpen?: () => void;
}

export class UsbSerial {
  readonly #usb: UsbController;
  /** For the device; read from `#read` on. */
  #queue: Uint8Array[] = [];
  #queued = 0;
  /** A read of the device that nothing was there for. */
  #waiting: { readonly endpoint: number; readonly size: number } | undefined;
  /** Whether the device has a port. */
  open = false;

  constructor({ USBCDC }: Rp2040js, usb: UsbController, { onBytes, onOpen = () => {} }: UsbSerialOptions) {
    this.#usb = usb;
    const host = new USBCDC(usb);
    host.onDeviceConnected = () => {
      this.open = true;
      onOpen();
    };
    host.onSerialData = onBytes;
    usb.onEndpointRead = (endpoint, size) => {
      if (endpoint !== host.outEndpoint) return;
      this.#waiting = { endpoint, size };
      this.#answer();
    };
  }

  /** Bytes that the device has not read yet. */
  get queued(): number {
    return this.#queued;
  }

  send(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    this.#answer();
  }

  #answer(): void {
    const [first] = this.#queue;
    if (this.#waiting === undefined || first === undefined) return;
    const { endpoint, size } = this.#waiting;
    this.#waiting = undefined;
    const packet = first.subarray(0, size);
    if (packet.length === first.length) this.#queue.shift();
    else this.#queue[0] = first.subarray(size);
    this.#queued -= packet.length;
    this.#usb.endpointReadDone(endpoint, packet);
  }
}
