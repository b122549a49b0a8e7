/** Sessions with a device of memory, and what tests look at of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { SessionEvent } from '../../src/protocol/events.js';
import { openSession, type Session, type SessionOptions } from '../../src/protocol/session.js';
import { FakeDevice, type FakeDeviceOptions } from '../support/fake-device.js';

const open: Session[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((session) => session.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A session with a device that plays its part; closed after the test. */
export async function start(options: FakeDeviceOptions = {}, session: SessionOptions = {}) {
  const device = new FakeDevice(options);
  const opened = await openSession(device.transport, { commandTimeout: 300, stallLimit: 600, ...session });
  open.push(opened);
  return { device, session: opened };
}

/** Everything a session says from now until it ends. */
export function record(session: Session): SessionEvent[] {
  const events: SessionEvent[] = [];
  void (async () => {
    for await (const event of session) events.push(event);
  })();
  return events;
}

export const types = (events: readonly SessionEvent[]) => events.map((event) => event.t);
export const ramp = (length: number, seed = 1) =>
  Int16Array.from({ length }, (_, i) => ((i * 7919 * seed) % 65_536) - 32_768);
export const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

/** A file as the memory that a virtual board shares; removed after the test. */
export function linkFile(offset = 0, capacity = 1024): { file: string; offset: number; capacity: number } {
  const folder = mkdtempSync(join(tmpdir(), 'kws-link-'));
  folders.push(folder);
  const file = join(folder, 'memory');
  writeFileSync(file, Buffer.alloc(offset + 64 + 2 * capacity));
  return { file, offset, capacity };
}
