/**
 * A computer at the chip's USB: it enumerates a CDC device and talks to it. The device is the least one there can be, as
 * firmware has it: through the registers of the controller (RP2040 data sheet, 4.1).
 */
import { expect, test } from 'vitest';
import { type Chip, loadRp2040js } from '../../src/chip/rp2040js.js';
import { UsbSerial } from '../../src/chip/usb-serial.js';

const USB = 0x50110000;
const [MAIN_CTRL, SIE_STATUS, BUFF_STATUS] = [0x40, 0x50, 0x58];
const [BUS_RESET, SETUP_REC] = [1 << 19, 1 << 17];
const DPRAM = 0x50100000;
const [AVAILABLE, FULL] = [1 << 10, 1 << 15];
const LENGTH = 0x3ff;
const ENDPOINT = 2;
const [IN_BUFFER, OUT_BUFFER] = [0x180, 0x1c0];
const PACKET = 64;

const [GET_DESCRIPTOR, CONFIGURATION] = [6, 2];
const SET_CONFIGURATION = 9;
const SET_CONTROL_LINE_STATE = 0x22;

// A configuration, the data interface of CDC, and its two bulk endpoints.
const DESCRIPTORS = [
  ...[9, 2, 32, 0, 1, 1, 0, 0x80, 50],
  ...[9, 4, 0, 0, 2, 10, 0, 0, 0],
  ...[7, 5, 0x80 | ENDPOINT, 2, PACKET, 0, 0],
  ...[7, 5, ENDPOINT, 2, PACKET, 0, 0],
];

class Device {
  readonly #chip: Chip;
  readonly received: number[] = [];
  lineState = 0;
  /** Reads that were answered. */
  reads = 0;

  constructor(chip: Chip) {
    this.#chip = chip;
    // Endpoint 2: where its buffers are, in and out, and that each is told when it is done.
    this.#write(DPRAM + 8 * ENDPOINT, (1 << 31) | (1 << 29) | (2 << 26) | IN_BUFFER);
    this.#write(DPRAM + 8 * ENDPOINT + 4, (1 << 31) | (1 << 29) | (2 << 26) | OUT_BUFFER);
    this.#write(USB + MAIN_CTRL, 1);
  }

  poll(): void {
    const status = this.#chip.readUint32(USB + SIE_STATUS);
    if (status & BUS_RESET) this.#write(USB + SIE_STATUS, BUS_RESET);
    if (status & SETUP_REC) {
      this.#write(USB + SIE_STATUS, SETUP_REC);
      this.#setup();
    }
    const done = this.#chip.readUint32(USB + BUFF_STATUS);
    if (done === 0) return;
    this.#write(USB + BUFF_STATUS, done);
    if ((done >> (2 * ENDPOINT + 1)) & 1) this.#take();
  }

  /** One packet. */
  send(bytes: readonly number[]): void {
    this.#give(ENDPOINT, IN_BUFFER, bytes);
  }

  #setup(): void {
    const [, request, value, index, , , size = 0] = Array.from({ length: 8 }, (_, i) =>
      this.#chip.readUint8(DPRAM + i),
    );
    if (request === GET_DESCRIPTOR && index === CONFIGURATION) {
      this.#give(0, 0x100, DESCRIPTORS.slice(0, size));
      return;
    }
    if (request === SET_CONTROL_LINE_STATE) this.lineState = value!;
    this.#give(0, 0x100, []);
    if (request === SET_CONFIGURATION) this.#read();
  }

  #give(endpoint: number, buffer: number, bytes: readonly number[]): void {
    bytes.forEach((byte, i) => {
      this.#chip.writeUint8(DPRAM + buffer + i, byte);
    });
    this.#write(DPRAM + 0x80 + 8 * endpoint, AVAILABLE | FULL | bytes.length);
  }

  /** Asks for a packet. */
  #read(): void {
    this.#write(DPRAM + 0x84 + 8 * ENDPOINT, AVAILABLE | PACKET);
  }

  #take(): void {
    this.reads++;
    const size = this.#chip.readUint32(DPRAM + 0x84 + 8 * ENDPOINT) & LENGTH;
    for (let i = 0; i < size; i++) this.received.push(this.#chip.readUint8(DPRAM + OUT_BUFFER + i));
    this.#read();
  }

  #write(address: number, value: number): void {
    this.#chip.writeUint32(address, value >>> 0);
  }
}

async function connected() {
  const package_ = await loadRp2040js();
  const { rp2040: chip, clock } = new package_.Simulator();
  chip.logger = { debug() {}, info() {}, warn() {}, error() {} };
  const heard: number[] = [];
  let opened = 0;
  const host = new UsbSerial(package_, chip.usbCtrl, {
    onBytes: (bytes) => heard.push(...bytes),
    onOpen: () => opened++,
  });
  const device = new Device(chip);
  const pass = (milliseconds: number) => {
    for (let i = 0; i < 10 * milliseconds; i++) {
      clock.tick(1e5);
      device.poll();
    }
  };
  expect(host.open).toBe(false);
  pass(20);
  expect([host.open, opened]).toEqual([true, 1]);
  return { host, device, heard, pass };
}

test('a device is enumerated, and its port is opened', async () => {
  const { device } = await connected();
  expect(device.lineState & 1).toBe(1);
});

test('what the device sends arrives in order', async () => {
  const { device, heard, pass } = await connected();
  for (const packet of [[1, 2, 3], [4], Array.from({ length: PACKET }, (_, i) => i)]) {
    device.send(packet);
    pass(1);
  }
  expect(heard).toEqual([1, 2, 3, 4, ...Array.from({ length: PACKET }, (_, i) => i)]);
});

test('everything that is sent to it arrives, a packet at a time', async () => {
  const { host, device, pass } = await connected();
  // More than a queue of 512 bytes holds, and a packet more than its end.
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  host.send(bytes.subarray(0, 10));
  host.send(bytes.subarray(10));
  expect(host.queued).toBeGreaterThan(512);
  pass(20);
  expect(device.received).toEqual([...bytes]);
  expect(host.queued).toBe(0);
});

test('a read is answered when there is something, and not before', async () => {
  const { host, device, pass } = await connected();
  pass(50);
  expect(device.reads).toBe(0);
  host.send(Uint8Array.of(7));
  pass(1);
  expect([device.reads, device.received]).toEqual([1, [7]]);
});
