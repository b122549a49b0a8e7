/**
 * What a traced board tells, as records: lines of digests or values, and what it writes into shared memory.
 *
 * A board is untrusted input: what makes no sense is a toolError. Owns: both formats (kws_app/tracer.h).
 */
import { toolError } from '../diagnostics/errors.js';
import type { TraceEvent } from '../protocol/events.js';
import type { ItemKey } from './host-trace.js';
import { TRACED_STAGES, type TracedStage } from './types.js';

/** Bytes of something on the way, or their digest. */
export interface TraceRecord extends ItemKey {
  /** Of these bytes in it. */
  readonly offset: number;
  readonly bytes: number;
  readonly crc?: number;
  readonly data?: Uint8Array;
}

const DIGEST_BYTES = 16;
/** Bytes of a record's head in shared memory. */
const HEAD_BYTES = 28;
/** No tensor is larger. */
const MOST_BYTES = 1 << 24;

const stageOf = (name: string): TracedStage | undefined => TRACED_STAGES.find((stage) => stage === name);

function nonsense(where: string, why: string) {
  return toolError({
    what: 'what the board tells of its values makes no sense',
    where,
    why,
    next: 'run it again; with another cable, where it is a real board',
  });
}

/** The records of a line; none in the one that says that everything is said. */
export function recordsOf(event: TraceEvent, where: string): readonly TraceRecord[] {
  if (event.s === 'done') return [];
  const stage = stageOf(event.s);
  const { m, n, d, i, o, at, v } = event;
  if (stage === undefined || m === undefined || n === undefined)
    throw nonsense(where, `a line of the stage "${event.s}"`);
  const key = { stage, model: m, number: n };
  if (d !== undefined) {
    const bytes = Buffer.from(d, 'hex');
    return Array.from({ length: bytes.length / DIGEST_BYTES }, (_, row) => {
      const word = (position: number) => bytes.readUInt32LE(row * DIGEST_BYTES + 4 * position);
      const [id, output] = [word(0) & 0xffff, word(0) >>> 16];
      return { ...key, id, output, offset: word(1), bytes: word(2), crc: word(3) };
    });
  }
  if (v === undefined || i === undefined || o === undefined || at === undefined)
    throw nonsense(where, 'a line without values');
  const data = Buffer.from(v, 'hex');
  return [{ ...key, id: i, output: o, offset: at, bytes: data.length, data }];
}

/** Cuts a stream of bytes into records. */
export class RecordReader {
  readonly #where: string;
  #rest: Buffer = Buffer.alloc(0);

  constructor(where: string) {
    this.#where = where;
  }

  push(bytes: Buffer): readonly TraceRecord[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const records: TraceRecord[] = [];
    let at = 0;
    while (this.#rest.length - at >= HEAD_BYTES) {
      const word = (position: number) => this.#rest.readUInt32LE(at + 4 * position);
      const stage = TRACED_STAGES[word(0)];
      const size = word(6);
      if (stage === undefined || size > MOST_BYTES)
        throw nonsense(this.#where, `a record of stage ${word(0)} with ${size} bytes`);
      if (this.#rest.length - at < HEAD_BYTES + size) break;
      const data = this.#rest.subarray(at + HEAD_BYTES, at + HEAD_BYTES + size);
      const key = { stage, model: word(1), number: word(2), id: word(3), output: word(4) };
      records.push({ ...key, offset: word(5), bytes: size, data });
      at += HEAD_BYTES + size;
    }
    this.#rest = this.#rest.subarray(at);
    return records;
  }
}
