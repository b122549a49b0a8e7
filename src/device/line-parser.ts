/**
 * Bytes of a serial line to events, however they are cut, damaged or interrupted.
 *
 * Owns: line ends, the length limit, finding a whole line behind half of one (a reset in mid-line). Leaves
 * to others: what a line says (`events.ts`). Holds at most one line; nothing that comes in is an error.
 */
import { type DeviceEvent, type NoiseEvent, printable, toDeviceEvent } from './events.js';

/** Longest line, in bytes. */
export const MAX_LINE = 4096;
const MAX_NOISE = 200;
const LINE_START = '{"kws":1,';
const NEWLINE = 0x0a;

export class LineParser {
  readonly #buffer = Buffer.alloc(MAX_LINE);
  #filled = 0;
  #overlong = false;

  /** The events that `bytes` complete, in order. */
  push(bytes: Uint8Array): (DeviceEvent | NoiseEvent)[] {
    const events: (DeviceEvent | NoiseEvent)[] = [];
    let start = 0;
    while (start < bytes.length) {
      const newline = bytes.indexOf(NEWLINE, start);
      const stop = newline < 0 ? bytes.length : newline;
      this.#append(bytes.subarray(start, stop));
      if (newline < 0) break;
      this.#finish(events);
      start = newline + 1;
    }
    return events;
  }

  #append(part: Uint8Array): void {
    const room = MAX_LINE - this.#filled;
    if (part.length > room) this.#overlong = true;
    this.#buffer.set(part.subarray(0, room), this.#filled);
    this.#filled += Math.min(part.length, room);
  }

  #finish(events: (DeviceEvent | NoiseEvent)[]): void {
    const line = this.#buffer.toString('utf8', 0, this.#filled).replace(/\r+$/, '');
    const overlong = this.#overlong;
    this.#filled = 0;
    this.#overlong = false;
    if (overlong) events.push(noise(line, 'overlong'));
    else if (line !== '') parseLine(line, events);
  }
}

function parseLine(line: string, events: (DeviceEvent | NoiseEvent)[]): void {
  // After a reset in mid-line the next line stands right behind the rest of the old one.
  const start = line.lastIndexOf(LINE_START);
  const event = start < 0 ? undefined : toDeviceEvent(parseJson(line.slice(start)));
  if (event === undefined) {
    events.push(noise(line, start < 0 ? 'text' : 'malformed'));
    return;
  }
  if (start > 0) events.push(noise(line.slice(0, start), line.startsWith(LINE_START) ? 'malformed' : 'text'));
  events.push(event);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function noise(text: string, reason: NoiseEvent['reason']): NoiseEvent {
  const short = text.length > MAX_NOISE ? `${text.slice(0, MAX_NOISE - 1)}…` : text;
  return { kws: 1, t: 'noise', text: printable(short), reason };
}
