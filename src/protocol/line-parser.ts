/**
 * Bytes of a serial line to events, however they are cut, damaged or interrupted.
 *
 * Owns: line ends, the length limit, finding a whole line behind half of one (a reset in mid-line), checksums, lines
 * that are missing or come twice. Leaves to others: what a line says (`events.ts`). Holds at most one line; nothing that
 * comes in is an error.
 */
import { printable } from '../text/text.js';
import { type DeviceEvent, type LostEvent, type NoiseEvent, toDeviceEvent } from './events.js';
import { crc16 } from './frame.js';

/** Longest line, in bytes. */
export const MAX_LINE = 4096;
const MAX_NOISE = 200;
const LINE_START = '{"kws":1,';
const NEWLINE = 0x0a;
/** How a line ends that has a number and a checksum. */
const SEAL = /,"ln":(\d{1,10}),"crc":"([0-9a-f]{4})"\}$/;
const CHECKSUM_BYTES = ',"crc":"0000"}'.length;
/** Numbers of lines that are remembered, to know one that comes again. */
const REMEMBERED = 64;

type Parsed = DeviceEvent | NoiseEvent | LostEvent;

export class LineParser {
  readonly #buffer = Buffer.alloc(MAX_LINE);
  #filled = 0;
  #overlong = false;
  /** Whether a checked line has come: those of this device are, then, and one that is not is damaged. */
  #sealed = false;
  #next: number | undefined;
  /** The last lines by number and checksum. */
  #recent: string[] = [];

  /** The begin of a line that has not ended yet, as it may be shown; undefined where there is none. */
  get unfinished(): string | undefined {
    if (this.#filled === 0) return undefined;
    return noise(this.#buffer.toString('utf8', 0, Math.min(this.#filled, MAX_NOISE)), 'text').text;
  }

  /** The events that `bytes` complete, in order. */
  push(bytes: Uint8Array): Parsed[] {
    const events: Parsed[] = [];
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

  #finish(events: Parsed[]): void {
    const line = this.#buffer.toString('utf8', 0, this.#filled).replace(/\r+$/, '');
    const overlong = this.#overlong;
    this.#filled = 0;
    this.#overlong = false;
    if (overlong) events.push(noise(line, 'overlong'));
    else if (line !== '') this.#parse(line, events);
  }

  #parse(line: string, events: Parsed[]): void {
    // After a reset in mid-line the next line stands right behind the rest of the old one.
    const start = line.lastIndexOf(LINE_START);
    const own = start < 0 ? '' : line.slice(start);
    const seal = SEAL.exec(own);
    const sound = seal === null ? !this.#sealed : isSound(own, seal[2]!);
    const event = start < 0 || !sound ? undefined : toDeviceEvent(parseJson(own));
    if (event === undefined) {
      events.push(noise(line, start < 0 ? 'text' : 'malformed'));
      return;
    }
    if (start > 0)
      events.push(noise(line.slice(0, start), line.startsWith(LINE_START) ? 'malformed' : 'text'));
    if (seal === null || this.#inOrder(event, Number(seal[1]), seal[2]!, events)) events.push(event);
    else events.push(noise(own, 'repeated'));
  }

  /** Tells of lines that are missing before this one; false where it came before. */
  #inOrder({ t }: DeviceEvent, number: number, checksum: string, events: Parsed[]): boolean {
    this.#sealed = true;
    const name = `${number} ${checksum}`;
    const expected = this.#next;
    // A restart says the same hello with the same number.
    if (expected !== undefined && number < expected && t !== 'hello' && this.#recent.includes(name))
      return false;
    // A lower number that is not known is one after a restart.
    const lost = expected === undefined ? 0 : number >= expected ? number - expected : number;
    if (expected !== undefined && number < expected) this.#recent = [];
    if (lost > 0) events.push({ kws: 1, t: 'lost', lines: lost });
    this.#next = number + 1;
    this.#recent.push(name);
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
    return true;
  }
}

/** Whether the CRC of everything before it is the one that the line has. */
function isSound(line: string, checksum: string): boolean {
  const bytes = Buffer.from(line, 'utf8');
  return crc16(bytes.subarray(0, bytes.length - CHECKSUM_BYTES)) === Number.parseInt(checksum, 16);
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
