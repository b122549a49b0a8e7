/**
 * What a board tells of a clip, held against the host's own run: the first thing that differs.
 *
 * Owns: that every byte the board computes is compared with the host's, and that none is missing. Leaves to others:
 * which values they are (`locate.ts`), why they differ (`cause.ts`).
 */
import { toolError } from '../diagnostics/errors.js';
import { crc32 } from '../files/crc32.js';
import type { TypedArray } from '../reference/store.js';
import type { HostItem, HostTrace } from './host-trace.js';
import type { TraceRecord } from './records.js';
import { TRACED_STAGES, type TracedStage } from './types.js';

/** The first record that differs. */
export interface Found {
  readonly record: TraceRecord;
  /** Undefined where the host has nothing of the kind. */
  readonly item: HostItem | undefined;
}

/** Bytes of values as a board has them: little-endian, as every host that Node runs on. */
export const bytesOf = (values: TypedArray): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Of each model: how many records of operators a whole inference and one at a hop have. */
export type OperatorRecords = readonly (readonly number[])[];

const sameBytes = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

export class TraceComparison {
  readonly counts = Object.fromEntries(TRACED_STAGES.map((stage) => [stage, 0])) as Record<
    TracedStage,
    number
  >;
  found: Found | undefined;
  readonly #host: HostTrace;
  readonly #expected: OperatorRecords;
  readonly #where: string;
  /** Per model: operators of the inference under way. */
  readonly #operators: number[];
  readonly #outputs: number[];
  #frames = 0;

  constructor(host: HostTrace, expected: OperatorRecords, where: string) {
    this.#host = host;
    this.#expected = expected;
    this.#where = where;
    this.#operators = expected.map(() => 0);
    this.#outputs = expected.map(() => 0);
  }

  /** Everything behind the first difference is passed over. */
  take(record: TraceRecord): void {
    if (this.found !== undefined) return;
    this.#checkOrder(record);
    const item = this.#host.find(record);
    this.counts[record.stage]++;
    if (item === undefined || !this.#equal(record, bytesOf(item.values))) this.found = { record, item };
  }

  /**
   * After the last record: what the host has and the board has not told.
   * @param inferences per model, of the host
   */
  end(steps: number): void {
    if (this.found !== undefined || this.#frames === steps) return;
    const key = { stage: 'frame', model: 0, number: this.#frames + 1, id: 0, output: 0 } as const;
    this.found = { record: { ...key, offset: 0, bytes: 0 }, item: this.#host.find(key) };
  }

  #equal({ stage, offset, bytes, crc, data }: TraceRecord, host: Uint8Array): boolean {
    // Samples may come in pieces, rows of operators are parts.
    const whole =
      stage !== 'operator' && (crc !== undefined || (stage !== 'samples' && stage !== 'resampled'));
    if (whole ? bytes !== host.length : offset + bytes > host.length) return false;
    const own = host.subarray(offset, offset + bytes);
    return data === undefined ? crc32(own) === crc : sameBytes(own, data);
  }

  /** Lines that are lost must not look like equality. */
  #checkOrder({ stage, model, number }: TraceRecord): void {
    if (stage === 'frame') {
      if (number !== this.#frames + 1) throw this.#lost(`frame ${this.#frames + 1}`);
      this.#frames = number;
    }
    const expected = this.#expected[model];
    if (expected === undefined) throw this.#lost(`model ${model} is none of the project's`);
    if (stage === 'operator') this.#operators[model]!++;
    if (stage !== 'output') return;
    if (number !== this.#outputs[model]! + 1) throw this.#lost(`inference ${this.#outputs[model]! + 1}`);
    if (!expected.includes(this.#operators[model]!)) throw this.#lost(`operators of inference ${number}`);
    this.#outputs[model] = number;
    this.#operators[model] = 0;
  }

  #lost(what: string) {
    return toolError({
      what: 'what the board tells did not arrive whole',
      where: this.#where,
      why: `${what} is missing`,
      next: 'connect the board directly, with another cable, and close other programs that read its port',
    });
  }
}
